import EVM
import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

/// An interpreter over values and what they depend on.
///
/// It runs one transaction concretely on a given state, and proves along the way which other states lead to the
/// same accesses. The argument is by induction over the run: take any state in which every *fixed* location (see
/// `TaintTable`) has the value seen here. As long as both runs have taken the same way, every value whose
/// taint is fixed is the same in both, and so is everything else but the values that are tainted and the gas
/// left. Whenever such a value would decide the way or a key, one of two things is done: its locations are fixed;
/// or it is shown that deciding otherwise makes the whole transaction fail without any new access
/// (`TaintedMachine+Probe`). A failed transaction accesses a part of what the successful one does.
/// The gas left differs only by prices that depend on state, see `TaintedMachine+Gas`.
struct TaintedMachine: ~Copyable {
  let rules: ForkRules
  let block: BlockEnvironment
  let precompiles: PrecompileRules
  let limits: TaintedRunLimits
  let origin: Address
  let gasPrice: UInt256
  let blobHashes: [Hash32]
  /// Constant gas and stack bounds for each opcode.
  var table = PlainArray<OpcodeRequirements>(capacity: 256)

  var world: TaintedState
  var stack = TaintedStack()
  var memory = TaintedMemory(capacity: 1 << 11)
  var returned = TaintedMemory(capacity: 1 << 8)
  var returnedCount = 0
  var codes: [TaintedCode] = []
  /// The frames that wait for the current one.
  var frames = PlainArray<TaintedFrame>(capacity: 16)
  /// The current frame.
  var f: TaintedFrame
  var refund: Int64 = 0
  var prices = PlainArray<UncertainPrice>(capacity: 32)
  var gasReadings = PlainArray<GasReading>(capacity: 8)
  var frameCount = 0
  var stepsLeft: Int
  /// What may still be spent on other things than instructions, each unit being worth one: see `spend`.
  var workLeft: Int
  var probeStepsLeft: Int
  /// Whether something is no condition because where it is otherwise the transaction fails.
  var mayFail = false
  var failure: TaintedRunFailure?
  /// The hashes of earlier blocks that it asked for, which are no locations.
  var blockHashes: [UInt64: Hash32] = [:]
  /// What was worked out on the way and the transaction will ask for.
  var foreseen = Foreseen()
  var deployedCodes: [Hash32: Bytes] = [:]
  var precompileOutput: Bytes = []
  /// What precompiles returned before, where somebody keeps it.
  var precompileResults: PrecompileMemo?

  init(
    block: BlockEnvironment, origin: Address, gasPrice: UInt256, blobHashes: [Hash32],
    state: any StateReader, limits: TaintedRunLimits
  ) {
    rules = ForkRules(block.fork)
    self.block = block
    precompiles = PrecompileRules(era: PrecompileEra(block.fork))
    self.limits = limits
    self.origin = origin
    self.gasPrice = gasPrice
    self.blobHashes = blobHashes
    for requirement in rules.opcodes.requirements { table.append(requirement) }
    world = TaintedState(reader: state, maximumTaints: limits.maximumTaints)
    stepsLeft = limits.maximumSteps
    workLeft = limits.maximumSteps
    probeStepsLeft = limits.maximumProbeSteps
    f = TaintedFrame(
      kind: .call, code: 0, gas: 0, stackBase: 0, memoryBase: 0, inputStart: 0, inputCount: 0, account: 0,
      caller: .zero, value: .zero, isStatic: false, depth: 0, checkpoint: 0, refundAtStart: 0, firstPrice: 0,
      gasTaint: .none, serial: 0)
  }

  /// Pays for hashing, copying, growing memory and precompiles, which gas need not keep short where the gas limit is
  /// not that of a block. False where the run is to be given up.
  @inline(__always)
  mutating func spend(_ units: Int) -> Bool {
    workLeft &-= units
    if workLeft >= 0 { return true }
    failure = .tooManySteps
    return false
  }

  // MARK: Deciding

  /// Called with the taint of every value that decides the way or a key.
  @inline(__always)
  mutating func decide(_ taint: Taint) {
    if !taint.isNone { world.taints.fix(taint) }
  }

  /// The state's value of a field decides.
  mutating func decide(_ row: Int, _ field: Location.Field) {
    let taint = world.read(row, field)
    world.taints.fix(taint)
  }

  // MARK: Code

  /// The row of the account's code among the codes of the run; the code itself decides from now on.
  mutating func codeRow(ofAccount row: Int) -> Int {
    decide(row, .code)
    return loadedCode(row)
  }

  /// The same without a decision: for instructions that only look at code.
  mutating func loadedCode(_ row: Int) -> Int {
    if world.accounts[row].code >= 0 { return Int(world.accounts[row].code) }
    let hash = world.accounts[row].codeHash
    var code = codes[0]
    if hash != .emptyCode {
      do throws(StateReadError) {
        if let deployed = deployedCodes[hash] {
          code = TaintedCode(deployed, hash: hash)
        } else {
          let reader = world.reader
          code = try TaintedCode.of(hash) { () throws(StateReadError) in try reader.code(hash) }
        }
      } catch { world.note(error) }
    }
    codes.append(code)
    world.accounts[row].code = Int32(truncatingIfNeeded: codes.count - 1)
    return codes.count - 1
  }

  // MARK: Memory

  /// Charges for memory up to `offset + size` and makes it part of the frame's. Returns false for lack of gas.
  @inline(__always)
  mutating func expand(_ offset: UInt256, _ size: Int, _ gas: inout Int64) -> Bool {
    guard size > 0 else { return true }
    if offset.fitsUInt64, offset.l0 <= UInt64(truncatingIfNeeded: f.memorySize),
      Int(truncatingIfNeeded: offset.l0) &+ size <= f.memorySize
    {
      return true
    }
    return expandSlowly(offset, size, &gas)
  }

  @inline(never)
  private mutating func expandSlowly(_ offset: UInt256, _ size: Int, _ gas: inout Int64) -> Bool {
    // 2³² bytes cost more gas than any block has.
    guard offset.fitsUInt64, offset.l0 < 1 << 32, size < 1 << 32 else { return false }
    let end = (Int(offset.l0) + size + 31) / 32 * 32
    let oldWords = Int64(f.memorySize / 32)
    let words = Int64(end / 32)
    gas -= 3 * (words - oldWords) + words * words / 512 - oldWords * oldWords / 512
    guard gas >= 0 else { return false }
    guard f.memoryBase + end <= limits.maximumMemory else {
      failure = .tooMuchMemory
      return false
    }
    guard spend((end - f.memorySize) >> 6) else { return false }
    memory.ensure(f.memoryBase + end)
    memory.clear(f.memoryBase + f.memorySize, end - f.memorySize)
    f.memorySize = end
    return true
  }

  /// A size operand as an `Int`, nil where no gas pays for it.
  @inline(__always)
  func size(_ word: UInt256) -> Int? {
    word.fitsUInt64 && word.l0 < 1 << 32 ? Int(truncatingIfNeeded: word.l0) : nil
  }
}
