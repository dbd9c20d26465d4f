import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

/// Binds a transaction along a path that was seen before: computes what decided then, sees whether it decides alike,
/// and fills the path's locations with this transaction's keys. No code is walked.
struct PathRunner: ~Copyable {
  let workspace: PathWorkspace
  let call: TransactionCall
  let environment: BlockEnvironment
  let state: any StateReader
  let precompiles: PrecompileRules
  let results: PrecompileMemo
  /// At least this much gas is there when execution starts.
  let gasAtStart: Int

  var accountCount = 0
  var slotCount = 0
  private var transientCount = 0
  private(set) var instructionCount = 0
  private(set) var traceCount = 0

  init(
    workspace: PathWorkspace, call: TransactionCall, environment: BlockEnvironment, state: any StateReader,
    precompiles: PrecompileRules, results: PrecompileMemo
  ) {
    self.results = results
    self.workspace = workspace
    self.call = call
    gasAtStart = call.gasAtStart(environment)
    self.environment = environment
    self.state = state
    self.precompiles = precompiles
  }

  /// Where a run ended.
  enum Outcome {
    case bound(Prediction)
    /// Where the binder failed.
    case fails(FallbackReason)
    /// Outside the tree.
    case missing
  }

  /// Runs down the tree. `effects`, where there are any, become those of the transaction; nil where the path has none.
  mutating func run(
    from first: PathTraceReference, callee: Account?, effects: inout PredictedEffects?
  ) throws(StateReadError) -> Outcome {
    workspace.beginRun()
    accountCount = workspace.row(of: call.sender, count: 0) + 1
    workspace.accounts[0] = PathAccount(address: call.sender, account: nil, isLoaded: false)
    var trace = first
    var register = 0
    // One round for each trace.
    while true {
      traceCount &+= 1
      var exit = 0
      var index = 0
      let count = Int(trace.pointee.mainCount)
      var departure: UInt256?
      while index < count {
        let step = trace.pointee.instruction(index)
        index &+= 1
        if step.op < Opcode.keccak256 {
          workspace.registers[register] = WordOperation.evaluate(
            step.op, get(step.a, trace.pointee), get(step.b, trace.pointee), get(step.c, trace.pointee))
          register &+= 1
        } else if step.op < PathInstruction.firstGuard {
          workspace.registers[register] = try query(step, trace.pointee)
          register &+= 1
        } else {
          switch step.op {
          case PathInstruction.firstGuard &+ PathEvent.Kind.equal.rawValue:
            let word = get(step.a, trace.pointee)
            if word != trace.pointee.constant(step.b) { departure = word }
          case PathInstruction.firstGuard &+ PathEvent.Kind.code.rawValue:
            let hash = try codeHash(Int(step.aux), callee).word
            if hash != trace.pointee.constant(step.b) { departure = hash }
          default:
            guard let number = row(step, trace.pointee) else { return .missing }
            if number != step.node { departure = UInt256(UInt64(UInt32(bitPattern: number))) }
          }
          if departure != nil { break }
          exit &+= 1
        }
      }
      instructionCount &+= index
      guard let outcome = departure else { break }
      guard let next = trace.pointee.exit(exit, outcome) else { return .missing }
      trace = next
    }
    guard trace.pointee.holds(gasAtStart) else { return .missing }
    if let reason = trace.pointee.failure { return .fails(reason) }
    guard let prediction = try prediction(trace.pointee) else { return .missing }
    if effects != nil { effects = try self.effects(trace.pointee, from: register) }
    return .bound(prediction)
  }

  private func codeHash(_ row: Int, _ callee: Account?) throws(StateReadError) -> Hash32 {
    if !workspace.accounts[row].isLoaded, workspace.accounts[row].address == call.to {
      workspace.accounts[row].account = callee
      workspace.accounts[row].isLoaded = true
    }
    return try account(row)?.codeHash ?? .emptyCode
  }

  /// The number that a guard of rows, or of zeros, compares: nil where the path is beyond what is kept, or takes a
  /// turn that is never kept.
  @inline(__always)
  private mutating func row(_ step: PathInstruction, _ trace: borrowing PathTrace) -> Int32? {
    let word = get(step.a, trace)
    switch step.op {
    case PathInstruction.firstGuard &+ PathEvent.Kind.zero.rawValue: return word.isZero ? 0 : 1
    case PathInstruction.firstGuard &+ PathEvent.Kind.account.rawValue:
      guard let row = accountRow(Address(truncating: word), isConstant: step.a < 0) else { return nil }
      return Int32(truncatingIfNeeded: row)
    case PathInstruction.firstGuard &+ PathEvent.Kind.slot.rawValue:
      return Self.slotRow(workspace, word, step.aux, isTransient: false, &slotCount)
    default: return Self.slotRow(workspace, word, step.aux, isTransient: true, &transientCount)
    }
  }

  @inline(__always)
  private static func slotRow(
    _ workspace: PathWorkspace, _ slot: UInt256, _ account: Int32, isTransient: Bool, _ count: inout Int
  ) -> Int32? {
    let rows = isTransient ? workspace.transients : workspace.slots
    let row = workspace.row(ofSlot: slot, account, in: rows, isTransient: isTransient, count: count)
    if row == count {
      guard count < PathWorkspace.maximumSlots - 1 else { return nil }
      rows[row] = PathSlot(
        account: account, isLoaded: false, isCondition: false, isChanged: false, slot: slot, value: .zero)
      count &+= 1
    }
    return Int32(truncatingIfNeeded: row)
  }

  @inline(__always)
  func get(_ operand: Int16, _ trace: borrowing PathTrace) -> UInt256 {
    operand < 0 ? trace.constant(operand) : workspace.registers[Int(operand)]
  }

  /// The account's row. Nil where a computed address turns out to be a precompile, which runs no code.
  @inline(__always)
  private mutating func accountRow(_ address: Address, isConstant: Bool) -> Int? {
    let row = workspace.row(of: address, count: accountCount)
    if row == accountCount {
      guard accountCount < PathWorkspace.maximumAccounts - 1 else { return nil }
      if !isConstant, precompiles.precompile(at: address) != nil { return nil }
      workspace.accounts[row] = PathAccount(address: address, account: nil, isLoaded: false)
      accountCount &+= 1
    }
    return row
  }

  // MARK: State

  func account(_ row: Int) throws(StateReadError) -> Account? {
    if workspace.accounts[row].isLoaded { return workspace.accounts[row].account }
    let account = try state.account(workspace.accounts[row].address)
    workspace.accounts[row].account = account
    workspace.accounts[row].isLoaded = true
    return account
  }

  func slotValue(_ row: Int) throws(StateReadError) -> UInt256 {
    let slot = workspace.slots[row]
    if slot.isLoaded { return slot.value }
    let value = try state.storage(workspace.accounts[Int(slot.account)].address, slot.slot)
    workspace.slots[row].value = value
    workspace.slots[row].isLoaded = true
    return value
  }

  // MARK: Instructions

  func query(_ step: PathInstruction, _ trace: borrowing PathTrace) throws(StateReadError) -> UInt256 {
    let aux = Int(step.aux)
    switch step.op {
    case PathCode.callDataWord: return callDataWord(at: aux)
    case PathCode.hashOfTwo: return workspace.hash(get(step.a, trace), get(step.b, trace))
    case PathCode.accountAddress: return workspace.accounts[aux].address.word
    case Opcode.sload: return try slotValue(aux)
    case Opcode.balance: return try account(aux)?.balance ?? .zero
    case Opcode.extcodesize:
      guard let account = try account(aux), account.codeHash != .emptyCode else { return .zero }
      return UInt256(try state.code(account.codeHash).count)
    case Opcode.extcodehash:
      guard let account = try account(aux), !account.isEmpty else { return .zero }
      return account.codeHash.word
    case Opcode.keccak256:
      let count = assemble(step.aux, trace)
      return unsafe keccak256(UnsafeRawBufferPointer(start: workspace.text.bytes, count: count)).word
    case PathCode.bytes:
      _ = assemble(step.aux, trace)
      return unsafe UInt256(bigEndianAt: UnsafeRawPointer(workspace.text.bytes))
    case PathCode.recover: return signer(step, trace) ?? get(step.a, trace)
    case PathCode.recovers: return signer(step, trace) == nil ? .zero : .one
    case PathCode.precompile: return precompileResult(step, trace)
    case Opcode.blockhash:
      let number = get(step.a, trace)
      guard number.fitsUInt64, number.l0 < environment.number, environment.number &- number.l0 <= 256 else {
        return .zero
      }
      return try state.blockHash(number.l0).word
    case Opcode.blobhash: return call.blobHash(get(step.a, trace))
    case Opcode.address: return call.to?.word ?? .zero
    case Opcode.callvalue: return call.value
    case Opcode.gasprice: return call.gasPrice
    case PathCode.upfrontCost: return call.upfrontCost
    case Opcode.coinbase: return environment.coinbase.word
    case Opcode.timestamp: return UInt256(environment.timestamp)
    case Opcode.number: return UInt256(environment.number)
    case Opcode.prevrandao: return environment.prevRandao
    case Opcode.gaslimit: return UInt256(environment.gasLimit)
    case Opcode.chainid: return UInt256(environment.chainID)
    case Opcode.basefee: return environment.baseFee
    case Opcode.blobbasefee: return environment.blobBaseFee
    default: return .zero
    }
  }

  /// CALLDATALOAD.
  private func callDataWord(at offset: Int) -> UInt256 {
    let count = call.data.count
    guard offset >= 0, offset < count else { return .zero }
    if offset &+ 32 <= count {
      return unsafe call.data.withUnsafeBytes { buffer in
        // Invariant: offset + 32 ≤ count was checked above, so 32 bytes are readable and the base exists.
        guard let base = buffer.baseAddress else { return .zero }
        return unsafe UInt256(bigEndianAt: base + offset)
      }
    }
    var word = UInt256.zero
    for index in offset..<count { word = word.shiftedLeft(8) | UInt256(UInt64(call.data[index])) }
    return word.shiftedLeft(UInt64(8 * (offset + 32 - count)))
  }

  /// Puts a text together in the workspace, followed by zeros to the end of a word. Returns its size.
  private func assemble(_ text: Int32, _ trace: borrowing PathTrace) -> Int {
    let template = trace.template(text)
    let count = min(Int(template.byteCount), PathWorkspace.maximumText)
    // Invariant: the workspace's text has `maximumText` + 32 bytes; every write below ends at or before `count`, which
    // is no more than `maximumText`, or is the word of zeros behind it.
    let base = unsafe workspace.text.bytes
    unsafe (base + count).initializeMemory(as: UInt8.self, repeating: 0, count: 32)
    if count == Int(template.byteCount) { unsafe trace.copyBytes(template, to: base) }
    for index in 0..<Int(template.partCount) {
      let part = trace.part(template, index)
      let offset = Int(part.offset)
      let size = min(Int(part.count), count - offset)
      guard offset >= 0, size > 0 else { continue }
      if part.node == 0 {
        for byte in 0..<size {
          let place = Int(part.skip) + byte
          let value = place < call.data.count ? call.data[place] : 0
          unsafe (base + offset + byte).storeBytes(of: value, as: UInt8.self)
        }
      } else {
        let word = workspace.registers[Int(part.node) - 1]
        if size == 32 {
          unsafe word.storeBigEndian(at: base + offset)
        } else {
          for byte in 0..<size {
            let value = word.byte(UInt256(UInt64(Int(part.skip) + byte))).l0
            unsafe (base + offset + byte).storeBytes(of: UInt8(truncatingIfNeeded: value), as: UInt8.self)
          }
        }
      }
    }
    return count
  }

  /// What ECRECOVER returns; nil where it returns nothing.
  private func signer(_ step: PathInstruction, _ trace: borrowing PathTrace) -> UInt256? {
    results.signer(assembled(step.aux, trace).span, precompiles, &workspace.foreseen)
  }

  /// Something of what a precompile returns.
  private func precompileResult(_ step: PathInstruction, _ trace: borrowing PathTrace) -> UInt256 {
    guard let (precompile, aspect) = PrecompileAspect.decode(get(step.a, trace).l0) else { return .zero }
    return aspect.word(
      of: results.output(of: precompile, assembled(step.aux, trace).span, precompiles, &workspace.foreseen))
  }

  private func assembled(_ text: Int32, _ trace: borrowing PathTrace) -> [UInt8] {
    let count = assemble(text, trace)
    return unsafe [UInt8](UnsafeRawBufferPointer(start: workspace.text.bytes, count: count))
  }
}
