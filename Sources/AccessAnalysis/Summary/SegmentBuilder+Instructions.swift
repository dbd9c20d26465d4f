import EVMBytecode
import EthereumTypes

extension SegmentBuilder {
  /// Executes the instruction at `pc` symbolically and moves on, or sets `end`.
  mutating func execute(_ op: UInt8) {
    switch op {
    case Opcode.push1...Opcode.push32:
      let size = Int(op - Opcode.push0)
      push(constant(summary.code.pushData(at: pc + 1, count: size)))
      pc += size
    case Opcode.push0: push(constant(.zero))
    case Opcode.dup1...Opcode.dup16:
      let depth = Int(op - Opcode.dup1) + 1
      materialise(depth)
      push(stack[stack.count - depth])
    case Opcode.swap1...Opcode.swap16:
      let depth = Int(op - Opcode.swap1) + 2
      materialise(depth)
      stack.swapAt(stack.count - 1, stack.count - depth)
    case Opcode.pop: _ = pop()
    case Opcode.jumpdest: break
    case Opcode.pc: push(constant(UInt256(pc)))
    case Opcode.codesize: push(constant(UInt256(summary.code.count)))
    case Opcode.jump:
      jump()
      return
    case Opcode.jumpi:
      branch()
      return
    case Opcode.stop: end = .stop
    case Opcode.return:
      let offset = pop()
      end = .output(offset: offset, size: pop())
    case Opcode.revert:
      let offset = pop()
      end = .revert(offset: offset, size: pop())
    case Opcode.selfdestruct: end = .selfdestruct(pop())
    case Opcode.call, Opcode.callcode, Opcode.delegatecall, Opcode.staticcall: call(op)
    case Opcode.create, Opcode.create2: create(op)
    case Opcode.dupn, Opcode.swapn, Opcode.exchange: end = .unsupported(.unsupportedInstruction)
    default: executeData(op)
    }
    pc += 1
  }

  private mutating func executeData(_ op: UInt8) {
    switch op {
    case Opcode.mload:
      let offset = pop()
      noteMemory(offset, size: 32)
      push(expression(op, offset, version: memoryVersion))
    case Opcode.mstore, Opcode.mstore8:
      let offset = pop()
      act(op, offset, pop())
      memoryVersion += 1
    case Opcode.keccak256:
      let offset = pop()
      let size = pop()
      if let known = value(size) {
        noteMemory(offset, size: Int(min(known.clampedToUInt64, 1 << 32)))
        gas += 6 * Int((min(known.clampedToUInt64, 1 << 32) + 31) / 32)
        push(expression(op, offset, size, version: memoryVersion))
      } else {
        // What it costs is known where its step is evaluated only.
        push(emit(op, offset, size))
      }
    case Opcode.sload:
      let count = steps.count
      push(expression(op, pop(), version: storageVersion))
      // No step, but it has its price.
      if steps.count == count { gas += GasBound.repeatedLoad(summary.fork) }
    case Opcode.tload: push(expression(op, pop(), version: storageVersion))
    case Opcode.sstore, Opcode.tstore:
      let key = pop()
      act(op, key, pop())
      storageVersion += 1
    case Opcode.calldatacopy, Opcode.codecopy, Opcode.returndatacopy, Opcode.mcopy:
      let target = pop()
      let source = pop()
      act(op, target, source, pop())
      memoryVersion += 1
    case Opcode.extcodecopy:
      let account = pop()
      let target = pop()
      let source = pop()
      act(op, account, target, source, pop())
      memoryVersion += 1
    case 0xA0...0xA4:
      let offset = pop()
      let size = pop()
      for _ in 0..<Int(op - 0xA0) { show(pop()) }
      if let known = value(size), value(offset) != nil, !summary.usesMemorySize {
        noteMemory(offset, size: Int(min(known.clampedToUInt64, 1 << 32)))
        gas += 8 * Int(min(known.clampedToUInt64, 1 << 32))
      } else {
        act(StepCode.touchMemory, offset, size, constant(8))
      }
      if value(size)?.isZero != true { act(StepCode.showMemory, offset, size) }
      if !assumes { act(StepCode.requireMutable) }
    case Opcode.balance, Opcode.extcodesize, Opcode.extcodehash:
      let account = pop()
      push(emit(op, account))
    case Opcode.selfbalance: push(emit(op))
    case Opcode.gas: push(emit(op))
    case Opcode.msize: push(emit(op))
    case Opcode.calldataload, Opcode.blockhash, Opcode.blobhash: push(expression(op, pop()))
    default:
      switch WordOperation.operandCount(op) {
      case 1: push(arithmetic(op, pop()))
      case 2:
        let a = pop()
        let b = pop()
        // An exponent has its price.
        if op == Opcode.exp {
          if let power = value(b) { gas += 50 * power.byteWidthUsed } else { act(StepCode.showExponent, b) }
        }
        push(arithmetic(op, a, b))
      case 3:
        let a = pop()
        let b = pop()
        push(arithmetic(op, a, b, pop()))
      default: push(expression(op))  // what the environment says: CALLER, TIMESTAMP, RETURNDATASIZE, …
      }
    }
  }

  /// Notes that a value shows in the outcome.
  private mutating func show(_ operand: Operand) {
    if value(operand) == nil { act(StepCode.show, operand) }
  }

  /// Notes the memory a constant access may pay for.
  private mutating func noteMemory(_ offset: Operand, size: Int) {
    guard let offset = value(offset), size > 0 else { return }
    memoryEnd = max(memoryEnd, Int(min(offset.clampedToUInt64, 1 << 32)) + size)
  }

  private mutating func call(_ op: UInt8) {
    let gas = pop()
    let target = pop()
    let transfers = op == Opcode.call || op == Opcode.callcode
    let value = transfers ? pop() : constant(.zero)
    let inputOffset = pop()
    let inputSize = pop()
    let outputOffset = pop()
    let outputSize = pop()
    let failsWithCall =
      assumes && summary.failures.onlyFails(afterCall: pc + 1, stack: knownStack + [UInt256.zero])
    end = .call(
      CallSite(
        op: op, gas: gas, target: target, value: value, inputOffset: inputOffset, inputSize: inputSize,
        outputOffset: outputOffset, outputSize: outputSize, next: pc + 1, failsWithCall: failsWithCall))
  }

  private mutating func create(_ op: UInt8) {
    let value = pop()
    let offset = pop()
    let size = pop()
    let salt = op == Opcode.create2 ? pop() : constant(.zero)
    end = .create(
      CreateSite(op: op, value: value, offset: offset, size: size, salt: salt, next: pc + 1))
  }

  // MARK: Jumps

  private mutating func jump() {
    let target = pop()
    guard let known = value(target) else {
      end = .jumpTo(target)
      return
    }
    guard let offset = destination(known) else {
      end = .fail
      return
    }
    pc = offset
  }

  private mutating func branch() {
    let target = pop()
    let condition = pop()
    let next = pc + 1
    if let known = value(condition) {
      if known.isZero {
        pc = next
      } else if let word = value(target) {
        if let offset = destination(word) { pc = offset } else { end = .fail }
      } else {
        end = .jumpTo(target)
      }
      return
    }
    if assumes, let word = value(target) {
      let known = knownStack
      let offset = destination(word)
      for budget in FailureAnalysis.budgets {
        if summary.failures.onlyFails(side: next, stack: known, budget: budget) {
          guard let offset else {
            end = .fail
            return
          }
          assume(condition, isZero: false)
          pc = offset
          return
        }
        let takenFails = offset.map { summary.failures.onlyFails(side: $0, stack: known, budget: budget) }
        if takenFails ?? true {
          assume(condition, isZero: true)
          pc = next
          return
        }
      }
    }
    end = .branch(condition: condition, taken: target, next: next)
  }

  /// Records an assumption, looking through negations.
  private mutating func assume(_ condition: Operand, isZero: Bool) {
    if let inner = definition(condition), inner.op == Opcode.iszero {
      assume(inner.a, isZero: !isZero)
    } else {
      act(isZero ? StepCode.assumeZero : StepCode.assumeNonzero, condition)
    }
  }

  private func destination(_ word: UInt256) -> Int? {
    guard word.fitsUInt64, word.l0 < UInt64(summary.code.count), summary.destinations.contains(Int(word.l0))
    else { return nil }
    return Int(word.l0)
  }
}
