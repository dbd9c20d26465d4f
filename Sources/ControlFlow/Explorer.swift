import EVMBytecode
import EthereumTypes

/// Executes a whole contract symbolically from its first instruction on, with unknown call data, until nothing new
/// is found.
///
/// A worklist of blocks in contexts: a block whose state at entry has changed is run again, and its final state
/// flows to where control goes on. States that meet in a context keep what they agree on, so that loops come to
/// rest. A context knows the stack from the last return address on; what lies below, its `ReturnPoint` knows.
struct Explorer {
  /// A function, or what is behind the dispatcher.
  enum Entry: Hashable {
    case dispatcher
    case selector(UInt32)
  }

  struct JumpRecord {
    var resolution = JumpResolution.constant
    var destinations: Set<Int> = []
  }

  struct BlockRecord {
    var end: Int
    var ending: ControlFlowGraph.Ending
    var successors: Set<Int> = []
    var contexts = 0
  }

  let code: [UInt8]
  let destinations: JumpDestinations
  let opcodes: OpcodeTable
  let limits: ControlFlowLimits
  /// One bit for each offset: whether the code pushes it as a jump destination.
  let labels: [Bool]

  var table = ExpressionTable()
  var contexts: [Context] = []
  var keys: [ContextKey: Int32] = [:]
  /// How many contexts each block has, by offset.
  var contextCounts: [Int32]
  /// Contexts to run, last in, first out: a function is run to its end before what its callers do with the results.
  var queue: [Int32] = []
  /// The dispatcher's contexts, which go before all others: whatever the budget, its entry points are found.
  var dispatcherQueue: [Int32] = []

  var entries: [Entry] = [.dispatcher]
  var entryNumbers: [Entry: Int32] = [.dispatcher: 0]
  var jumps: [Int: JumpRecord] = [:]
  var blocks: [Int: BlockRecord] = [:]
  /// Jump destinations the code puts into memory and into storage, and the contexts that jump to such.
  var memoryPointers: Set<ExpressionID> = []
  var storagePointers: Set<ExpressionID> = []
  var pointerReaders: Set<Int32> = []
  /// So many contexts follow one such destination.
  let maximumReaders: Int
  var pointerFollowers: [ExpressionID: Set<Int32>] = [:]
  /// Return addresses and what lies below them, for contexts that know only the upper part of the stack.
  var returnPoints: [ReturnPoint] = []

  var steps = 0
  var wordCount = 0
  var enumerated = 0
  var isComplete = true
  /// Set in the last pass: what each entry does.
  var recorded: [ContractOutline.Access]?

  private init(code: [UInt8], fork: Fork, limits: ControlFlowLimits, maximumReaders: Int) {
    self.code = code
    self.limits = limits
    self.maximumReaders = maximumReaders
    destinations = JumpDestinations(code: code)
    opcodes = OpcodeTable.of(fork)
    contextCounts = [Int32](repeating: 0, count: code.count + 1)
    labels = Self.labels(of: code, destinations)
  }

  /// Explores everything within the limits.
  ///
  /// Where all that the code puts into memory is tried as the target of a jump, functions that take different things
  /// among them, most of what follows happens in no run, on stacks that no call makes, and one such context begets the
  /// next. Where that is too much, each target is followed from few places only; the jump then counts as unresolved.
  static func explored(code: [UInt8], fork: Fork, limits: ControlFlowLimits) -> Explorer {
    var explorer = Explorer(code: code, fork: fork, limits: limits, maximumReaders: .max)
    explorer.explore()
    guard !explorer.isComplete, !explorer.pointerReaders.isEmpty else { return explorer }
    var again = Explorer(code: code, fork: fork, limits: limits, maximumReaders: 2)
    again.explore()
    again.steps += explorer.steps
    return again.isComplete ? again : explorer
  }

  private mutating func explore() {
    place(0, SymbolicState())
    while let next = dispatcherQueue.popLast() ?? queue.popLast() {
      guard steps < limits.steps, contexts.count < limits.contexts, wordCount < limits.words,
        table.count < limits.expressions
      else {
        isComplete = false
        return
      }
      contexts[Int(next)].isQueued = false
      run(next)
    }
  }

  /// Runs every context once more on its final state and records what it does.
  mutating func record() -> [ContractOutline.Access] {
    recorded = []
    for index in contexts.indices { run(Int32(index)) }
    defer { recorded = nil }
    return recorded ?? []
  }

  /// The number of an entry point.
  mutating func number(_ entry: Entry) -> Int32 {
    if let known = entryNumbers[entry] { return known }
    entries.append(entry)
    entryNumbers[entry] = Int32(entries.count - 1)
    return Int32(entries.count - 1)
  }

  // MARK: Contexts

  /// A word that is a jump destination; nil for others.
  func destination(_ word: UInt256) -> Int? {
    guard word.fitsUInt64, word.l0 < UInt64(code.count), destinations.contains(Int(word.l0)) else {
      return nil
    }
    return Int(word.l0)
  }

  func isDestination(_ id: ExpressionID) -> Bool {
    table.value(id).map { destination($0) != nil } ?? false
  }

  /// Whether a word is a jump destination, and not just a number that looks like one.
  func isLabel(_ id: ExpressionID) -> Bool {
    table.value(id).flatMap(destination).map { labels[$0] } ?? false
  }

  /// The destinations that the code pushes. Those pushed as one byte count only where the code is that short, or
  /// jumps to a destination written so: most numbers of one byte are none.
  private static func labels(of code: [UInt8], _ destinations: JumpDestinations) -> [Bool] {
    var labels = [Bool](repeating: false, count: code.count + 1)
    var short: [Int] = []
    var hasShort = code.count <= 256
    var offset = 0
    while offset < code.count {
      let size = Int(code[offset]) - Int(Opcode.push0)
      let next = offset + 1 + max(0, size)
      if (1...4).contains(size), next <= code.count {
        let word = code[offset + 1..<next].reduce(0) { $0 << 8 | Int($1) }
        if destinations.contains(word) {
          if size > 1 { labels[word] = true } else { short.append(word) }
          if size == 1, next < code.count, code[next] == Opcode.jump || code[next] == Opcode.jumpi {
            hasShort = true
          }
        }
      }
      offset = (1...32).contains(size) ? next : offset + 1
    }
    if hasShort { for label in short { labels[label] = true } }
    return labels
  }

  /// Begins a context with its first state.
  mutating func add(_ key: ContextKey, _ context: Context) {
    let index = Int32(contexts.count)
    contexts.append(context)
    wordCount += context.state.stack.count
    keys[key] = index
    enqueue(index)
  }

  /// Runs a context again, unless it waits for that already.
  mutating func enqueue(_ index: Int32) {
    guard !contexts[Int(index)].isQueued else { return }
    contexts[Int(index)].isQueued = true
    if contexts[Int(index)].state.entry == 0 { dispatcherQueue.append(index) } else { queue.append(index) }
  }

  /// Another state reaches a context.
  mutating func meet(_ index: Int32, _ state: SymbolicState) {
    var mine = SymbolicState()
    swap(&mine, &contexts[Int(index)].state)
    var changed = false
    for slot in mine.stack.indices where mine.stack[slot] != state.stack[slot] {
      let word = merge(mine.stack[slot], state.stack[slot], index, slot)
      if word != mine.stack[slot] {
        mine.stack[slot] = word
        changed = true
      }
    }
    if mine.entry != state.entry && mine.entry != 0 {
      mine.entry = 0
      changed = true
    }
    if mine.selectorEqual != state.selectorEqual { mine.selectorEqual = -1 }
    if state.hasReturnData && !mine.hasReturnData {
      mine.hasReturnData = true
      changed = true
    }
    if mine.memory.meet(state.memory, { merge($0, $1, index, $2) }) { changed = true }
    swap(&mine, &contexts[Int(index)].state)
    if changed { enqueue(index) }
  }

  /// The value where one path says `a` and another `b`: a choice as far as labels go, else a new name.
  mutating func merge(_ a: ExpressionID, _ b: ExpressionID, _ index: Int32, _ slot: Int) -> ExpressionID {
    if a == b { return a }
    let (first, second) = (labelChoice(a), labelChoice(b))
    let openness = max(first.openness, second.openness)
    if first.words.isEmpty && second.words.isEmpty && slot >= 0 {
      return table.intern(Expression(op: ExpressionCode.merged, a: index, b: Int32(truncatingIfNeeded: slot)))
    }
    // Most often everything is there already.
    if openness == first.openness, Self.contains(first.words, second.words) { return a }
    steps += (first.words.count + second.words.count) / 4
    return table.choice(Set(first.words).union(second.words), openness: openness)
  }

  /// The labels a value can be, sorted, and what else.
  private func labelChoice(_ id: ExpressionID) -> (words: [ExpressionID], openness: Int32) {
    let node = table[id]
    switch node.op {
    case ExpressionCode.constant:
      return isLabel(id) ? ([id], Openness.closed) : ([], Openness.leavesOutConstants)
    case ExpressionCode.choice: return (table.lists[Int(node.a)], node.b)
    default: return ([], Openness.open)
    }
  }

  /// Whether all of `b` are in `a`; both are sorted.
  private static func contains(_ a: [ExpressionID], _ b: [ExpressionID]) -> Bool {
    var index = 0
    for word in b {
      while index < a.count && a[index] < word { index += 1 }
      if index == a.count || a[index] != word { return false }
    }
    return true
  }
}
