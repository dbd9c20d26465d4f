import EthereumTypes

/// The stacks of all frames, one behind the other: a word and its taint in each place.
@safe
struct TaintedStack: ~Copyable {
  // Invariant: both buffers have `capacity` elements and are owned by this value alone. They are plain old data and
  // start uninitialised: a word is read only below the height that pushes have reached.
  private var words: UnsafeMutablePointer<UInt256>
  private var taints: UnsafeMutablePointer<Taint>
  private var capacity: Int

  init() {
    capacity = 1024
    unsafe words = .allocate(capacity: capacity)
    unsafe taints = .allocate(capacity: capacity)
  }

  deinit {
    unsafe words.deallocate()
    unsafe taints.deallocate()
  }

  /// Makes room for a full stack of 1024 words above `base`. Windows taken before are void afterwards.
  mutating func reserve(above base: Int) {
    guard base + 1024 > capacity else { return }
    let larger = max(capacity * 2, base + 1024)
    let newWords = UnsafeMutablePointer<UInt256>.allocate(capacity: larger)
    let newTaints = UnsafeMutablePointer<Taint>.allocate(capacity: larger)
    unsafe newWords.update(from: words, count: capacity)
    unsafe newTaints.update(from: taints, count: capacity)
    unsafe words.deallocate()
    unsafe taints.deallocate()
    unsafe words = newWords
    unsafe taints = newTaints
    capacity = larger
  }

  /// The stack of a frame for which `reserve` was called.
  @inline(__always)
  func window(_ base: Int) -> StackWindow {
    unsafe StackWindow(words: words + base, taints: taints + base)
  }
}

/// Points to a frame's stack. Plain old data; void once the stack is reserved anew.
@safe
struct StackWindow: BitwiseCopyable {
  // Invariant: indices are below 1024, which the interpreter checks against the instruction's stack effect
  // before it runs the instruction.
  private let words: UnsafeMutablePointer<UInt256>
  private let taints: UnsafeMutablePointer<Taint>

  @inline(__always)
  init(words: UnsafeMutablePointer<UInt256>, taints: UnsafeMutablePointer<Taint>) {
    unsafe self.words = words
    unsafe self.taints = taints
  }

  @inline(__always)
  subscript(index: Int) -> UInt256 {
    get {
      assert(index >= 0 && index < 1024)
      return unsafe words[index]
    }
    nonmutating set {
      assert(index >= 0 && index < 1024)
      unsafe words[index] = newValue
    }
  }

  @inline(__always)
  func taint(_ index: Int) -> Taint { unsafe taints[index] }

  @inline(__always)
  func set(_ index: Int, taint: Taint) { unsafe taints[index] = taint }

  /// Writes a word and its taint.
  @inline(__always)
  func put(_ index: Int, _ word: UInt256, _ taint: Taint = .none) {
    self[index] = word
    unsafe taints[index] = taint
  }
}
