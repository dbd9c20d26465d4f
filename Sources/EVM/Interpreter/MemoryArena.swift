import EthereumTypes

/// The memories of all frames of one EVM, one behind the other in one growing buffer.
///
/// Offsets are absolute. A frame's input is a range of its caller's memory, so nothing is copied on a call.
@safe
struct MemoryArena: ~Copyable {
  // Invariant: `base` points to `capacity` bytes owned by this value. Every offset handed to the methods below
  // comes from a range that `ensure` made part of the buffer (checked by the interpreter when it charges for
  // memory); bytes of a frame's memory are zeroed when the frame first covers them.
  private(set) var base: UnsafeMutableRawPointer
  private(set) var capacity: Int

  init() {
    capacity = 1 << 16
    unsafe base = .allocate(byteCount: capacity, alignment: 32)
  }

  deinit { unsafe base.deallocate() }

  /// Makes bytes 0 ..< `end` part of the buffer, and 32 more so that a whole word can be read from any of them.
  /// Amortised constant for each byte.
  mutating func ensure(_ end: Int) {
    guard end + 32 > capacity else { return }
    let larger = max(end + 32, capacity * 2)
    let grown = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 32)
    unsafe grown.copyMemory(from: base, byteCount: capacity)
    unsafe base.deallocate()
    unsafe base = grown
    capacity = larger
  }

  @inline(__always)
  func zero(_ offset: Int, _ count: Int) {
    unsafe (base + offset).initializeMemory(as: UInt8.self, repeating: 0, count: count)
  }

  @inline(__always)
  func window(_ start: Int) -> MemoryWindow { unsafe MemoryWindow(base + start) }

  func bytes(_ offset: Int, _ count: Int) -> Bytes {
    unsafe Bytes(UnsafeRawBufferPointer(start: base + offset, count: count))
  }

  @unsafe
  func buffer(_ offset: Int, _ count: Int) -> UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: base + offset, count: count)
  }

  /// Copies raw bytes to `offset`.
  @unsafe
  func write(_ source: UnsafeRawBufferPointer, at offset: Int) {
    if let from = source.baseAddress {
      unsafe (base + offset).copyMemory(from: from, byteCount: source.count)
    }
  }

  func write(_ source: Bytes, at offset: Int) {
    unsafe source.withUnsafeBytes { unsafe write($0, at: offset) }
  }

  /// Runs `body` on a range of the buffer, which must not grow meanwhile.
  func withSpan<Result>(_ offset: Int, _ count: Int, _ body: (Span<UInt8>) -> Result) -> Result {
    let start = unsafe (base + offset).assumingMemoryBound(to: UInt8.self)
    return unsafe body(UnsafeBufferPointer(start: start, count: count).span)
  }

  func hash(_ offset: Int, _ count: Int) -> Hash32 { unsafe keccak256(buffer(offset, count)) }

  /// Copies inside the buffer; the ranges may overlap.
  func move(from source: Int, to target: Int, count: Int) {
    unsafe (base + target).copyMemory(from: base + source, byteCount: count)
  }

  /// Copies `count` bytes of `source` from `start` on to `offset`, zeros where the source has ended.
  func copy(_ source: Bytes, from start: UInt256, to offset: Int, count: Int) {
    let available = start.fitsUInt64 && start.l0 < UInt64(source.count) ? source.count - Int(start.l0) : 0
    let copied = min(available, count)
    if copied > 0 {
      unsafe source.withUnsafeBytes { buffer in
        guard let from = buffer.baseAddress else { return }
        unsafe (base + offset).copyMemory(from: from + Int(start.l0), byteCount: copied)
      }
    }
    if count > copied { zero(offset + copied, count - copied) }
  }
}

/// Points to the start of a frame's memory. Plain old data; valid until the arena grows.
@safe
struct MemoryWindow: BitwiseCopyable {
  // Invariant: the interpreter takes a new window after every call that may grow the arena, and checks offsets
  // against the frame's memory size before each access.
  private let base: UnsafeMutableRawPointer

  @inline(__always)
  init(_ base: UnsafeMutableRawPointer) { unsafe self.base = base }

  @inline(__always)
  func load(_ offset: Int) -> UInt256 { unsafe UInt256(bigEndianAt: base + offset) }

  @inline(__always)
  func store(_ offset: Int, _ word: UInt256) { unsafe word.storeBigEndian(at: base + offset) }

  @inline(__always)
  func storeByte(_ offset: Int, _ byte: UInt8) {
    unsafe base.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
  }
}

extension UInt256 {
  /// The word as an offset, where the 32 bytes from there on lie in a memory of so many bytes; otherwise nil.
  @inline(__always)
  func offset(ofWordIn size: Int) -> Int? {
    guard (l1 | l2 | l3 | (l0 >> 32)) == 0, l0 &+ 32 <= UInt64(truncatingIfNeeded: size) else { return nil }
    return Int(truncatingIfNeeded: l0)
  }
}
