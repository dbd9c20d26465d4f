import EthereumTypes
import Synchronization

/// Room for the stacks of all frames of one EVM, one behind the other.
@safe
struct StackArena: ~Copyable {
  /// 1,025 frames of 1,024 words, and a few words that a wrong push may not cross.
  static let capacity = 1025 * 1024 + 32

  // Invariant: `base` points to `capacity` words for the life of the arena. The memory is not initialised: a
  // word is read only after it was pushed, which the height check before each instruction guarantees. Pages
  // that no stack reached cost nothing.
  private let base: UnsafeMutablePointer<UInt256>

  /// Words lie within cache lines: an access across two of them costs twice, and one that was just written cannot be
  /// read back before it has left the store buffer.
  private static let alignment = 64

  init() {
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: Self.capacity * MemoryLayout<UInt256>.stride, alignment: Self.alignment)
    unsafe base = bytes.bindMemory(to: UInt256.self, capacity: Self.capacity)
  }

  deinit { unsafe base.deallocate() }

  /// The pointer to word `index`; frames start where their caller's stack ends.
  @inline(__always)
  func pointer(_ index: Int) -> StackPointer { unsafe StackPointer(base + index) }

  /// The index of a pointer.
  @inline(__always)
  func index(_ pointer: StackPointer) -> Int { unsafe pointer.next - base }
}

/// Points behind the top of a stack. Plain old data; the interpreter keeps it in a register.
@safe
struct StackPointer: BitwiseCopyable {
  // Invariant: `next` lies inside its `StackArena`; the height check before each instruction keeps every access
  // below between the frame's base and base + 1024.
  private(set) var next: UnsafeMutablePointer<UInt256>

  @inline(__always)
  init(_ next: UnsafeMutablePointer<UInt256>) { unsafe self.next = next }

  /// The word `depth` below the top, 0 for the top itself.
  @inline(__always)
  subscript(depth: Int) -> UInt256 {
    get { unsafe Self.load(next - 1 - depth) }
    nonmutating set { unsafe next[-1 &- depth] = newValue }
  }

  @inline(__always)
  mutating func push(_ word: UInt256) {
    unsafe next.pointee = word
    unsafe next += 1
  }

  @inline(__always)
  mutating func drop(_ count: Int = 1) { unsafe next -= count }

  /// How many words lie between `base` and this pointer.
  @inline(__always)
  func height(above base: StackPointer) -> Int { unsafe next - base.next }

  /// The same in bytes, as the interpreter compares it.
  @inline(__always)
  func byteHeight(above base: StackPointer) -> UInt {
    unsafe UInt(bitPattern: next) &- UInt(bitPattern: base.next)
  }

  @inline(__always)
  func swapTop(with depth: Int) {
    let top = self[0]
    self[0] = self[depth]
    self[depth] = top
  }

  /// Exchanges the words at two depths.
  func swap(_ a: Int, _ b: Int) {
    let word = self[a]
    self[a] = self[b]
    self[b] = word
  }

  /// Reads a word limb by limb. Left to itself the compiler reads halves into vector registers, and a processor that
  /// finds a half still on its way to memory as two limbs has to wait until they are there; it waits for nothing
  /// when each limb is read as it was written. Relaxed atomic loads are plain loads that are never put together.
  @inline(__always)
  private static func load(_ word: UnsafeMutablePointer<UInt256>) -> UInt256 {
    let limbs = unsafe UnsafeMutableRawPointer(word).assumingMemoryBound(to: Atomic<UInt64>.self)
    return unsafe UInt256(
      limbs: limbs[0].load(ordering: .relaxed), limbs[1].load(ordering: .relaxed),
      limbs[2].load(ordering: .relaxed), limbs[3].load(ordering: .relaxed))
  }
}
