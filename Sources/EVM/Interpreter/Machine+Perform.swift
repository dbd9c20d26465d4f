import EVMBytecode
import EVMState
import EthereumTypes

extension Machine {
  /// Runs an instruction that the loop leaves to a call: the constant part of its price is paid, its operands are on
  /// the stack. Changes gas and stack.
  ///
  /// - Returns: nil where the frame goes on, otherwise how it ended.
  @inline(never)
  mutating func perform(_ opcode: UInt8, pc: Int, _ registers: inout Registers) -> FrameExit? {
    var gas = registers.gas
    var stack = registers.stack
    switch opcode {
    case Opcode.stop:
      returnData.removeAll()
      return end(.succeeded, gas)

    // MARK: Arithmetic
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
    case Opcode.clz: stack[0] = UInt256(stack[0].leadingZeroBitCount)
    case Opcode.keccak256:
      gas = keccak(stack, gas)
      if gas < 0 { return runsOut() }
      stack.drop()

    // MARK: Environment
    case Opcode.address: stack.push(context.address.word)
    case Opcode.balance:
      gas = balance(stack, gas)
      if gas < 0 || journal.hasFault { return runsOut() }
    case Opcode.origin: stack.push(origin.word)
    case Opcode.calldataload: stack[0] = loadCallData(stack[0])
    case Opcode.calldatacopy:
      gas = copyCallData(stack, gas)
      if gas < 0 { return runsOut() }
      stack.drop(3)
    case Opcode.codesize: stack.push(UInt256(frames[frames.count - 1].code.count))
    case Opcode.codecopy:
      gas = copyCode(stack, gas)
      if gas < 0 { return runsOut() }
      stack.drop(3)
    case Opcode.gasprice: stack.push(gasPrice)
    case Opcode.extcodesize:
      gas = externalCodeSize(stack, gas)
      if gas < 0 || journal.hasFault { return runsOut() }
    case Opcode.extcodecopy:
      gas = copyExternalCode(stack, gas)
      if gas < 0 || journal.hasFault { return runsOut() }
      stack.drop(4)
    case Opcode.returndatacopy:
      gas = copyReturnData(stack, gas)
      if gas < 0 { return fails(gas) }
      stack.drop(3)
    case Opcode.extcodehash:
      gas = externalCodeHash(stack, gas)
      if gas < 0 || journal.hasFault { return runsOut() }

    // MARK: Block
    case Opcode.blockhash:
      stack[0] = blockHash(stack[0])
      if journal.hasFault { return runsOut() }
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

    // MARK: Memory and storage
    case Opcode.mload:
      gas = expandMemory(stack[0], 32, gas)
      if gas < 0 { return runsOut() }
      stack[0] = memory.window(memoryStart).load(Int(truncatingIfNeeded: stack[0].l0))
    case Opcode.mstore:
      gas = expandMemory(stack[0], 32, gas)
      if gas < 0 { return runsOut() }
      memory.window(memoryStart).store(Int(truncatingIfNeeded: stack[0].l0), stack[1])
      stack.drop(2)
    case Opcode.mstore8:
      gas = expandMemory(stack[0], .one, gas)
      if gas < 0 { return runsOut() }
      memory.window(memoryStart).storeByte(
        Int(truncatingIfNeeded: stack[0].l0), UInt8(truncatingIfNeeded: stack[1].l0))
      stack.drop(2)
    case Opcode.mcopy:
      gas = copyMemory(stack, gas)
      if gas < 0 { return runsOut() }
      stack.drop(3)
    case Opcode.sload:
      gas = loadStorage(stack, gas)
      if gas < 0 || journal.hasFault { return runsOut() }
    case Opcode.sstore:
      gas = storeStorage(stack, gas)
      if gas < 0 || journal.hasFault { return fails(gas) }
      stack.drop(2)
    case Opcode.tload: loadTransient(stack)
    case Opcode.tstore:
      guard storeTransient(stack) else { return end(.failed, 0) }
      stack.drop(2)

    // MARK: Deep stack (EIP-8024)
    case Opcode.dupn, Opcode.swapn, Opcode.exchange:
      guard let words = StackOperand(opcode, immediate: registers.next.immediateByte) else {
        haltReason = .undefinedInstruction
        return end(.failed, 0)
      }
      guard stack.height(above: registers.base) > words.deepest else {
        haltReason = .stackBounds
        return end(.failed, 0)
      }
      if opcode == Opcode.dupn {
        stack.push(stack[words.deepest])
      } else {
        stack.swap(words.upper, words.deepest)
      }
      registers.next.advance(1)

    // MARK: System
    case Opcode.log0...Opcode.log4:
      let topics = Int(opcode &- Opcode.log0)
      gas = log(topics, stack, gas)
      if gas < 0 { return fails(gas) }
      stack.drop(2 &+ topics)
    case Opcode.call, Opcode.callcode, Opcode.delegatecall, Opcode.staticcall:
      switch call(opcode, &stack, gas, pc) {
      case .failed: return end(.failed, 0)
      case .entered: return .suspended
      case .done:
        if journal.hasFault { return end(.failed, 0) }
        gas = resumeGas
      }
    case Opcode.create, Opcode.create2:
      switch create(opcode, &stack, gas, pc) {
      case .failed: return end(.failed, 0)
      case .entered: return .suspended
      case .done:
        if journal.hasFault { return end(.failed, 0) }
        gas = resumeGas
      }
    case Opcode.return, Opcode.revert:
      gas = expandMemory(stack[0], stack[1], gas)
      if gas < 0 { return runsOut() }
      let count = Int(truncatingIfNeeded: stack[1].l0)
      returnData.replace(from: memory, count == 0 ? memoryStart : absolute(stack[0]), count)
      return end(opcode == Opcode.return ? .succeeded : .reverted, gas)
    case Opcode.selfdestruct:
      gas = selfDestruct(stack, gas)
      if gas < 0 || journal.hasFault { return fails(gas) }
      returnData.removeAll()
      return end(.succeeded, gas)
    default:
      haltReason = .undefinedInstruction
      return end(.failed, 0)
    }
    registers.gas = gas
    registers.stack = stack
    return nil
  }
}
