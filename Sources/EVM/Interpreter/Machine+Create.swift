import EVMBytecode
import EVMState
import EthereumTypes

extension Machine {
  /// CREATE and CREATE2 (EIP-1014).
  mutating func create(_ opcode: UInt8, _ stack: inout StackPointer, _ gas: Int64, _ pc: Int) -> CallOutcome {
    haltReason = .staticViolation
    guard !context.isStatic else { return .failed }
    let value = stack[0]
    let (offset, size) = (stack[1], stack[2])
    haltReason = .outOfGas
    var gas = expandMemory(offset, size, gas)
    guard gas >= 0 else { return .failed }
    let count = Int(truncatingIfNeeded: size.l0)
    guard count <= rules.maximumInitCodeSize else {
      haltReason = .initCodeSizeExceeded
      return .failed
    }
    let words = Int64((count + 31) / 32)
    gas &-= words &* (rules.initCodeWordGas &+ (opcode == Opcode.create2 ? 6 : 0))
    guard gas >= 0 else { return .failed }
    if rules.hasStateGas, !stateGas.charge(bytes: StateGas.accountBytes, &gas) { return .failed }
    let initCode = count == 0 ? [] : memory.bytes(absolute(offset), count)
    let salt = opcode == Opcode.create2 ? stack[3] : .zero

    stack.drop(opcode == Opcode.create2 ? 4 : 3)
    returnData.removeAll()
    let canPay = value.isZero || journal.requireBalance(context.account, atLeast: value)
    let nonce = journal.nonce(context.account)
    guard frames.count <= maximumCallDepth, canPay, nonce < .max else {
      if rules.hasStateGas { stateGas.payBackCreation() }
      stack.push(.zero)
      resumeGas = gas
      return .done
    }
    journal.setNonce(context.account, nonce &+ 1)
    let address =
      opcode == Opcode.create2
      ? context.address.create2Address(salt: salt, initCodeHash: keccak256(initCode))
      : context.address.createAddress(nonce: nonce)
    let childGas = rules.keepsOneSixtyFourth ? gas &- gas / 64 : gas
    gas &-= childGas
    let account = journal.handle(for: address)
    if rules.hasWarmth { _ = journal.warm(account) }
    guard !journal.collides(account) else {
      haltReason = .addressCollision
      if rules.hasStateGas { stateGas.payBackCreation() }
      stack.push(.zero)
      resumeGas = gas
      return .done
    }
    let checkpoint = journal.checkpoint
    let creator = context.account
    journal.create(account, nonce: rules.removesEmptyAccounts ? 1 : 0)
    if !value.isZero { _ = journal.debit(creator, value) }
    journal.credit(account, value)
    if rules.hasTransferLogs { logTransfer(value, from: creator, to: account) }
    suspend(stack, gas, pc)
    push(
      Code(initCode),
      FrameContext(
        account: account, address: address, caller: context.address, value: value, isStatic: false,
        isCreation: true, checkpoint: checkpoint, refundAtEntry: refund, inputStart: memoryStart,
        inputCount: 0),
      gas: childGas, stackBase: stacks.index(stack))
    return .entered
  }

  /// Turns what the init code returned into the new contract's code, and hands the outcome to the creator.
  mutating func finishCreation(_ frame: Frame, _ initExit: FrameExit) -> (exit: FrameExit, gas: Int64) {
    var exit = initExit
    var gas = frame.gas
    if exit == .succeeded { (exit, gas) = deposit(frame, gas) }
    if rules.hasStateGas {
      stateGas.leave(succeeded: exit == .succeeded)
      // The creator paid for an account that did not come into being; a creating transaction gets nothing back.
      if exit != .succeeded, !frames.isEmpty { stateGas.payBackCreation() }
    }
    switch exit {
    case .succeeded: returnData.removeAll()
    case .reverted: rollBack(frame)
    case .failed, .suspended:
      rollBack(frame)
      gas = 0
      returnData.removeAll()
    }
    resumeCaller(gas: gas, pushing: exit == .succeeded ? frame.context.address.word : .zero)
    return (exit, gas)
  }

  /// Checks and stores the new code (Yellow Paper, section 7; EIPs 2, 170, 3541, 8037).
  private mutating func deposit(_ frame: Frame, _ gas: Int64) -> (FrameExit, Int64) {
    let count = returnData.count
    guard count <= rules.maximumCodeSize else {
      haltReason = .codeSizeExceeded
      return (.failed, 0)
    }
    let code = returnData.bytes
    if rules.rejectsEFCode, code.first == 0xEF {
      haltReason = .invalidCode
      return (.failed, 0)
    }
    var left = gas &- (rules.hasStateGas ? 6 &* Int64((count + 31) / 32) : 200 &* Int64(count))
    if rules.hasStateGas, left >= 0, !stateGas.charge(bytes: Int64(count), &left) { left = -1 }
    guard left >= 0 else {
      // Frontier left an empty contract and the gas where the deposit could not be paid.
      if !rules.hasHomesteadCreation { return (.succeeded, gas) }
      haltReason = .outOfGas
      return (.failed, 0)
    }
    if count > 0 { journal.setCode(frame.context.account, code) }
    return (.succeeded, left)
  }
}
