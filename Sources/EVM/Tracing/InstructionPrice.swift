import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

/// What an instruction costs in all, as traces show it: computed before it runs, so that it is known even where the
/// gas does not suffice. It changes nothing, and the interpreter knows nothing of it. Where both disagree, the
/// interpreter is right: traces take from here only the price of calls and of what failed.
struct InstructionPrice {
  /// Gas, with the gas that a call hands on; nil beyond 64 bits.
  var gas: UInt64?
  /// What the instruction adds to the refund counter.
  var refund: Int64 = 0
}

extension Machine {
  /// The price of the instruction that the running frame is about to execute.
  ///
  /// - Parameters:
  ///   - opcode: the instruction.
  ///   - stack: the frame's stack, top last.
  ///   - gas: the gas left.
  func price(_ opcode: UInt8, _ stack: [UInt256], gas: Int64) -> InstructionPrice {
    let row = rules.opcodes.requirements[Int(opcode)]
    guard row.gas >= 0 else { return InstructionPrice(gas: 0) }
    guard stack.count >= Int(row.minimumHeight) else {
      // Operands are taken before anything is charged, except where they are only looked at.
      let looks = (Opcode.dup1...Opcode.swap16).contains(opcode)
      return InstructionPrice(gas: looks ? UInt64(row.gas) : 0)
    }
    func word(_ depth: Int) -> UInt256 { stack[stack.count - 1 - depth] }

    switch opcode {
    case Opcode.sstore: return storagePrice(slot: word(0), value: word(1), gas: gas)
    case Opcode.selfdestruct: return selfDestructPrice(to: Address(truncating: word(0)), constant: row.gas)
    default: break
    }
    var total = UInt128(UInt32(row.gas))
    switch opcode {
    case Opcode.exp: total += UInt128(word(1).byteWidthUsed) * UInt128(UInt64(clamping: rules.expByteGas))
    case Opcode.balance, Opcode.extcodesize, Opcode.extcodehash: total += accountGas(word(0))
    case Opcode.extcodecopy: total += accountGas(word(0))
    case Opcode.sload:
      if rules.hasWarmth, !journal.peek(context.account, word(0)).isWarm {
        total += UInt128(UInt64(clamping: rules.coldSlotSurcharge))
      }
    default: break
    }
    guard let perWord = wordGas(opcode, word), let memory = memoryGas(opcode, word) else {
      return InstructionPrice(gas: nil)
    }
    total += perWord + memory
    if opcode == Opcode.create || opcode == Opcode.create2 { total += newAccountSpill() }
    if let call = CallOperands(opcode, word) {
      guard let price = callPrice(call, base: total, gas: gas) else { return InstructionPrice(gas: nil) }
      total = price
    }
    return InstructionPrice(gas: UInt64(exactly: total))
  }

  // MARK: Memory

  /// What is charged for each word or byte handled; nil beyond 64 bits.
  private func wordGas(_ opcode: UInt8, _ word: (Int) -> UInt256) -> UInt128? {
    let (size, gas): (UInt256, UInt64)
    switch opcode {
    case Opcode.keccak256: (size, gas) = (word(1), 6)
    case Opcode.calldatacopy, Opcode.codecopy, Opcode.returndatacopy, Opcode.mcopy: (size, gas) = (word(2), 3)
    case Opcode.extcodecopy: (size, gas) = (word(3), 3)
    case Opcode.log0...Opcode.log4: return word(1).asUInt64.map { UInt128($0) * 8 }
    case Opcode.create: (size, gas) = (word(2), UInt64(clamping: rules.initCodeWordGas))
    case Opcode.create2: (size, gas) = (word(2), UInt64(clamping: rules.initCodeWordGas) + 6)
    default: return 0
    }
    return size.asUInt64.map { (UInt128($0) + 31) / 32 * UInt128(gas) }
  }

  /// What is charged for making the memory larger; nil beyond 64 bits.
  private func memoryGas(_ opcode: UInt8, _ word: (Int) -> UInt256) -> UInt128? {
    var end = UInt128(memorySize)
    for (offset, size) in MemoryOperands.ranges(opcode, word) where !size.isZero {
      guard let offset = offset.asUInt64, let size = size.asUInt64 else { return nil }
      end = max(end, UInt128(offset) + UInt128(size))
    }
    func cost(_ words: UInt128) -> UInt128 { 3 * words + words * words / 512 }
    return cost((end + 31) / 32) - cost(UInt128(memorySize / 32))
  }

  // MARK: State

  private func isCold(_ address: Address) -> Bool {
    rules.hasWarmth && !journal.peek(address).isWarm && precompiles.precompile(at: address) == nil
  }

  /// The surcharge for a cold account.
  private func accountGas(_ word: UInt256) -> UInt128 {
    isCold(Address(truncating: word)) ? UInt128(UInt64(clamping: rules.coldAccountSurcharge)) : 0
  }

  private func storagePrice(slot: UInt256, value: UInt256, gas: Int64) -> InstructionPrice {
    if rules.storagePricing != .flat, rules.storagePricing != .eip1283, gas <= 2300 {
      return InstructionPrice(gas: 0)
    }
    let view = journal.peek(context.account, slot)
    let write = StorageWrite(
      original: view.original, current: view.current, new: value, pricing: rules.storagePricing)
    let cold: Int64 = rules.hasWarmth && !view.isWarm ? 2100 : 0
    return InstructionPrice(gas: UInt64(clamping: write.gas + cold), refund: write.refund)
  }

  private func selfDestructPrice(to beneficiary: Address, constant: Int32) -> InstructionPrice {
    var gas = Int64(constant)
    // Unlike for other instructions, nothing of the warm price is in the constant part.
    if isCold(beneficiary) { gas += rules.coldAccountSurcharge + 100 }
    let own = journal.peek(context.address)
    let other = journal.peek(beneficiary)
    if rules.hasStateGas {
      if !own.account.balance.isZero, other.isDead { gas += Int64(clamping: newAccountSpill()) }
    } else if rules.selfDestructPaysNewAccount {
      let paysNewAccount =
        rules.removesEmptyAccounts ? !own.account.balance.isZero && other.isDead : !other.exists
      if paysNewAccount { gas += 25_000 }
    }
    let isRemoved = !rules.selfDestructKeepsOldContracts || own.isCreatedHere
    return InstructionPrice(
      gas: UInt64(clamping: gas), refund: isRemoved && !own.isDestroyed ? rules.selfDestructRefund : 0)
  }

  /// What the price of a new account's state takes from the frame's gas (EIP-8037).
  private func newAccountSpill() -> UInt128 {
    guard rules.hasStateGas else { return 0 }
    let amount = StateGas.accountBytes.multipliedReportingOverflow(by: stateGas.perByte).partialValue
    return UInt128(UInt64(clamping: amount - stateGas.reservoir))
  }

  // MARK: Calls

  /// What a call costs with the gas it hands on; nil beyond 64 bits.
  private func callPrice(_ call: CallOperands, base: UInt128, gas: Int64) -> UInt128? {
    var extra = base + accountGas(call.target.word)
    if !call.value.isZero { extra += 9000 }
    let callee = journal.peek(call.target)
    if call.createsAccount, rules.hasStateGas {
      if !call.value.isZero, callee.isDead { extra += newAccountSpill() }
    } else if call.createsAccount {
      let paysNewAccount = rules.removesEmptyAccounts ? !call.value.isZero && callee.isDead : !callee.exists
      if paysNewAccount { extra += 25_000 }
    }
    if rules.hasDelegation, precompiles.precompile(at: call.target) == nil,
      let delegate = Code.delegate(of: journal.peekCode(callee.account.codeHash))
    {
      // The delegate may be the callee itself, which is warm by then.
      extra += 100 + (delegate == call.target ? 0 : accountGas(delegate.word))
    }
    let asked = call.gas.asUInt64.map { UInt128($0) }
    let available = UInt128(UInt64(clamping: gas))
    guard rules.keepsOneSixtyFourth, available >= extra else { return asked.map { $0 + extra } }
    let left = available - extra
    let most = left - left / 64
    return extra + min(asked ?? most, most)
  }
}

/// The operands of a CALL, CALLCODE, DELEGATECALL or STATICCALL.
private struct CallOperands {
  let gas: UInt256
  let target: Address
  let value: UInt256
  let createsAccount: Bool

  init?(_ opcode: UInt8, _ word: (Int) -> UInt256) {
    switch opcode {
    case Opcode.call, Opcode.callcode: value = word(2)
    case Opcode.delegatecall, Opcode.staticcall: value = .zero
    default: return nil
    }
    gas = word(0)
    target = Address(truncating: word(1))
    createsAccount = opcode == Opcode.call
  }
}

/// Which memory an instruction needs.
private enum MemoryOperands {
  /// The offsets and sizes.
  static func ranges(_ opcode: UInt8, _ word: (Int) -> UInt256) -> [(offset: UInt256, size: UInt256)] {
    switch opcode {
    case Opcode.mload, Opcode.mstore: [(word(0), 32)]
    case Opcode.mstore8: [(word(0), 1)]
    case Opcode.keccak256, Opcode.return, Opcode.revert, Opcode.log0...Opcode.log4: [(word(0), word(1))]
    case Opcode.calldatacopy, Opcode.codecopy, Opcode.returndatacopy: [(word(0), word(2))]
    case Opcode.extcodecopy: [(word(1), word(3))]
    case Opcode.mcopy: [(max(word(0), word(1)), word(2))]
    case Opcode.create, Opcode.create2: [(word(1), word(2))]
    case Opcode.call, Opcode.callcode: [(word(3), word(4)), (word(5), word(6))]
    case Opcode.delegatecall, Opcode.staticcall: [(word(2), word(3)), (word(4), word(5))]
    default: []
    }
  }
}
