import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

/// Binds contract summaries to one transaction: evaluates keys, targets and the conditions that decide
/// between live paths, and leaves everything else a symbol.
///
/// Values that follow from the transaction and the block are computed as they come. A value from the state is
/// a symbol until a key, a call target, an extent or an undecided branch asks for it; then it is read and its
/// location becomes a condition of the prediction. So the conditions are exactly the state values that decided
/// which locations the transaction touches.
struct Binder {
  let analyzer: AccessAnalyzer
  let call: TransactionCall
  let environment: BlockEnvironment
  let state: any StateReader
  let precompiles: PrecompileRules

  /// What a binding may spend before it gives up, in steps of about ten nanoseconds; see `spend`.
  static let maximumWork = 12_000_000
  /// Bytes of memory per frame, and in all frames together.
  static let maximumMemory = 2_097_152
  static let maximumTotalMemory = 8_388_608
  /// Symbols, and bytes in the texts that they stand for.
  static let maximumSymbols = 400_000
  static let maximumTextBytes = 16_777_216
  static let maximumDepth = 1024

  let workspace: Workspace
  var symbols: SymbolTable
  var table: StateTable
  var suspended: [Frame]
  /// What decided something; may hold several on one location.
  var conditions: [Condition] = []
  /// The same where it is not a value that decided, but that it lies between two.
  var conditionBounds: [Bounds] = []
  /// What shows whether slots are only added to.
  var observations: Observations
  let stack: ValueView
  /// How many words all frames' stacks hold together.
  var height = 0
  let registers: ValueView
  var frame: Frame
  var outcome: Outcome?
  var stepCount = 0
  var segmentCount = 0
  /// The hashes of earlier blocks that were asked for.
  var blockHashes: [UInt64: Hash32] = [:]
  /// What was worked out on the way and the transaction will ask for.
  var foreseen = Foreseen()
  /// Whether prices of SSTORE are worked out from the values in the state, which then are conditions, because bounds that
  /// hold whatever the values are were not enough to prove that a frame has the gas it needs.
  let provesGasByValues: Bool
  /// Whether a transaction that fails in the state at hand is predicted to fail, on the condition of what makes it, and not
  /// to do what it would do if it succeeded, which covers both.
  let followsFailures: Bool
  private var workLeft = Binder.maximumWork
  /// Bytes of memory of the frames that wait.
  private var suspendedMemory = 0

  /// How the transaction's top frame ended.
  enum Outcome {
    case succeeded
    case failed
  }

  init(
    analyzer: AccessAnalyzer, call: TransactionCall, environment: BlockEnvironment, state: any StateReader,
    precompiles: PrecompileRules, workspace: Workspace, recorder: PathRecorder? = nil,
    provesGasByValues: Bool = false, followsFailures: Bool = false
  ) {
    self.followsFailures = followsFailures
    self.provesGasByValues = provesGasByValues
    self.analyzer = analyzer
    self.call = call
    self.environment = environment
    self.state = state
    self.precompiles = precompiles
    self.workspace = workspace
    symbols = workspace.symbols
    table = workspace.table
    observations = workspace.observations
    suspended = workspace.suspended
    stack = workspace.stack
    registers = workspace.registers
    // Moved, not shared: the tables are changed in place.
    workspace.symbols = SymbolTable.none
    workspace.table = StateTable.none
    workspace.observations = Observations()
    workspace.suspended = []
    // A frame that runs no code, until the transaction's own takes its place.
    frame = Frame(
      summary: analyzer.emptySummary, purpose: .call(outputOffset: 0, outputSize: 0), isStrict: false,
      isStatic: false, account: 0, address: .zero, caller: .zero, callerRow: 0, value: .zero, input: Text(),
      stackBase: 0, checkpoint: 0, gasAvailable: 0)
    symbols.recorder = recorder
  }

  /// Gives the tables back to the workspace, emptied.
  mutating func finish() {
    symbols.removeAll()
    table.removeAll()
    observations.removeAll()
    suspended.removeAll(keepingCapacity: true)
    swap(&workspace.symbols, &symbols)
    swap(&workspace.table, &table)
    swap(&workspace.observations, &observations)
    swap(&workspace.suspended, &suspended)
  }

  /// Runs the frames until the top one ends.
  mutating func run() throws(FallbackReason) {
    while outcome == nil {
      let segment = try segment(of: frame.summary, at: frame.next, assumes: !frame.isStrict).pointee
      segmentCount += 1
      stepCount += segment.stepCount + 4
      guard symbols.count < Self.maximumSymbols else { throw .budget }
      try spend(segment.stepCount + 4)
      try enter(segment)
      frame.gasUsed += segment.gas
      if segment.memoryEnd > frame.memoryFloor { frame.memoryFloor = segment.memoryEnd }
      guard try perform(segment) else { continue }
      if frame.isStrict {
        try proveGas(0)
      }
      try finish(segment)
    }
  }

  @inline(__always)
  private mutating func segment(
    of summary: ContractSummary, at start: Int, assumes: Bool
  ) throws(FallbackReason) -> SegmentReference {
    if let known = summary.segment(at: start, assumes: assumes) { return known }
    let before = summary.workDone
    let made = summary.makeSegment(at: start, assumes: assumes)
    try spend(summary.workDone - before)
    return made
  }

  /// Makes sure that the frame has `needed` gas left, whatever the state is.
  mutating func proveGas(_ needed: Int) throws(FallbackReason) {
    let slack = frame.gasAvailable - frame.gasUsed - frame.memoryPrice - needed
    if slack < 0 { throw .gas }
    symbols.recorder?.needsGas(slack: slack)
  }

  // MARK: Budget

  /// Pays for work; gives up where the budget is used up. One unit is about ten nanoseconds: a step, sixteen
  /// hashed bytes, half a kilobyte copied, a few pieces of a half-known text looked at.
  @inline(__always)
  mutating func spend(_ units: Int) throws(FallbackReason) {
    workLeft &-= units
    if workLeft < 0 { throw .budget }
  }

  /// Pays for looking at the pieces of a text.
  @inline(__always)
  mutating func spend(on text: borrowing Text) throws(FallbackReason) {
    if text.pieceCount > 8 { try spend(text.pieceCount >> 3) }
  }

  /// Pays for copying `count` bytes out of a text.
  mutating func spend(copying count: Int, of text: borrowing Text) throws(FallbackReason) {
    try spend(4 + count >> 9 + text.pieceCount >> 2)
  }

  /// Pays for a new symbol that stands for a text of `count` bytes.
  mutating func spend(keeping count: Int) throws(FallbackReason) {
    guard symbols.textBytes + count <= Self.maximumTextBytes else { throw .budget }
  }

  private mutating func enter(_ segment: Segment) throws(FallbackReason) {
    let own = height - frame.stackBase
    guard own >= segment.parameterCount, own + segment.maximumRise <= 1024 else { throw .stack }
    // One word more than the frame may hold: a call's result is pushed behind the check.
    guard height + segment.maximumRise + 1 <= stack.capacity, segment.registerCount <= registers.capacity
    else { throw .budget }
    for index in 0..<segment.parameterCount { registers[index] = stack[height - 1 - index] }
  }

  @inline(__always)
  func get(_ operand: Operand, _ segment: Segment) -> Value {
    operand < 0 ? segment.constant(operand) : registers[Int(operand)]
  }

  /// Leaves the segment's results on the stack.
  private mutating func leave(_ segment: Segment) {
    height -= segment.parameterCount
    for index in 0..<segment.pushCount { stack[height + index] = get(segment.push(index), segment) }
    height += segment.pushCount
  }

  /// Pushes the result of a call.
  mutating func push(_ value: Value) {
    stack[height] = value
    height += 1
  }

  /// Carries out the segment's end.
  private mutating func finish(_ segment: Segment) throws(FallbackReason) {
    switch segment.end {
    case .jump(let offset):
      leave(segment)
      frame.next = offset
    case .jumpTo(let operand):
      let target = try force(get(operand, segment))
      leave(segment)
      try jump(to: target)
    case .branch(let condition, let taken, let next):
      let isUntaken = try isZero(get(condition, segment))
      let target = get(taken, segment)
      leave(segment)
      if isUntaken { frame.next = next } else { try jump(to: force(target)) }
    case .stop: try succeed(with: Text())
    case .output(let offset, let size):
      if let range = try extent(get(offset, segment), get(size, segment)) {
        try spend(copying: range.count, of: frame.memory)
        try succeed(with: frame.memory.slice(range.lowerBound, range.count))
      }
    case .revert(let offset, let size):
      if frame.isStrict {
        if let range = try extent(get(offset, segment), get(size, segment)) {
          try proveGas(0)
          try spend(copying: range.count, of: frame.memory)
          try fail(with: frame.memory.slice(range.lowerBound, range.count), burnsGas: false)
        }
      } else {
        try fail()
      }
    case .fail: try fail()
    case .selfdestruct(let heir): try selfdestruct(to: get(heir, segment))
    case .call(let site): try performCall(site, segment)
    case .create(let site): try performCreate(site, segment)
    case .unsupported(let reason): throw reason
    }
  }

  /// Leaves the segment before a call: its results go to the stack, control will go on at `next`.
  mutating func suspend(_ segment: Segment, next: Int) {
    leave(segment)
    frame.next = next
  }

  private mutating func jump(to target: UInt256) throws(FallbackReason) {
    guard target.fitsUInt64, target.l0 < UInt64(frame.summary.code.count),
      frame.summary.destinations.contains(Int(target.l0))
    else {
      try fail()
      return
    }
    frame.next = Int(target.l0)
  }

  // MARK: Extents

  /// A memory range, the memory grown to hold it. Nil where the frame failed, because no gas pays for it.
  mutating func extent(_ offset: Value, _ size: Value) throws(FallbackReason) -> Range<Int>? {
    if size.isKnown, offset.isKnown, size.trace | offset.trace == 0, size.word.fitsUInt64,
      offset.word.fitsUInt64
    {
      // Within what there is already: the common case.
      let (end, overflow) = offset.word.l0.addingReportingOverflow(size.word.l0)
      if !overflow, end <= UInt64(frame.memory.count), size.word.l0 != 0 {
        return Int(offset.word.l0)..<Int(end)
      }
    }
    let size = try force(size)
    if size.isZero { return 0..<0 }
    let offset = try force(offset)
    guard size.fitsUInt64, offset.fitsUInt64, size.l0 < 1 << 32, offset.l0 < 1 << 32 else {
      try fail()
      return nil
    }
    let end = Int(offset.l0 + size.l0)
    try grow(to: end)
    return Int(offset.l0)..<end
  }

  /// Makes the frame's memory at least `end` bytes long.
  mutating func grow(to end: Int) throws(FallbackReason) {
    guard end > frame.memory.count else { return }
    guard end <= Self.maximumMemory, suspendedMemory + end <= Self.maximumTotalMemory else { throw .budget }
    try spend((end - frame.memory.count) >> 8)
    frame.memory.grow(to: end)
  }

  /// Puts the frame aside for the one it calls.
  mutating func suspendFrame() throws(FallbackReason) {
    suspendedMemory += frame.memory.count
    try spend(32)
    suspended.append(frame)
  }

  // MARK: Ends of frames

  /// Ends the frame in failure.
  ///
  /// - Parameter burnsGas: whether all the gas it was given is lost: an exceptional halt, no REVERT.
  mutating func fail(with data: Text = Text(), burnsGas: Bool = true) throws(FallbackReason) {
    // In a frame whose failure fails the transaction nothing after this matters.
    guard frame.isStrict, let parent = suspended.popLast() else {
      outcome = .failed
      return
    }
    table.revert(to: frame.checkpoint)
    resume(parent, result: .zero, data: data, burnsGas: burnsGas)
  }

  /// Ends the frame in success.
  mutating func succeed(with data: Text) throws(FallbackReason) {
    if case .create(let row) = frame.purpose {
      // What the deposit rules could refuse is not followed.
      if frame.isStrict, !data.isKnown || data.count > 24_576 || data.bytes.first == 0xEF { throw .creation }
      frame.gasUsed += 200 * data.count
      // Frontier went on without code where the deposit could not be paid.
      if environment.fork < .homestead, frame.gasUsed > frame.gasAvailable { throw .gas }
      if frame.isStrict { try proveGas(0) }
      if data.count > 0 {
        table.change(row) {
          $0.newCode = data
          $0.resolved = nil
          $0.flags.insert(.codeWritten)
        }
      }
      guard let parent = suspended.popLast() else {
        outcome = .succeeded
        return
      }
      let address = table.accounts[row].address
      resume(parent, result: Value(address.word), data: Text(), burnsGas: false)
      return
    }
    // What ends a frame has its price, too: memory, an heir.
    if frame.isStrict { try proveGas(0) }
    guard let parent = suspended.popLast() else {
      outcome = .succeeded
      return
    }
    resume(parent, result: Value(.one), data: data, burnsGas: false)
  }

  /// Goes back to the caller with a result.
  private mutating func resume(_ parent: Frame, result: Value, data: Text, burnsGas: Bool) {
    let ended = frame
    height = ended.stackBase
    frame = parent
    suspendedMemory -= frame.memory.count
    recycle(ended.memory)
    // An exceptional halt burns everything it was given, but it was given no more than a part of what was left.
    frame.gasUsed += ended.gasUsed + ended.memoryPrice
    if !burnsGas { frame.gasSpared += ended.gasSpared }
    if burnsGas {
      observations.prices.removeSubrange(min(ended.firstPrice, observations.prices.count)...)
      burnGrantedGas()
    }
    frame.returnData = data
    frame.undecidedRecovery = 0
    if case .call(let offset, let size) = ended.purpose {
      let count = min(size, data.count)
      if count > 0 { frame.memory.copy(data, from: 0, count: count, to: offset) }
    }
    push(result)
  }

  /// A call burnt all the gas it was given, which is no more than a part of what was left.
  mutating func burnGrantedGas() {
    frame.gasUsed = max(frame.gasUsed, frame.gasAvailable - frame.gasLeft / 64)
    observations.hasBurntGas = true
  }

  /// Keeps a frame's memory for the next frame.
  private func recycle(_ memory: consuming Text) {
    guard memory.count < 65_536, workspace.buffers.count < 8 else { return }
    workspace.buffers.append(memory.emptied())
  }

  /// Empty memory for a frame.
  func freshMemory() -> Text { Text(workspace.buffers.popLast() ?? []) }
}
