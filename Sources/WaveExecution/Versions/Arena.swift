/// Memory given out piece by piece and taken back all at once: what the versions of one block are made of. Kept from
/// block to block, so that a warm executor asks the system for nothing. For one thread at a time.
@safe
final class Arena: @unchecked Sendable {
  // Invariant: every chunk is `chunkSize` bytes (those in `large` any number) and owned by this object; `next` and `end`
  // bound what is left of chunk number `used − 1`. What was given out is valid until `reset`.
  private var chunks: [UnsafeMutableRawPointer] = unsafe []
  private var large: [UnsafeMutableRawPointer] = unsafe []
  private var used = 0
  private var next: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer

  private static var chunkSize: Int { 1 << 17 }
  /// So many chunks (8 MB) are kept between blocks.
  private static var chunksKept: Int { 64 }
  private static var alignment: Int { 64 }

  init() {
    let first = UnsafeMutableRawPointer.allocate(byteCount: Self.chunkSize, alignment: Self.alignment)
    unsafe chunks.append(first)
    used = 1
    unsafe next = first
    unsafe end = first + Self.chunkSize
  }

  deinit {
    while let chunk = unsafe chunks.popLast() { unsafe chunk.deallocate() }
    while let chunk = unsafe large.popLast() { unsafe chunk.deallocate() }
  }

  /// Takes everything back. Nothing in it is deinitialised: it must be plain old data.
  func reset() {
    while let chunk = unsafe large.popLast() { unsafe chunk.deallocate() }
    while unsafe chunks.count > Self.chunksKept { unsafe chunks.removeLast().deallocate() }
    used = 1
    unsafe next = chunks[0]
    unsafe end = next + Self.chunkSize
  }

  /// Room for `count` values, not initialised.
  @unsafe @inline(__always)
  func allocate<Element: ~Copyable>(_ type: Element.Type, count: Int = 1) -> UnsafeMutablePointer<Element> {
    let bytes = (MemoryLayout<Element>.stride &* count &+ 15) & ~15
    if unsafe end - next < bytes { return unsafe grow(bytes).bindMemory(to: type, capacity: count) }
    let place = unsafe next
    unsafe next = place + bytes
    return unsafe place.bindMemory(to: type, capacity: count)
  }

  @inline(never)
  private func grow(_ bytes: Int) -> UnsafeMutableRawPointer {
    if bytes > Self.chunkSize {
      unsafe large.append(.allocate(byteCount: bytes, alignment: Self.alignment))
      return unsafe large[large.count - 1]
    }
    if unsafe used == chunks.count {
      unsafe chunks.append(.allocate(byteCount: Self.chunkSize, alignment: Self.alignment))
    }
    let chunk = unsafe chunks[used]
    used += 1
    unsafe next = chunk + bytes
    unsafe end = chunk + Self.chunkSize
    return unsafe chunk
  }
}
