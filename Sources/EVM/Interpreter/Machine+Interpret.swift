import EVMBytecode
import EVMState
import EthereumTypes

extension Machine {
  /// Runs the frame on top of the stack of calls until it ends or has to wait for another one.
  ///
  /// The registers of the loop (counter, stack, gas, window on memory) are locals; everything slow is a method
  /// that gets the stack and the gas and returns the gas left. After such a method the window may be stale, so
  /// each instruction that may grow memory takes a new one.
  mutating func interpret<Tracer: InstructionTracer>(_ tracer: inout Tracer) -> FrameExit {
    let top = frames.count - 1
    let code = frames[top].code
    let cursor = code.cursor
    let requirements = self.requirements.cursor
    let base = stacks.pointer(frames[top].stackBase)
    context = frames[top].context
    memoryStart = frames[top].memoryStart
    memorySize = frames[top].memorySize

    var pc = frames[top].pc
    var gas = frames[top].gas
    var stack = stacks.pointer(frames[top].stackTop)
    var window = memory.window(memoryStart)

    while true {
      let opcode = cursor.byte(pc)
      if Tracer.isActive { trace(&tracer, pc, opcode, gas, base, stack) }
      let required = requirements[opcode]
      let height = stack.height(above: base)
      if height < Int(required.minimumHeight) || height > Int(required.maximumHeight) {
        haltReason = required.gas < 0 ? .undefinedInstruction : .stackBounds
        return end(.failed, 0)
      }
      gas &-= Int64(required.gas)
      if gas < 0 { return runsOut() }

      switch opcode {
      case Opcode.stop:
        returnData.removeAll()
        return end(.succeeded, gas)

      // MARK: Arithmetic
      case Opcode.add:
        stack[1] = stack[0] &+ stack[1]
        stack.drop()
      case Opcode.mul:
        stack[1] = stack[0] &* stack[1]
        stack.drop()
      case Opcode.sub:
        stack[1] = stack[0] &- stack[1]
        stack.drop()
      case Opcode.div:
        stack[1] = stack[0].divided(by: stack[1])
        stack.drop()
      case Opcode.sdiv:
        stack[1] = stack[0].dividedSigned(by: stack[1])
        stack.drop()
      case Opcode.mod:
        stack[1] = stack[0].remainder(dividingBy: stack[1])
        stack.drop()
      case Opcode.smod:
        stack[1] = stack[0].remainderSigned(dividingBy: stack[1])
        stack.drop()
      case Opcode.addmod:
        stack[2] = stack[0].addingModulo(stack[1], stack[2])
        stack.drop(2)
      case Opcode.mulmod:
        stack[2] = stack[0].multipliedModulo(stack[1], stack[2])
        stack.drop(2)
      case Opcode.exp:
        gas &-= rules.expByteGas &* Int64(stack[1].byteWidthUsed)
        if gas < 0 { return runsOut() }
        stack[1] = stack[0].power(stack[1])
        stack.drop()
      case Opcode.signextend:
        stack[1] = stack[1].signExtended(fromByte: stack[0])
        stack.drop()

      // MARK: Comparison and bits
      case Opcode.lt:
        stack[1] = stack[0] < stack[1] ? .one : .zero
        stack.drop()
      case Opcode.gt:
        stack[1] = stack[1] < stack[0] ? .one : .zero
        stack.drop()
      case Opcode.slt:
        stack[1] = stack[0].isLessSigned(stack[1]) ? .one : .zero
        stack.drop()
      case Opcode.sgt:
        stack[1] = stack[1].isLessSigned(stack[0]) ? .one : .zero
        stack.drop()
      case Opcode.eq:
        stack[1] = stack[0] == stack[1] ? .one : .zero
        stack.drop()
      case Opcode.iszero:
        stack[0] = stack[0].isZero ? .one : .zero
      case Opcode.and:
        stack[1] = stack[0] & stack[1]
        stack.drop()
      case Opcode.or:
        stack[1] = stack[0] | stack[1]
        stack.drop()
      case Opcode.xor:
        stack[1] = stack[0] ^ stack[1]
        stack.drop()
      case Opcode.not:
        stack[0] = ~stack[0]
      case Opcode.byte:
        stack[1] = stack[1].byte(stack[0])
        stack.drop()
      case Opcode.shl:
        stack[1] = stack[1] << stack[0]
        stack.drop()
      case Opcode.shr:
        stack[1] = stack[1] >> stack[0]
        stack.drop()
      case Opcode.sar:
        stack[1] = stack[1].shiftedRightSigned(stack[0])
        stack.drop()
      case Opcode.clz:
        stack[0] = UInt256(stack[0].leadingZeroBitCount)

      case Opcode.keccak256:
        gas = keccak(stack, gas)
        if gas < 0 { return runsOut() }
        window = memory.window(memoryStart)
        stack.drop()

      // MARK: Environment
      case Opcode.address: stack.push(context.address.word)
      case Opcode.balance:
        gas = balance(stack, gas)
        if gas < 0 || journal.fault != nil { return runsOut() }
      case Opcode.origin: stack.push(origin.word)
      case Opcode.caller: stack.push(context.caller.word)
      case Opcode.callvalue: stack.push(context.value)
      case Opcode.calldataload: stack[0] = loadCallData(stack[0])
      case Opcode.calldatasize: stack.push(UInt256(context.inputCount))
      case Opcode.calldatacopy:
        gas = copyCallData(stack, gas)
        if gas < 0 { return runsOut() }
        window = memory.window(memoryStart)
        stack.drop(3)
      case Opcode.codesize: stack.push(UInt256(cursor.count))
      case Opcode.codecopy:
        gas = copyCode(stack, gas)
        if gas < 0 { return runsOut() }
        window = memory.window(memoryStart)
        stack.drop(3)
      case Opcode.gasprice: stack.push(gasPrice)
      case Opcode.extcodesize:
        gas = externalCodeSize(stack, gas)
        if gas < 0 || journal.fault != nil { return runsOut() }
      case Opcode.extcodecopy:
        gas = copyExternalCode(stack, gas)
        if gas < 0 || journal.fault != nil { return runsOut() }
        window = memory.window(memoryStart)
        stack.drop(4)
      case Opcode.returndatasize: stack.push(UInt256(returnData.count))
      case Opcode.returndatacopy:
        gas = copyReturnData(stack, gas)
        if gas < 0 { return end(.failed, 0) }
        window = memory.window(memoryStart)
        stack.drop(3)
      case Opcode.extcodehash:
        gas = externalCodeHash(stack, gas)
        if gas < 0 || journal.fault != nil { return runsOut() }

      // MARK: Block
      case Opcode.blockhash:
        stack[0] = blockHash(stack[0])
        if journal.fault != nil { return runsOut() }
      case Opcode.coinbase: stack.push(block.coinbase.word)
      case Opcode.timestamp: stack.push(UInt256(block.timestamp))
      case Opcode.number: stack.push(UInt256(block.number))
      case Opcode.prevrandao: stack.push(block.prevRandao)
      case Opcode.gaslimit: stack.push(UInt256(block.gasLimit))
      case Opcode.chainid: stack.push(UInt256(block.chainID))
      case Opcode.selfbalance: stack.push(journal.balance(context.account))
      case Opcode.basefee: stack.push(block.baseFee)
      case Opcode.blobhash:
        let index = stack[0]
        stack[0] =
          index.fitsUInt64 && index.l0 < UInt64(blobHashes.count) ? blobHashes[Int(index.l0)].word : .zero
      case Opcode.blobbasefee: stack.push(block.blobBaseFee)
      case Opcode.slotnum: stack.push(UInt256(block.slotNumber))

      // MARK: Memory, storage, flow
      case Opcode.pop: stack.drop()
      case Opcode.mload:
        let offset = stack[0]
        if !offset.fitsUInt64 || offset.l0 &+ 32 > UInt64(memorySize) || offset.l0 >= 1 << 32 {
          gas = expandMemory(offset, 32, gas)
          if gas < 0 { return runsOut() }
          window = memory.window(memoryStart)
        }
        stack[0] = window.load(Int(truncatingIfNeeded: offset.l0))
      case Opcode.mstore:
        let offset = stack[0]
        if !offset.fitsUInt64 || offset.l0 &+ 32 > UInt64(memorySize) || offset.l0 >= 1 << 32 {
          gas = expandMemory(offset, 32, gas)
          if gas < 0 { return runsOut() }
          window = memory.window(memoryStart)
        }
        window.store(Int(truncatingIfNeeded: offset.l0), stack[1])
        stack.drop(2)
      case Opcode.mstore8:
        let offset = stack[0]
        gas = expandMemory(offset, .one, gas)
        if gas < 0 { return runsOut() }
        window = memory.window(memoryStart)
        window.storeByte(Int(truncatingIfNeeded: offset.l0), UInt8(truncatingIfNeeded: stack[1].l0))
        stack.drop(2)
      case Opcode.sload:
        gas = loadStorage(stack, gas)
        if gas < 0 || journal.fault != nil { return runsOut() }
      case Opcode.sstore:
        gas = storeStorage(stack, gas)
        if gas < 0 || journal.fault != nil { return end(.failed, 0) }
        stack.drop(2)
      case Opcode.jump:
        let destination = stack[0]
        stack.drop()
        guard cursor.isJumpDestination(destination) else { return jumpsAstray() }
        pc = Int(truncatingIfNeeded: destination.l0)
        continue
      case Opcode.jumpi:
        let destination = stack[0]
        let condition = stack[1]
        stack.drop(2)
        if !condition.isZero {
          guard cursor.isJumpDestination(destination) else { return jumpsAstray() }
          pc = Int(truncatingIfNeeded: destination.l0)
          continue
        }
      case Opcode.pc: stack.push(UInt256(pc))
      case Opcode.msize: stack.push(UInt256(memorySize))
      case Opcode.gas: stack.push(UInt256(UInt64(bitPattern: gas)))
      case Opcode.jumpdest: break
      case Opcode.tload: loadTransient(stack)
      case Opcode.tstore:
        guard storeTransient(stack) else { return end(.failed, 0) }
        stack.drop(2)
      case Opcode.mcopy:
        gas = copyMemory(stack, gas)
        if gas < 0 { return runsOut() }
        window = memory.window(memoryStart)
        stack.drop(3)

      // MARK: Stack
      case Opcode.push0: stack.push(.zero)
      case Opcode.push1:
        stack.push(UInt256(UInt64(cursor.byte(pc &+ 1))))
        pc &+= 1
      case Opcode.push2...Opcode.push8:
        let count = Int(opcode &- Opcode.push0)
        stack.push(UInt256(cursor.shortImmediate(pc, count)))
        pc &+= count
      case Opcode.push9...Opcode.push32:
        let count = Int(opcode &- Opcode.push0)
        stack.push(cursor.immediate(pc, count))
        pc &+= count
      case Opcode.dup1...Opcode.dup16:
        stack.push(stack[Int(opcode &- Opcode.dup1)])
      case Opcode.swap1...Opcode.swap16:
        stack.swapTop(with: Int(opcode &- Opcode.swap1) &+ 1)

      // MARK: System
      case Opcode.log0...Opcode.log4:
        let topics = Int(opcode &- Opcode.log0)
        gas = log(topics, stack, gas)
        if gas < 0 { return end(.failed, 0) }
        window = memory.window(memoryStart)
        stack.drop(2 &+ topics)
      case Opcode.call, Opcode.callcode, Opcode.delegatecall, Opcode.staticcall:
        switch call(opcode, &stack, gas, pc) {
        case .failed: return end(.failed, 0)
        case .entered: return .suspended
        case .done:
          if journal.fault != nil { return end(.failed, 0) }
          gas = resumeGas
          window = memory.window(memoryStart)
        }
      case Opcode.create, Opcode.create2:
        switch create(opcode, &stack, gas, pc) {
        case .failed: return end(.failed, 0)
        case .entered: return .suspended
        case .done:
          if journal.fault != nil { return end(.failed, 0) }
          gas = resumeGas
          window = memory.window(memoryStart)
        }
      case Opcode.return, Opcode.revert:
        gas = expandMemory(stack[0], stack[1], gas)
        if gas < 0 { return runsOut() }
        let count = Int(truncatingIfNeeded: stack[1].l0)
        returnData.replace(from: memory, count == 0 ? memoryStart : absolute(stack[0]), count)
        return end(opcode == Opcode.return ? .succeeded : .reverted, gas)
      case Opcode.selfdestruct:
        gas = selfDestruct(stack, gas)
        if gas < 0 || journal.fault != nil { return end(.failed, 0) }
        returnData.removeAll()
        return end(.succeeded, gas)
      default:
        haltReason = .undefinedInstruction
        return end(.failed, 0)
      }
      pc &+= 1
    }
  }

  /// Saves the gas of the ending frame where `run` finds it.
  private mutating func end(_ exit: FrameExit, _ gas: Int64) -> FrameExit {
    frames[frames.count - 1].gas = gas
    return exit
  }

  private mutating func runsOut() -> FrameExit {
    haltReason = .outOfGas
    return end(.failed, 0)
  }

  private mutating func jumpsAstray() -> FrameExit {
    haltReason = .invalidJump
    return end(.failed, 0)
  }

  @inline(never)
  private mutating func trace<Tracer: InstructionTracer>(
    _ tracer: inout Tracer, _ pc: Int, _ opcode: UInt8, _ gas: Int64, _ base: StackPointer,
    _ stack: StackPointer
  ) {
    var words: [UInt256] = []
    for depth in stride(from: stack.height(above: base) - 1, through: 0, by: -1) {
      words.append(stack[depth])
    }
    let state = InstructionState(
      pc: pc, opcode: opcode, gas: gas, depth: frames.count, stack: words, memorySize: memorySize,
      refund: refund, address: context.address)
    tracer.step(state)
  }
}
