import EthereumTypes

/// One way through code that a probe follows: what is known of the stack and of memory on it.
///
/// A word is nil where it may differ between the states that the prediction speaks for.
struct ProbePath {
  var pc: Int
  /// The words known about, bottom first; below lie words of which nothing is known.
  var stack: [UInt256?]
  /// What was written to memory on this way, in order; a nil word is a range of unknown bytes.
  private var stores: [(start: Int, count: Int, word: UInt256?)] = []
  private var isMemoryLost = false

  init(pc: Int, stack: [UInt256?]) {
    self.pc = pc
    self.stack = stack
  }

  mutating func push(_ word: UInt256?) { stack.append(word) }

  mutating func pop() -> UInt256? { stack.popLast() ?? nil }

  mutating func pop(_ count: Int) { for _ in 0..<count { _ = pop() } }

  /// The word `depth` places below the top.
  func peek(_ depth: Int) -> UInt256? { depth < stack.count ? stack[stack.count - 1 - depth] : nil }

  mutating func swap(_ depth: Int) {
    while stack.count <= depth { stack.insert(nil, at: 0) }
    stack.swapAt(stack.count - 1, stack.count - 1 - depth)
  }

  /// Notes a store of `word`, nil for unknown bytes, at a place that may be unknown too.
  mutating func store(at offset: UInt256?, count: UInt256?, _ word: UInt256?) {
    guard let start = offset?.asUInt64, let count = count?.asUInt64, start < 1 << 32, count < 1 << 32,
      stores.count < 64
    else {
      if count?.isZero != true { isMemoryLost = true }
      return
    }
    if count > 0 { stores.append((Int(start), Int(count), word)) }
  }

  /// What this way has stored at `offset`: `.some(nil)` for unknown bytes, nil where memory is as it was.
  func stored(at offset: Int) -> UInt256?? {
    if isMemoryLost { return .some(nil) }
    for store in stores.reversed() where store.start < offset + 32 && offset < store.start + store.count {
      return .some(store.start == offset && store.count == 32 ? store.word : nil)
    }
    return nil
  }
}
