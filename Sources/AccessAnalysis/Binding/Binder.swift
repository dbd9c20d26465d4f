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

  /// Steps per binding before it gives up.
  static let maximumSteps = 3_000_000
  /// Bytes of memory per frame, and in all frames together.
  static let maximumMemory = 2_097_152
  static let maximumSymbols = 400_000
  static let maximumDepth = 1024

  var symbols = SymbolTable()
  var table = StateTable()
  var conditions: [Location] = []
  var conditionSet = Set<Location>()
  var stack: [Value] = []
  var registers: [Value] = []
  var frame: Frame
  var suspended: [Frame] = []
  var outcome: Outcome?
  var stepCount = 0
  var segmentCount = 0

  /// How the transaction's top frame ended.
  enum Outcome {
    case succeeded
    case failed
  }

  init(
    analyzer: AccessAnalyzer, call: TransactionCall, environment: BlockEnvironment, state: any StateReader,
    precompiles: PrecompileRules
  ) {
    self.analyzer = analyzer
    self.call = call
    self.environment = environment
    self.state = state
    self.precompiles = precompiles
    // A frame that runs no code, until the transaction's own takes its place.
    frame = Frame(
      summary: analyzer.emptySummary, purpose: .call(outputOffset: 0, outputSize: 0), isStrict: false,
      isStatic: false, account: 0, address: .zero, caller: .zero, value: .zero, input: Text(), stackBase: 0,
      checkpoint: 0, gasAvailable: 0)
  }

  /// Runs the frames until the top one ends.
  mutating func run() throws(FallbackReason) {
    while outcome == nil {
      let segment = frame.summary.segment(at: frame.next, assumes: !frame.isStrict)
      segmentCount += 1
      stepCount += segment.steps.count + 4
      guard stepCount < Self.maximumSteps, symbols.count < Self.maximumSymbols else { throw .budget }
      try enter(segment)
      frame.gasUsed += segment.gas
      guard try perform(segment) else { continue }
      if frame.isStrict && frame.gasUsed + GasBound.memory(frame.memory.count) > frame.gasAvailable {
        throw .gas
      }
      try finish(segment)
    }
  }

  private mutating func enter(_ segment: Segment) throws(FallbackReason) {
    let height = stack.count - frame.stackBase
    guard height >= segment.parameterCount, height + segment.maximumRise <= 1024 else { throw .stack }
    if registers.count < segment.registerCount {
      registers.append(
        contentsOf: repeatElement(Value.zero, count: segment.registerCount - registers.count + 64))
    }
    for index in 0..<segment.parameterCount { registers[index] = stack[stack.count - 1 - index] }
  }

  @inline(__always)
  func get(_ operand: Operand, _ segment: Segment) -> Value {
    operand < 0 ? Value(segment.constants[Int(~operand)]) : registers[Int(operand)]
  }

  /// Leaves the segment's results on the stack.
  private mutating func leave(_ segment: Segment) {
    stack.removeLast(segment.parameterCount)
    for operand in segment.pushes { stack.append(get(operand, segment)) }
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
      let decision = try force(get(condition, segment))
      let target = get(taken, segment)
      leave(segment)
      if decision.isZero { frame.next = next } else { try jump(to: force(target)) }
    case .stop: try succeed(with: Text())
    case .output(let offset, let size):
      if let range = try extent(get(offset, segment), get(size, segment)) {
        try succeed(with: frame.memory.slice(range.lowerBound, range.count))
      }
    case .revert(let offset, let size):
      if frame.isStrict {
        if let range = try extent(get(offset, segment), get(size, segment)) {
          try fail(with: frame.memory.slice(range.lowerBound, range.count))
        }
      } else {
        try fail(with: Text())
      }
    case .fail: try fail(with: Text())
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
      try fail(with: Text())
      return
    }
    frame.next = Int(target.l0)
  }

  // MARK: Extents

  /// A memory range, the memory grown to hold it. Nil where the frame failed, because no gas pays for it.
  mutating func extent(_ offset: Value, _ size: Value) throws(FallbackReason) -> Range<Int>? {
    let size = try force(size)
    if size.isZero { return 0..<0 }
    let offset = try force(offset)
    guard size.fitsUInt64, offset.fitsUInt64, size.l0 < 1 << 32, offset.l0 < 1 << 32 else {
      try fail(with: Text())
      return nil
    }
    let end = Int(offset.l0 + size.l0)
    guard end <= Self.maximumMemory else { throw .budget }
    frame.memory.grow(to: end)
    return Int(offset.l0)..<end
  }

  // MARK: Ends of frames

  /// Ends the frame in failure.
  mutating func fail(with data: Text) throws(FallbackReason) {
    // In a frame whose failure fails the transaction nothing after this matters.
    guard frame.isStrict, let parent = suspended.popLast() else {
      outcome = .failed
      return
    }
    table.revert(to: frame.checkpoint)
    resume(parent, result: .zero, data: data, isFailure: true)
  }

  /// Ends the frame in success.
  mutating func succeed(with data: Text) throws(FallbackReason) {
    if case .create(let row) = frame.purpose {
      if frame.isStrict, data.count > 24_576 || (data.bytes.first == 0xEF) { throw .creation }
      frame.gasUsed += 200 * data.count
      if frame.isStrict && frame.gasUsed > frame.gasAvailable { throw .gas }
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
      resume(parent, result: Value(address.word), data: Text(), isFailure: false)
      return
    }
    guard let parent = suspended.popLast() else {
      outcome = .succeeded
      return
    }
    resume(parent, result: Value(.one), data: data, isFailure: false)
  }

  /// Goes back to the caller with a result.
  private mutating func resume(_ parent: Frame, result: Value, data: Text, isFailure: Bool) {
    let ended = frame
    stack.removeLast(stack.count - ended.stackBase)
    frame = parent
    // A failure may have burnt everything it was given, but it was given no more than a part of what was left.
    frame.gasUsed += ended.gasUsed + GasBound.memory(ended.memory.count)
    if isFailure { frame.gasUsed = max(frame.gasUsed, frame.gasAvailable - frame.gasLeft / 64) }
    frame.returnData = data
    frame.undecidedRecovery = 0
    if case .call(let offset, let size) = ended.purpose {
      let count = min(size, data.count)
      if count > 0 { frame.memory.copy(data, from: 0, count: count, to: offset) }
    }
    stack.append(result)
  }
}
