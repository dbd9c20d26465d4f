public import EVMBytecode
public import EVMPrecompiles
public import EVMState
import EthereumTypes
import Synchronization

/// The Ethereum virtual machine: runs messages on a journal, under the rules of one fork.
///
/// One machine serves one thread. It is made once and used for many transactions: its stack, memory and code
/// tables are kept. The life of a transaction is `begin`, then the steps in `TransactionProcessor`.
public struct Machine: ~Copyable {
  /// Never used: a structure that holds an atomic stays where it is, any other is copied as a whole before each call of a
  /// method that does not change it.
  private let anchor = Atomic<Bool>(false)
  /// The state as the running transaction sees it.
  public internal(set) var journal: Journal
  /// The block the transaction runs in.
  public internal(set) var block: BlockEnvironment
  /// The rules of the block's fork.
  public internal(set) var rules: ForkRules

  /// What the running transaction is charged.
  var terms = TransactionTerms()

  // What the transaction gives to every frame.
  var origin = Address.zero
  var gasPrice = UInt256.zero
  var blobHashes: [Hash32] = []

  // The running message.
  var frames: [Frame] = []
  /// The running frame's context.
  var context: FrameContext
  var stacks = StackArena()
  var memory = MemoryArena()
  /// Hashes of the block's storage keys that were not foreseen; forgotten with it, so that no run hangs on the one before.
  var pairHashes = PairHashes(capacity: 256)
  /// What is foreseen, which of it the running transaction is expected to ask for, and where to look first: there, or at the
  /// end.
  var foreseen = ForeseenTable.empty
  var expected = 0
  /// Whether it was also worked out for this block what transactions are charged.
  var knowsTerms = false
  var expectedPairs = 0..<0
  var nextPair = 0
  var expectedResults = 0..<0
  var nextResult = 0
  var returnData = ByteBuffer()
  var refund: Int64 = 0
  /// Where the running frame's memory starts in the arena, and how many bytes of it there are.
  var memoryStart = 0
  var memorySize = 0
  /// Why the last frame that failed did so.
  var haltReason = ExceptionalHalt.outOfGas
  /// Gas of the running frame after a call or creation that needed no new frame.
  var resumeGas: Int64 = 0
  /// What growing the state costs, where `rules.hasStateGas`.
  var stateGas: StateGas

  /// Whether the fee recipient is left to whoever applies the effects, where the transaction has not looked at it: then it
  /// is credited in them all the same, but not read, and not there before. For who runs transactions before it is known
  /// what others leave there.
  package var leavesFeeRecipient = false

  var precompiles: PrecompileRules
  var precompileOutput: Bytes = []
  private(set) var instructions: InstructionTable
  private let sharedCodes: CodeCache
  private var codes: [Code] = []
  private var codeNumbers: [Hash32: Int32] = [:]
  /// The latest of them, each where the last bits of its hash say: to look there first is cheaper than to hash a hash.
  private var latestCodes = PlainArray<(hash: Hash32, number: Int32)>(repeating: (.zero, -1), count: 256)

  /// Makes a machine for transactions of a block.
  ///
  /// - Parameters:
  ///   - block: the block's environment.
  ///   - reader: the state to begin with.
  ///   - codes: where prepared codes are kept; several machines may share one.
  public init(block: BlockEnvironment, reader: any StateReader, codes: CodeCache = CodeCache()) {
    sharedCodes = codes
    journal = Journal(reader: reader)
    context = FrameContext(outermostIn: &journal)
    self.block = block
    rules = ForkRules(block.fork)
    stateGas = StateGas(block)
    precompiles = PrecompileRules(era: PrecompileEra(block.fork))
    instructions = InstructionTable(rules.opcodes.requirements)
  }

  /// Makes the machine ready for another block, keeping its memory and its prepared codes.
  public mutating func enter(_ block: BlockEnvironment, reader: any StateReader) {
    if block.fork != self.block.fork {
      rules = ForkRules(block.fork)
      precompiles = PrecompileRules(era: PrecompileEra(block.fork))
      instructions = InstructionTable(rules.opcodes.requirements)
    }
    self.block = block
    stateGas = StateGas(block)
    pairHashes.removeAll()
    leavesFeeRecipient = false
    expectNothing()
    begin(reader: reader)
  }

  /// Lets go of the state that was read last and of what was expected, keeping everything else for the next block.
  public mutating func leave() {
    expectNothing()
    begin(reader: Self.nothing)
  }

  private static let nothing = MemoryState()

  /// Forgets the last transaction and begins the next one over `reader`.
  public mutating func begin(reader: any StateReader) {
    journal.reset(reader: reader)
    frames.removeAll(keepingCapacity: true)
    returnData.removeAll()
    refund = 0
    stateGas.begin(reservoir: 0)
    if codes.count > Self.codeLimit {
      codes.removeAll()
      codeNumbers.removeAll()
      for place in 0..<latestCodes.count { latestCodes[place].number = -1 }
    }
  }

  /// So many prepared codes are kept before starting over, to bound memory on long runs.
  private static var codeLimit: Int { 1 << 14 }

  // MARK: Code

  /// The prepared code of an account.
  mutating func code(of account: Journal.AccountHandle) -> Code {
    let known = journal.codeHandle(account)
    if known >= 0 { return codes[Int(known)] }
    let number = codeNumber(journal.codeHash(account))
    journal.setCodeHandle(number, for: account)
    return codes[Int(number)]
  }

  private mutating func codeNumber(_ hash: Hash32) -> Int32 {
    let place = Int(truncatingIfNeeded: hash.word.l0) & (latestCodes.count - 1)
    let latest = latestCodes[place]
    if latest.number >= 0, latest.hash == hash { return latest.number }
    let number = number(of: hash)
    // After a failed read that is no code's.
    if !journal.hasFault { latestCodes[place] = (hash, number) }
    return number
  }

  private mutating func number(of hash: Hash32) -> Int32 {
    if let number = codeNumbers[hash] { return number }
    let number = Int32(codes.count)
    let code = sharedCodes.code(hash) {
      let bytes = journal.code(hash)
      return !journal.hasFault ? bytes : nil
    }
    // After a failed read there is no code; the fault ends the transaction anyway.
    codes.append(code.map { Code(sharing: $0) } ?? Code([]))
    if code != nil { codeNumbers[hash] = number }
    return number
  }

  // MARK: Running

  /// Runs the frames on the stack of calls until the outermost one has ended, and says how.
  mutating func run<Tracer: InstructionTracer>(_ tracer: inout Tracer) -> (exit: FrameExit, gas: Int64) {
    while true {
      let exit = interpret(&tracer)
      if exit == .suspended { continue }
      guard let frame = frames.popLast() else { return (.failed, 0) }
      if Tracer.isActive { traceEnd(&tracer, of: frame, exit) }
      let result = frame.context.isCreation ? finishCreation(frame, exit) : finishCall(frame, exit)
      if frames.isEmpty || journal.hasFault { return result }
    }
  }

  /// Puts the state back where the frame found it.
  mutating func rollBack(_ frame: Frame) {
    journal.revert(to: frame.context.checkpoint)
    refund = frame.context.refundAtEntry
  }

  /// Hands a call's outcome to its caller.
  private mutating func finishCall(_ frame: Frame, _ exit: FrameExit) -> (exit: FrameExit, gas: Int64) {
    var gas = frame.gas
    if rules.hasStateGas { stateGas.leave(succeeded: exit == .succeeded) }
    if exit != .succeeded { rollBack(frame) }
    if exit == .failed {
      gas = 0
      returnData.removeAll()
    }
    resumeCaller(gas: gas, pushing: exit == .succeeded ? .one : .zero)
    if let caller = frames.last {
      returnData.copy(
        0, min(frame.context.returnCount, returnData.count), to: memory,
        caller.memoryStart &+ frame.context.returnOffset)
    }
    return (exit, gas)
  }

  /// Returns gas to the waiting caller and pushes the result of its call on its stack.
  mutating func resumeCaller(gas: Int64, pushing word: UInt256) {
    guard !frames.isEmpty else { return }
    let top = frames.count - 1
    frames[top].gas &+= gas
    var stack = stacks.pointer(frames[top].stackTop)
    stack.push(word)
    frames[top].stackTop = stacks.index(stack)
  }
}

extension PrecompileEra {
  /// The era a fork belongs to.
  public init(_ fork: Fork) {
    self =
      switch fork {
      case .osaka...: .osaka
      case .prague...: .prague
      case .cancun...: .cancun
      case .berlin...: .berlin
      case .istanbul...: .istanbul
      case .byzantium...: .byzantium
      default: .frontier
      }
  }
}
