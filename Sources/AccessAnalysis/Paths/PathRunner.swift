import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

/// Binds a transaction along a path that was seen before: computes what decided then, sees whether it decides alike,
/// and fills the path's locations with this transaction's keys. No code is walked.
struct PathRunner {
  let workspace: PathWorkspace
  let call: TransactionCall
  let environment: BlockEnvironment
  let state: any StateReader
  let precompiles: PrecompileRules

  var accountCount = 0
  var slotCount = 0
  private var transientCount = 0
  private(set) var instructionCount = 0
  private(set) var blockCount = 0

  init(
    workspace: PathWorkspace, call: TransactionCall, environment: BlockEnvironment, state: any StateReader,
    precompiles: PrecompileRules
  ) {
    self.workspace = workspace
    self.call = call
    self.environment = environment
    self.state = state
    self.precompiles = precompiles
  }

  /// Runs down the tree. Nil where the transaction takes a path that is not in it.
  mutating func run(from first: PathBlockReference, callee: Account?) throws(StateReadError) -> Prediction? {
    workspace.beginRun()
    accountCount = workspace.row(of: call.sender, count: 0) + 1
    workspace.accounts[0] = PathAccount(address: call.sender, account: nil, isLoaded: false)
    var block = first
    while true {
      instructionCount &+= Int(block.pointee.instructionCount)
      blockCount &+= 1
      let first = Int(block.pointee.firstRegister)
      for index in 0..<Int(block.pointee.instructionCount) {
        let step = block.pointee.instruction(index)
        workspace.registers[first &+ index] =
          step.op < Opcode.keccak256
          ? WordOperation.evaluate(
            step.op, get(step.a, block.pointee), get(step.b, block.pointee), get(step.c, block.pointee))
          : try query(step, block.pointee)
      }
      let operand = block.pointee.operand
      let eventRow = block.pointee.row
      let next: PathBlockReference?
      switch block.pointee.kind {
      case .zero:
        next = block.pointee.following(get(operand, block.pointee).isZero ? 0 as UInt64 : 1)
      case .equal: next = block.pointee.following(get(operand, block.pointee))
      case .account:
        let address = Address(truncating: get(operand, block.pointee))
        guard let row = accountRow(address, isConstant: operand < 0) else { return nil }
        next = block.pointee.following(UInt64(row))
      case .slot:
        let slot = get(operand, block.pointee)
        let row = workspace.row(
          ofSlot: slot, eventRow, in: workspace.slots, isTransient: false, count: slotCount)
        if row == slotCount {
          guard slotCount < PathWorkspace.maximumSlots - 1 else { return nil }
          workspace.slots[row] = PathSlot(
            account: eventRow, isLoaded: false, isCondition: false, isChanged: false, slot: slot, value: .zero
          )
          slotCount &+= 1
        }
        next = block.pointee.following(UInt64(row))
      case .transient:
        let slot = get(operand, block.pointee)
        let row = workspace.row(
          ofSlot: slot, eventRow, in: workspace.transients, isTransient: true, count: transientCount)
        if row == transientCount {
          guard transientCount < PathWorkspace.maximumSlots - 1 else { return nil }
          workspace.transients[row] = PathSlot(
            account: eventRow, isLoaded: false, isCondition: false, isChanged: false, slot: slot, value: .zero
          )
          transientCount &+= 1
        }
        next = block.pointee.following(UInt64(row))
      case .code:
        let row = Int(eventRow)
        if !workspace.accounts[row].isLoaded, workspace.accounts[row].address == call.to {
          workspace.accounts[row].account = callee
          workspace.accounts[row].isLoaded = true
        }
        next = block.pointee.following((try account(row)?.codeHash ?? .emptyCode).word)
      case .end:
        let least = block.pointee.minimumGas
        guard least == 0 || call.gasAtStart(environment) >= least else { return nil }
        return try prediction(block.pointee)
      }
      guard let next else { return nil }
      block = next
    }
  }

  @inline(__always)
  func get(_ operand: Int16, _ block: borrowing PathBlock) -> UInt256 {
    operand < 0 ? block.constant(operand) : workspace.registers[Int(operand)]
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

  private func query(_ step: PathInstruction, _ block: borrowing PathBlock) throws(StateReadError) -> UInt256
  {
    let aux = Int(step.aux)
    switch step.op {
    case PathCode.callDataWord: return callDataWord(at: aux)
    case PathCode.hashOfTwo: return workspace.hash(get(step.a, block), get(step.b, block))
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
      let count = assemble(step.aux, block)
      return unsafe keccak256(UnsafeRawBufferPointer(start: workspace.text.bytes, count: count)).word
    case PathCode.bytes:
      _ = assemble(step.aux, block)
      return unsafe UInt256(bigEndianAt: UnsafeRawPointer(workspace.text.bytes))
    case PathCode.recover: return recover(step, block)
    case Opcode.blockhash:
      let number = get(step.a, block)
      guard number.fitsUInt64, number.l0 < environment.number, environment.number &- number.l0 <= 256 else {
        return .zero
      }
      return try state.blockHash(number.l0).word
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
  private func assemble(_ text: Int32, _ block: borrowing PathBlock) -> Int {
    let template = block.template(text)
    let count = min(Int(template.byteCount), PathWorkspace.maximumText)
    // Invariant: the workspace's text has `maximumText` + 32 bytes; every write below ends at or before `count`, which
    // is no more than `maximumText`, or is the word of zeros behind it.
    let base = unsafe workspace.text.bytes
    unsafe (base + count).initializeMemory(as: UInt8.self, repeating: 0, count: 32)
    if count == Int(template.byteCount) { unsafe block.copyBytes(template, to: base) }
    for index in 0..<Int(template.partCount) {
      let part = block.part(template, index)
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

  private func recover(_ step: PathInstruction, _ block: borrowing PathBlock) -> UInt256 {
    let count = assemble(step.aux, block)
    let input = unsafe [UInt8](UnsafeRawBufferPointer(start: workspace.text.bytes, count: count))
    var output: [UInt8] = []
    guard precompiles.run(.ecrecover, input: input.span, into: &output), output.count == 32 else {
      return get(step.a, block)
    }
    return UInt256(bigEndian: output) ?? .zero
  }
}
