import EVMBytecode
import EthereumTypes

/// A return address, and all the stacks that it has been found to lie upon.
///
/// A context that knows the stack from its last return address on need not know who called its caller: whoever it is,
/// the function does the same. So one context stands for all of them, and where the function returns, each of the
/// stacks below goes on with the results: calls and returns stay matched, whatever the depth, and recursion is a
/// return point that lies upon itself. (Reachability in a pushdown system, with the graph-structured stack of
/// generalised LR parsing: M. Tomita, "Efficient Parsing for Natural Language", 1985.)
struct ReturnPoint {
  /// One of the stacks: the words down to the next return address, which is the lowest of them.
  struct Lower {
    var entry: Int32
    var words: [ExpressionID]
    var below: Int32
  }

  var stacks: [Lower] = []
  /// Whether it is the top of stacks that differ in height, in a loop that pushes more than it pops; what lies below
  /// is looked up only where it is used.
  var isLoop = false
  /// Contexts that have returned to this address, or looked at what lies below.
  var readers: [Int32] = []
}

extension Explorer {
  /// Control reaches `pc` with a state. Where its return address has been used up, that is in every caller.
  mutating func enter(_ pc: Int, _ reached: SymbolicState, from index: Int32) {
    if recorded != nil { return }
    guard reached.below >= 0, !returnPoints[Int(reached.below)].isLoop,
      !reached.stack.contains(where: isLabel)
    else { return place(pc, reached) }
    forEachStack(below: reached, index) { explorer, whole in explorer.place(pc, whole) }
  }

  /// A context needs words below those it knows: each stack there becomes a context that knows more.
  mutating func dig(_ index: Int32) {
    if recorded != nil { return }
    let context = contexts[Int(index)]
    let known = context.state.stack.count(where: isLabel)
    forEachStack(below: context.state, index) { explorer, whole in
      explorer.place(context.pc, whole, keeping: known + 1, isDug: true)
    }
  }

  private mutating func forEachStack(
    below state: SymbolicState, _ reader: Int32, _ visit: (inout Explorer, SymbolicState) -> Void
  ) {
    let point = Int(state.below)
    if !contexts[Int(reader)].readsBelow {
      contexts[Int(reader)].readsBelow = true
      returnPoints[point].readers.append(reader)
    }
    for lower in returnPoints[point].stacks where Self.agree(lower.entry, state.entry) {
      var whole = state
      whole.stack = lower.words + state.stack
      whole.below = lower.below
      whole.entry = max(lower.entry, state.entry)
      visit(&self, whole)
    }
  }

  /// Whether a function called behind one entry can return behind another; 0 stands for all.
  private static func agree(_ a: Int32, _ b: Int32) -> Bool { a == b || a == 0 || b == 0 }

  /// Finds the context of a state, meets its state, and queues it where that has changed.
  ///
  /// The stack counts from the `keeping`th last label on: how many words, and which labels lie where. As long as the
  /// block's budget of contexts allows, the entry counts too.
  mutating func place(_ pc: Int, _ reached: SymbolicState, keeping: Int = 1, isDug: Bool = false) {
    steps += 2 + reached.stack.count / 8
    var state = reached
    cut(pc, &state, keeping: keeping)
    var key = ContextKey(
      pc: Int32(pc), entry: state.entry, height: Int32(state.stack.count), below: state.below,
      labels: labels(state.stack))
    if let known = keys[key] { return meet(known, state) }
    if Int(contextCounts[pc]) >= limits.contextsPerBlock {
      key.entry = -1
      if let known = keys[key] { return meet(known, state) }
    }
    if Int(contextCounts[pc]) >= limits.contextsPerBlock, !isDug, key.labels.isEmpty, key.height > 0 {
      // Stacks that differ in height only.
      let point = returnPoint(at: pc, upper: -2, height: 0, labels: [])
      returnPoints[Int(point)].isLoop = true
      put(state.stack, state, under: point)
      state.below = point
      state.stack = []
      (key.height, key.below) = (0, state.below)
      if let known = keys[key] { return meet(known, state) }
    }
    contextCounts[pc] += 1
    add(key, Context(pc: pc, state: state))
  }

  /// Which labels lie where.
  private func labels(_ stack: [ExpressionID]) -> [UInt64] {
    var labels: [UInt64] = []
    for (index, id) in stack.enumerated() {
      if isLabel(id) {
        labels.append(UInt64(index) << 32 | UInt64(UInt32(bitPattern: id)))
      } else if table[id].op == ExpressionCode.choice {
        labels.append(UInt64(index) << 32 | 0xFFFF_FFFF)
      }
    }
    return labels
  }

  /// Leaves what lies below each label but the last ones to the return point of the label.
  private mutating func cut(_ pc: Int, _ state: inout SymbolicState, keeping: Int) {
    let slots = state.stack.indices.filter { isLabel(state.stack[$0]) }.dropLast(keeping - 1).drop { $0 == 0 }
    guard let last = slots.last else { return }
    // A return point is told by the block it is met at and all that lies above; hence from the top down.
    var points: [Int32] = []
    var end = state.stack.count
    for slot in slots.reversed() {
      let words = Array(state.stack[slot..<end])
      points.append(returnPoint(at: pc, upper: points.last ?? -2, height: end - slot, labels: labels(words)))
      end = slot
    }
    var start = 0
    for (slot, point) in zip(slots, points.reversed()) {
      put(Array(state.stack[start..<slot]), state, under: point)
      state.below = point
      start = slot
    }
    state.stack.removeFirst(last)
  }

  /// The number of a return point: met at `pc`, with words of these labels between it and the return point `upper`.
  private mutating func returnPoint(at pc: Int, upper: Int32, height: Int, labels: [UInt64]) -> Int32 {
    let key = ContextKey(pc: Int32(pc), entry: -2, height: Int32(height), below: upper, labels: labels)
    if let known = keys[key] { return known }
    let point = Int32(returnPoints.count)
    keys[key] = point
    returnPoints.append(ReturnPoint())
    return point
  }

  /// Remembers that words lie below a return point.
  private mutating func put(_ words: [ExpressionID], _ state: SymbolicState, under point: Int32) {
    let key = ContextKey(
      pc: -1 - point, entry: state.entry, height: Int32(words.count), below: state.below,
      labels: labels(words))
    var changed = false
    if let known = keys[key] {
      for slot in words.indices {
        let mine = returnPoints[Int(point)].stacks[Int(known)].words[slot]
        guard mine != words[slot] else { continue }
        let word = merge(mine, words[slot], (1 << 24) + point, Int(known) << 10 + slot)
        guard word != mine else { continue }
        returnPoints[Int(point)].stacks[Int(known)].words[slot] = word
        changed = true
      }
    } else {
      keys[key] = Int32(returnPoints[Int(point)].stacks.count)
      returnPoints[Int(point)].stacks.append(.init(entry: state.entry, words: words, below: state.below))
      wordCount += words.count
      changed = true
    }
    guard changed else { return }
    for reader in returnPoints[Int(point)].readers
    where Self.agree(contexts[Int(reader)].state.entry, state.entry) {
      enqueue(reader)
    }
  }
}
