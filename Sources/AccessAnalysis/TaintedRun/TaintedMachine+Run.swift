import EVM
import EVMBytecode
import EthereumTypes

extension TaintedMachine {
  /// Runs the current frame until it ends or enters another one.
  mutating func runFrame() -> FrameExit {
    let code = codes[f.code]
    let s = stack.window(f.stackBase)
    var pc = f.pc
    var gas = f.gas
    var h = f.height
    var steps = stepsLeft
    defer { stepsLeft = steps }
    while true {
      let op = code.byte(pc)
      let required = table[Int(op)]
      if required.gas < 0 || h < Int(required.minimumHeight) || h > Int(required.maximumHeight) {
        return .failed
      }
      gas &-= Int64(required.gas)
      if gas < 0 { return .outOfGas }
      steps &-= 1
      if steps < 0 {
        failure = .tooManySteps
        return .aborted
      }
      switch op {
      case Opcode.stop:
        f.gas = gas
        returnedCount = 0
        return .done

      // Arithmetic, comparison, bits
      case Opcode.add:
        s[h - 2] = s[h - 1] &+ s[h - 2]
        join2(s, h)
        h &-= 1
      case Opcode.mul:
        s[h - 2] = s[h - 1] &* s[h - 2]
        join2(s, h)
        h &-= 1
      case Opcode.sub:
        s[h - 2] = s[h - 1] &- s[h - 2]
        join2(s, h)
        h &-= 1
      case Opcode.div:
        s[h - 2] = s[h - 1].divided(by: s[h - 2])
        join2(s, h)
        h &-= 1
      case Opcode.lt:
        s[h - 2] = s[h - 1] < s[h - 2] ? .one : .zero
        join2(s, h)
        h &-= 1
      case Opcode.gt:
        s[h - 2] = s[h - 2] < s[h - 1] ? .one : .zero
        join2(s, h)
        h &-= 1
      case Opcode.slt:
        s[h - 2] = s[h - 1].isLessSigned(s[h - 2]) ? .one : .zero
        join2(s, h)
        h &-= 1
      case Opcode.sgt:
        s[h - 2] = s[h - 2].isLessSigned(s[h - 1]) ? .one : .zero
        join2(s, h)
        h &-= 1
      case Opcode.eq:
        s[h - 2] = s[h - 1] == s[h - 2] ? .one : .zero
        join2(s, h)
        h &-= 1
      case Opcode.iszero:
        s.put(h - 1, s[h - 1].isZero ? .one : .zero, world.taints.plain(s.taint(h - 1)))
      case Opcode.and:
        s[h - 2] = s[h - 1] & s[h - 2]
        join2(s, h)
        h &-= 1
      case Opcode.or:
        s[h - 2] = s[h - 1] | s[h - 2]
        join2(s, h)
        h &-= 1
      case Opcode.xor:
        s[h - 2] = s[h - 1] ^ s[h - 2]
        join2(s, h)
        h &-= 1
      case Opcode.not:
        s.put(h - 1, ~s[h - 1], world.taints.plain(s.taint(h - 1)))
      case Opcode.shl:
        s[h - 2] = s[h - 2] << s[h - 1]
        join2(s, h)
        h &-= 1
      case Opcode.shr:
        s[h - 2] = s[h - 2] >> s[h - 1]
        join2(s, h)
        h &-= 1
      case Opcode.sar:
        s[h - 2] = s[h - 2].shiftedRightSigned(s[h - 1])
        join2(s, h)
        h &-= 1
      case Opcode.exp:
        // The price depends on the exponent's length.
        decide(s.taint(h - 2))
        gas &-= rules.expByteGas &* Int64(s[h - 2].byteWidthUsed)
        if gas < 0 { return .outOfGas }
        s.put(h - 2, s[h - 1].power(s[h - 2]), world.taints.plain(s.taint(h - 1)))
        h &-= 1
      case Opcode.sdiv, Opcode.mod, Opcode.smod, Opcode.signextend, Opcode.byte:
        s[h - 2] = Self.binary(op, s[h - 1], s[h - 2])
        join2(s, h)
        h &-= 1
      case Opcode.addmod, Opcode.mulmod:
        let modulus = s[h - 3]
        s[h - 3] =
          op == Opcode.addmod
          ? s[h - 1].addingModulo(s[h - 2], modulus) : s[h - 1].multipliedModulo(s[h - 2], modulus)
        join2(s, h)
        h &-= 1
        join2(s, h)
        h &-= 1
      case Opcode.clz:
        s.put(h - 1, UInt256(s[h - 1].leadingZeroBitCount), world.taints.plain(s.taint(h - 1)))

      // Stack
      case Opcode.pop: h &-= 1
      case Opcode.push0:
        s.put(h, .zero)
        h &+= 1
      case Opcode.push1...Opcode.push32:
        let size = Int(op &- Opcode.push0)
        s.put(h, pc < code.count ? code.immediate(pc, size) : .zero)
        h &+= 1
        pc &+= size
      case Opcode.dup1...Opcode.dup16:
        let from = h &- 1 &- Int(op &- Opcode.dup1)
        s.put(h, s[from], s.taint(from))
        h &+= 1
      case Opcode.swap1...Opcode.swap16:
        let other = h &- 2 &- Int(op &- Opcode.swap1)
        let word = s[other]
        let taint = s.taint(other)
        s.put(other, s[h - 1], s.taint(h - 1))
        s.put(h - 1, word, taint)

      // Control
      case Opcode.jump:
        decide(s.taint(h - 1))
        guard code.isJumpDestination(s[h - 1]) else { return .failed }
        pc = Int(truncatingIfNeeded: s[h - 1].l0)
        h &-= 1
        continue
      case Opcode.jumpi:
        decide(s.taint(h - 1))
        let target = s[h - 1]
        let isTaken = !s[h - 2].isZero
        let taint = s.taint(h - 2)
        h &-= 2
        if !taint.isNone {
          f.height = h
          branch(on: taint, otherWay: isTaken ? UInt256(pc &+ 1) : target, isJump: !isTaken)
        }
        if isTaken {
          guard code.isJumpDestination(target) else { return .failed }
          pc = Int(truncatingIfNeeded: target.l0)
          continue
        }
      case Opcode.jumpdest: break
      case Opcode.pc:
        s.put(h, UInt256(pc))
        h &+= 1
      case Opcode.gas:
        s.put(h, UInt256(UInt64(bitPattern: gas)), readGas())
        h &+= 1

      // Memory
      case Opcode.mload:
        decide(s.taint(h - 1))
        guard expand(s[h - 1], 32, &gas) else { return outOfMemory }
        let offset = f.memoryBase &+ Int(truncatingIfNeeded: s[h - 1].l0)
        s.put(h - 1, memory.word(offset), memory.taint(offset, 32, &world.taints))
      case Opcode.mstore:
        decide(s.taint(h - 1))
        guard expand(s[h - 1], 32, &gas) else { return outOfMemory }
        let offset = f.memoryBase &+ Int(truncatingIfNeeded: s[h - 1].l0)
        memory.setWord(offset, s[h - 2])
        memory.setTaint(offset, 32, world.taints.plain(s.taint(h - 2)), &world.taints)
        h &-= 2
      case Opcode.mstore8:
        decide(s.taint(h - 1))
        guard expand(s[h - 1], 1, &gas) else { return outOfMemory }
        let offset = f.memoryBase &+ Int(truncatingIfNeeded: s[h - 1].l0)
        memory.setByte(offset, UInt8(truncatingIfNeeded: s[h - 2].l0))
        memory.setTaint(offset, 1, world.taints.plain(s.taint(h - 2)), &world.taints)
        h &-= 2
      case Opcode.msize:
        s.put(h, UInt256(f.memorySize))
        h &+= 1
      case Opcode.keccak256:
        decide(s.taint(h - 1))
        decide(s.taint(h - 2))
        guard let count = size(s[h - 2]) else { return .outOfGas }
        gas &-= 6 &* Int64((count &+ 31) / 32)
        guard gas >= 0 else { return .outOfGas }
        guard expand(s[h - 1], count, &gas), spend(8 + count >> 3) else { return outOfMemory }
        let offset = count == 0 ? 0 : f.memoryBase &+ Int(truncatingIfNeeded: s[h - 1].l0)
        s.put(h - 2, hash(offset, count), memory.taint(offset, count, &world.taints))
        h &-= 1

      // Storage
      case Opcode.sload:
        decide(s.taint(h - 1))
        let slot = world.slot(f.account, s[h - 1])
        if rules.hasWarmth, world.warm(slot: slot) {
          gas &-= rules.coldSlotSurcharge
          if gas < 0 { return .outOfGas }
        }
        s.put(h - 1, world.slots[slot].current, world.taints.plain(world.slots[slot].taint))
      case Opcode.sstore:
        f.gas = gas
        f.height = h
        if let exit = storeSlot(s) { return exit }
        gas = f.gas
        h &-= 2
      case Opcode.tload:
        decide(s.taint(h - 1))
        let (value, taint) = world.transient(f.account, s[h - 1])
        s.put(h - 1, value, world.taints.plain(taint))
      case Opcode.tstore:
        if f.isStatic { return .failed }
        decide(s.taint(h - 1))
        world.setTransient(f.account, s[h - 1], s[h - 2], world.taints.plain(s.taint(h - 2)))
        h &-= 2

      // Input
      case Opcode.calldataload:
        decide(s.taint(h - 1))
        loadInput(s, h)
      case Opcode.calldatasize:
        s.put(h, UInt256(f.inputCount))
        h &+= 1

      // Ends
      case Opcode.return, Opcode.revert:
        decide(s.taint(h - 1))
        decide(s.taint(h - 2))
        guard let count = size(s[h - 2]), expand(s[h - 1], count, &gas), spend(count >> 4) else {
          return outOfMemory
        }
        f.gas = gas
        let offset = count == 0 ? 0 : f.memoryBase &+ Int(truncatingIfNeeded: s[h - 1].l0)
        returned.ensure(count)
        returned.copyBytes(from: memory, offset, to: 0, count: count)
        returned.copyTaint(from: memory, offset, to: 0, count: count, &world.taints)
        returnedCount = count
        return op == Opcode.return ? .done : .reverted
      case Opcode.selfdestruct:
        f.gas = gas
        f.height = h
        returnedCount = 0
        return selfDestruct(s)

      // Calls
      case Opcode.call, Opcode.callcode, Opcode.delegatecall, Opcode.staticcall:
        f.gas = gas
        f.pc = pc &+ 1
        f.height = h
        if let exit = call(op, s) { return exit }
        gas = f.gas
        h = f.height
      case Opcode.create, Opcode.create2:
        f.gas = gas
        f.pc = pc &+ 1
        f.height = h
        if let exit = create(op, s) { return exit }
        gas = f.gas
        h = f.height

      default:
        f.gas = gas
        f.height = h
        if let exit = runRare(op, s) { return exit }
        gas = f.gas
        h = f.height
      }
      pc &+= 1
    }
  }

  /// Out of gas, unless the run is to be given up for want of memory.
  private var outOfMemory: FrameExit { failure == nil ? .outOfGas : .aborted }

  /// Keccak-256 of a range of memory, noted where the transaction will ask for it too.
  private mutating func hash(_ offset: Int, _ count: Int) -> UInt256 {
    guard count == 64 else { return memory.hash(offset, count).word }
    return foreseen.note(HashedPair(memory.word(offset), memory.word(offset + 32)))
  }

  /// Gives the second word from the top the taints of both.
  @inline(__always)
  private mutating func join2(_ s: StackWindow, _ h: Int) {
    let a = s.taint(h &- 1)
    let b = s.taint(h &- 2)
    if a.id | b.id != 0 { s.set(h &- 2, taint: world.taints.union(a, b)) }
  }

  static func binary(_ op: UInt8, _ a: UInt256, _ b: UInt256) -> UInt256 {
    switch op {
    case Opcode.sdiv: a.dividedSigned(by: b)
    case Opcode.mod: a.remainder(dividingBy: b)
    case Opcode.smod: a.remainderSigned(dividingBy: b)
    case Opcode.signextend: b.signExtended(fromByte: a)
    default: b.byte(a)
    }
  }

  /// CALLDATALOAD: the word at the top is the offset.
  private mutating func loadInput(_ s: StackWindow, _ h: Int) {
    guard let offset = s[h - 1].asUInt64, offset < UInt64(f.inputCount) else {
      return s.put(h - 1, .zero)
    }
    let start = f.inputStart &+ Int(offset)
    let available = f.inputCount &- Int(offset)
    if available >= 32 {
      return s.put(h - 1, memory.word(start), memory.taint(start, 32, &world.taints))
    }
    // The word reaches behind the input, where zeros are; the buffer may hold other bytes there.
    var word = UInt256.zero
    memory.withSpan(start, available) { bytes in
      for index in 0..<available { word = word.shiftedLeft(8) | UInt256(UInt64(bytes[index])) }
    }
    s.put(
      h - 1, word.shiftedLeft(UInt64(8 &* (32 &- available))), memory.taint(start, available, &world.taints))
  }
}
