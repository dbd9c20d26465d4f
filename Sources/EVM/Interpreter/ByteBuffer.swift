import EthereumTypes

/// A byte string that is replaced often and keeps its room: the return data of the last call.
@safe
struct ByteBuffer: ~Copyable {
  // Invariant: `base` points to `capacity` bytes owned by this value, of which the first `count` are set.
  private var base: UnsafeMutableRawPointer
  private var capacity = 256
  private(set) var count = 0

  init() { unsafe base = .allocate(byteCount: 256, alignment: 8) }
  deinit { unsafe base.deallocate() }

  mutating func removeAll() { count = 0 }

  private mutating func reserve(_ wanted: Int) {
    guard wanted > capacity else { return }
    unsafe base.deallocate()
    capacity = max(wanted, capacity * 2)
    unsafe base = .allocate(byteCount: capacity, alignment: 8)
  }

  /// Takes a copy of a range of the arena.
  mutating func replace(from memory: borrowing MemoryArena, _ offset: Int, _ size: Int) {
    reserve(size)
    if size > 0, let source = unsafe memory.buffer(offset, size).baseAddress {
      unsafe base.copyMemory(from: source, byteCount: size)
    }
    count = size
  }

  mutating func replace(with bytes: Bytes) {
    reserve(bytes.count)
    unsafe bytes.withUnsafeBytes { source in
      if let from = source.baseAddress { unsafe base.copyMemory(from: from, byteCount: source.count) }
    }
    count = bytes.count
  }

  /// Copies bytes `start ..< start + size`, which must exist, to the arena.
  func copy(_ start: Int, _ size: Int, to memory: borrowing MemoryArena, _ offset: Int) {
    guard size > 0, start >= 0, start <= count - size else { return }
    unsafe memory.write(UnsafeRawBufferPointer(start: base + start, count: size), at: offset)
  }

  var bytes: Bytes { unsafe Bytes(UnsafeRawBufferPointer(start: base, count: count)) }
}
