import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

/// What became of a CALL or CREATE instruction.
enum CallOutcome {
  /// The calling frame halts exceptionally.
  case failed
  /// The result is on the stack and `resumeGas` holds the gas left.
  case done
  /// A new frame was pushed; the calling frame is saved.
  case entered
}

/// The longest chain of calls (Yellow Paper, section 9.1).
let maximumCallDepth = 1024

extension Machine {
  /// CALL, CALLCODE, DELEGATECALL (EIP-7) and STATICCALL (EIP-214).
  mutating func call(_ opcode: UInt8, _ stack: inout StackPointer, _ gas: Int64, _ pc: Int) -> CallOutcome {
    let hasValue = opcode == Opcode.call || opcode == Opcode.callcode
    let value = hasValue ? stack[2] : .zero
    let argument = hasValue ? 3 : 2
    let target = Address(truncating: stack[1])
    let (inputOffset, inputSize) = (stack[argument], stack[argument + 1])
    let (outputOffset, outputSize) = (stack[argument + 2], stack[argument + 3])
    if opcode == Opcode.call, context.isStatic, !value.isZero {
      haltReason = .staticViolation
      return .failed
    }
    haltReason = .outOfGas
    var gas = expandMemory(inputOffset, inputSize, gas)
    guard gas >= 0 else { return .failed }
    gas = expandMemory(outputOffset, outputSize, gas)
    guard gas >= 0 else { return .failed }
    let callee = journal.handle(for: target)
    gas = payForAccount(callee, gas)
    guard gas >= 0 else { return .failed }
    if !value.isZero {
      gas &-= 9000
      guard gas >= 0 else { return .failed }
    }
    // Whatever lives there and whoever can pay: the callee is looked at from here on.
    if rules.hasBlockAccessList { journal.touchUnobserved(callee) }
    if !rules.hasStateGas, opcode == Opcode.call {
      let paysNewAccount =
        rules.removesEmptyAccounts
        ? !value.isZero && journal.isDead(callee) : !journal.exists(callee)
      if paysNewAccount { gas &-= 25_000 }
      guard gas >= 0 else { return .failed }
    }

    let precompile = precompiles.precompile(at: target)
    var code: Code?
    if precompile == nil {
      var running = self.code(of: callee)
      if rules.hasDelegation, let delegate = running.delegate {
        let account = journal.handle(for: delegate)
        gas &-= 100
        gas = payForAccount(account, gas)
        guard gas >= 0 else { return .failed }
        if rules.hasBlockAccessList { journal.touchUnobserved(account) }
        // A designator that points to a precompile, or to another designator, runs as it stands: the first as
        // empty code, the second as an undefined instruction.
        running = precompiles.precompile(at: delegate) == nil ? self.code(of: account) : Code([])
      }
      code = running
    }
    if rules.hasStateGas, opcode == Opcode.call, !value.isZero, journal.isDead(callee),
      !stateGas.charge(bytes: StateGas.accountBytes, &gas)
    {
      return .failed
    }

    // EIP-150: all but a 64th at most, and before it exactly what was asked for.
    let asked = stack[0].fitsUInt64 ? Int64(clamping: stack[0].l0) : .max
    var calleeGas = asked
    if rules.keepsOneSixtyFourth {
      calleeGas = min(asked, gas &- gas / 64)
    } else if asked > gas {
      return .failed
    }
    gas &-= calleeGas
    if !value.isZero { calleeGas &+= 2300 }

    stack.drop(hasValue ? 7 : 6)
    returnData.removeAll()
    let isTransfer = opcode == Opcode.call
    let canPay = value.isZero || journal.requireBalance(context.account, atLeast: value)
    guard frames.count <= maximumCallDepth, canPay else {
      stack.push(.zero)
      resumeGas = gas &+ calleeGas
      return .done
    }

    let checkpoint = journal.checkpoint
    if isTransfer {
      if !value.isZero { _ = journal.debit(context.account, value) }
      journal.credit(callee, value)
      if rules.hasTransferLogs { logTransfer(value, from: context.account, to: callee) }
    } else if opcode == Opcode.staticcall {
      journal.touch(callee)
    }
    let keepsAccount = opcode == Opcode.callcode || opcode == Opcode.delegatecall
    let account = keepsAccount ? context.account : callee
    let newContext = FrameContext(
      account: account,
      address: keepsAccount ? context.address : target,
      caller: opcode == Opcode.delegatecall ? context.caller : context.address,
      value: opcode == Opcode.delegatecall ? context.value : value,
      isStatic: context.isStatic || opcode == Opcode.staticcall,
      isCreation: false,
      checkpoint: checkpoint,
      refundAtEntry: refund,
      inputStart: inputSize.isZero ? memoryStart : absolute(inputOffset),
      inputCount: Int(truncatingIfNeeded: inputSize.l0),
      returnOffset: Int(truncatingIfNeeded: outputOffset.l0),
      returnCount: Int(truncatingIfNeeded: outputSize.l0))

    if let precompile {
      let left = run(precompile, newContext, calleeGas)
      if left < 0 { journal.revert(to: checkpoint) }
      stack.push(left < 0 ? .zero : .one)
      resumeGas = gas &+ max(left, 0)
      returnData.copy(
        0, min(newContext.returnCount, returnData.count), to: memory, memoryStart &+ newContext.returnOffset)
      return .done
    }
    guard let code else { return .failed }
    if code.count == 0 {
      // Nothing to run: the call succeeds at once and returns all its gas.
      stack.push(.one)
      resumeGas = gas &+ calleeGas
      return .done
    }
    suspend(stack, gas, pc)
    push(code, newContext, gas: calleeGas, stackBase: stacks.index(stack))
    return .entered
  }

  /// Runs a precompile on the input of `call`; its output becomes the return data.
  ///
  /// - Returns: the gas left, negative on failure.
  mutating func run(_ precompile: Precompile, _ call: FrameContext, _ gas: Int64) -> Int64 {
    let rules = precompiles
    let cost = memory.withSpan(call.inputStart, call.inputCount) { rules.gasCost(precompile, input: $0) }
    guard cost <= UInt64(bitPattern: gas) else { return -1 }
    if let known = foreseenResult(precompile, call) {
      guard let output = known.output else { return -1 }
      returnData.replace(with: output)
      return gas &- Int64(truncatingIfNeeded: cost)
    }
    var output = Bytes()
    swap(&output, &precompileOutput)
    let succeeded = memory.withSpan(call.inputStart, call.inputCount) {
      rules.run(precompile, input: $0, into: &output)
    }
    if succeeded { returnData.replace(with: output) }
    swap(&output, &precompileOutput)
    return succeeded ? gas &- Int64(truncatingIfNeeded: cost) : -1
  }

  /// Saves the running frame's registers; it resumes behind its call.
  mutating func suspend(_ stack: StackPointer, _ gas: Int64, _ pc: Int) {
    let top = frames.count - 1
    frames[top].pc = pc + 1
    frames[top].gas = gas
    frames[top].stackTop = stacks.index(stack)
    frames[top].memorySize = memorySize
  }

  /// Pushes a frame that starts where the stack and memory of the running one end.
  mutating func push(_ code: Code, _ context: FrameContext, gas: Int64, stackBase: Int) {
    let start = memoryStart + memorySize
    memory.ensure(start)
    if rules.hasStateGas { stateGas.enter() }
    frames.append(
      Frame(
        code: code, context: context, stackBase: stackBase, memoryStart: start, gas: gas, stackTop: stackBase)
    )
  }
}
