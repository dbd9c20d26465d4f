import CGlibc

/// What this process does with memory that it has no use for at the moment.
public enum ProcessMemory {
  /// Keeps up to 256 MiB of freed memory for later, instead of giving it back to the system at once.
  ///
  /// A block's results are some hundred kilobytes, made and freed with every run. The system has to clear each page that it
  /// hands out again, and under a hypervisor that takes two microseconds, longer than some transfers: a block of transfers
  /// runs twice as fast without. It is the whole process that is set so, which is why a host has to ask for it: once, before
  /// the first run. Does nothing where the allocator is another one than glibc's.
  public static func keepFreed() {
    mallopt(M_TRIM_THRESHOLD, 256 << 20)
    // The largest value there is. What is larger comes from the system and goes back to it.
    mallopt(M_MMAP_THRESHOLD, 32 << 20)
  }
}
