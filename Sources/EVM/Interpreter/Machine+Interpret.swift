import EVMBytecode
import EVMState
import EthereumTypes

extension Machine {
  /// Runs the frame on top of the stack of calls until it ends or has to wait for another one.
  ///
  /// The registers of the loop (instruction pointer, stack, gas) are locals, and the loop itself makes one call only:
  /// `perform`, for the instructions, and the rare cases of instructions, that need more than the stack, the code and
  /// memory that is already there. That is what lets the registers stay in registers.
  mutating func interpret<Tracer: InstructionTracer>(_ tracer: inout Tracer) -> FrameExit {
    let top = frames.count - 1
    let code = frames[top].code
    let cursor = code.cursor
    context = frames[top].context
    memoryStart = frames[top].memoryStart
    memorySize = frames[top].memorySize

    var r = Registers(
      next: cursor.pointer(to: frames[top].pc), gas: frames[top].gas,
      stack: stacks.pointer(frames[top].stackTop),
      base: stacks.pointer(frames[top].stackBase), rows: instructions.cursor)

    while true {
      let opcode = r.next.opcode
      if Tracer.isActive { trace(&tracer, cursor.offset(of: r.next), r) }

      // The compiler repeats this switch behind every instruction, so that the processor predicts each jump by the
      // instruction before it, as long as it has no more than 16 cases: hence one level for what nearly all code
      // consists of, and a second one for the rest.
      var isDone = true
      switch r.rows[opcode].operation {
      case .other:
        guard r.charge(opcode) else { return halts(r) }
        isDone = false

      // MARK: Words
      case .add:
        guard r.charge(taking: Opcode.add) else { return halts(r) }
        r.stack[1] = r.stack[0] &+ r.stack[1]
        r.stack.drop()
      case .and:
        guard r.charge(taking: Opcode.and) else { return halts(r) }
        r.stack[1] = r.stack[0] & r.stack[1]
        r.stack.drop()
      case .binary:
        guard r.charge(taking: opcode) else { return halts(r) }
        let (a, b) = (r.stack[0], r.stack[1])
        switch opcode {
        case Opcode.sub: r.stack[1] = a &- b
        case Opcode.mul: r.stack[1] = a &* b
        case Opcode.lt: r.stack[1] = a < b ? .one : .zero
        case Opcode.gt: r.stack[1] = b < a ? .one : .zero
        case Opcode.slt: r.stack[1] = a.isLessSigned(b) ? .one : .zero
        case Opcode.sgt: r.stack[1] = b.isLessSigned(a) ? .one : .zero
        case Opcode.eq: r.stack[1] = a == b ? .one : .zero
        case Opcode.or: r.stack[1] = a | b
        case Opcode.xor: r.stack[1] = a ^ b
        case Opcode.byte: r.stack[1] = b.byte(a)
        case Opcode.shl: r.stack[1] = b << a
        case Opcode.shr: r.stack[1] = b >> a
        case Opcode.sar: r.stack[1] = b.shiftedRightSigned(a)
        default: r.stack[1] = b.signExtended(fromByte: a)
        }
        r.stack.drop()
      case .unary:
        guard r.charge(taking: opcode) else { return halts(r) }
        switch opcode {
        case Opcode.iszero: r.stack[0] = r.stack[0].isZero ? .one : .zero
        case Opcode.not: r.stack[0] = ~r.stack[0]
        default:
          if let offset = r.stack[0].offset(ofWordIn: context.inputCount) {
            r.stack[0] = memory.window(context.inputStart).load(offset)
          } else {
            isDone = false
          }
        }

      // MARK: Memory and flow
      case .mload:
        guard r.charge(taking: Opcode.mload) else { return halts(r) }
        if let offset = r.stack[0].offset(ofWordIn: memorySize) {
          r.stack[0] = memory.window(memoryStart).load(offset)
        } else {
          isDone = false
        }
      case .mstore:
        guard r.charge(taking: Opcode.mstore) else { return halts(r) }
        if let offset = r.stack[0].offset(ofWordIn: memorySize) {
          memory.window(memoryStart).store(offset, r.stack[1])
          r.stack.drop(2)
        } else {
          isDone = false
        }
      case .jump:
        guard r.charge(taking: Opcode.jump) else { return halts(r) }
        guard cursor.isJumpDestination(r.stack[0]) else { return jumpsAstray() }
        r.next = cursor.pointer(to: Int(truncatingIfNeeded: r.stack[0].l0))
        r.stack.drop()
        if Tracer.isActive { continue }
        // Nobody watches, so the JUMPDEST there is done at once.
        guard r.charge(free: Opcode.jumpdest) else { return halts(r) }
      case .jumpi:
        guard r.charge(taking: Opcode.jumpi) else { return halts(r) }
        let (target, condition) = (r.stack[0], r.stack[1])
        r.stack.drop(2)
        if !condition.isZero {
          guard cursor.isJumpDestination(target) else { return jumpsAstray() }
          r.next = cursor.pointer(to: Int(truncatingIfNeeded: target.l0))
          if Tracer.isActive { continue }
          guard r.charge(free: Opcode.jumpdest) else { return halts(r) }
        }
      case .jumpdest:
        guard r.charge(free: Opcode.jumpdest) else { return halts(r) }

      // MARK: Stack
      case .pop:
        guard r.charge(taking: Opcode.pop) else { return halts(r) }
        r.stack.drop()
      case .push1:
        guard r.charge(pushing: Opcode.push1) else { return halts(r) }
        r.stack.push(UInt256(UInt64(r.next.immediateByte)))
        r.next.advance(1)
      case .pushShort:
        guard r.charge(pushing: Opcode.push8) else { return halts(r) }
        let count = Int(opcode &- Opcode.push0)
        r.stack.push(UInt256(r.next.shortImmediate(count)))
        r.next.advance(count)
      case .dup:
        guard r.charge(opcode) else { return halts(r) }
        r.stack.push(r.stack[Int(opcode &- Opcode.dup1)])
      case .swap:
        guard r.charge(taking: opcode) else { return halts(r) }
        r.stack.swapTop(with: Int(opcode &- Opcode.swap1) &+ 1)
      case .push:
        guard r.charge(pushing: opcode) else { return halts(r) }
        switch opcode {
        case Opcode.push0: r.stack.push(.zero)
        case Opcode.push32:
          r.stack.push(r.next.immediateWord)
          r.next.advance(32)
        case Opcode.caller: r.stack.push(context.caller.word)
        case Opcode.callvalue: r.stack.push(context.value)
        case Opcode.calldatasize: r.stack.push(UInt256(context.inputCount))
        case Opcode.returndatasize: r.stack.push(UInt256(returnData.count))
        case Opcode.pc: r.stack.push(UInt256(cursor.offset(of: r.next)))
        case Opcode.msize: r.stack.push(UInt256(memorySize))
        case Opcode.gas: r.stack.push(UInt256(UInt64(bitPattern: r.gas)))
        default:
          let count = Int(opcode &- Opcode.push0)
          r.stack.push(r.next.immediateWord.shiftedRight(UInt64(truncatingIfNeeded: 256 &- 8 &* count)))
          r.next.advance(count)
        }
      }

      if !isDone {
        var copy = r
        if let exit = perform(opcode, pc: cursor.offset(of: r.next), &copy) { return exit }
        r.gas = copy.gas
        r.stack = copy.stack
        r.next = copy.next
      }
      r.next.advance(1)
    }
  }

  /// Ends a frame that cannot pay for its instruction, or whose stack does not suit it.
  @inline(never)
  private mutating func halts(_ registers: Registers) -> FrameExit {
    let row = registers.rows[registers.next.opcode]
    haltReason =
      row.gas < 0 ? .undefinedInstruction : registers.suitsStack ? .outOfGas : .stackBounds
    return end(.failed, 0)
  }

  /// Saves the gas of the ending frame where `run` finds it.
  @inline(never)
  mutating func end(_ exit: FrameExit, _ gas: Int64) -> FrameExit {
    frames[frames.count - 1].gas = gas
    return exit
  }

  /// What a method returns instead of the gas left where the frame fails for another reason, in `haltReason`.
  static var refusal: Int64 { .min }

  /// Ends a frame that a method returned a negative number for.
  @inline(never)
  mutating func fails(_ gas: Int64) -> FrameExit {
    if gas != Self.refusal { haltReason = .outOfGas }
    return end(.failed, 0)
  }

  @inline(never)
  mutating func runsOut() -> FrameExit {
    haltReason = .outOfGas
    return end(.failed, 0)
  }

  @inline(never)
  private mutating func jumpsAstray() -> FrameExit {
    haltReason = .invalidJump
    return end(.failed, 0)
  }
}
