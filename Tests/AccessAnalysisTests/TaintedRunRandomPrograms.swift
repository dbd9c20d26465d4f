import EVMBytecode
import EthereumTypes

extension SplitMix64 {
  /// The generator of a numbered case.
  init(case number: UInt64) { self.init(seed: number &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1) }
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  /// True in `percent` of cases.
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

/// Random contracts from a grammar of what contracts do: arithmetic on storage, inputs and returned data, checks,
/// branches, bounded loops, calls of every kind whose failure is passed on or survived, creations, self-destruction.
struct TaintedRunRandomPrograms {
  var random: SplitMix64
  let fork: Fork
  /// Whom programs call and look at.
  let addresses: [Address]
  /// Programs that may call any address run out of gas in loops often; those of the innermost contracts call nobody.
  var mayCall = true
  /// Whether programs are mostly writes, calls with little gas, and looks at the gas left.
  var isGasHungry = false

  private let small: [UInt256] = [0, 1, 2, 3, 4, 5, 31, 32, 33, 64, 100, 255, 256]

  mutating func program(statements: Int) -> Bytes {
    var assembler = TaintedRunAssembler()
    for _ in 0..<statements { statement(&assembler, depth: 0) }
    switch random.below(5) {
    case 0: assembler.op(Opcode.stop)
    case 1 where fork >= .byzantium && random.chance(30): assembler.revert()
    default:
      range(&assembler)
      assembler.op(Opcode.return)
    }
    return assembler.finish()
  }

  // MARK: Expressions: leave one word

  private mutating func expression(_ a: inout TaintedRunAssembler, _ depth: Int = 0) {
    if depth > 2 || random.chance(45) { return leaf(&a) }
    switch random.below(10) {
    case 0...5:
      expression(&a, depth + 1)
      expression(&a, depth + 1)
      a.op(
        random.pick([
          Opcode.add, Opcode.sub, Opcode.mul, Opcode.div, Opcode.mod, Opcode.and, Opcode.or, Opcode.xor,
          Opcode.lt, Opcode.gt, Opcode.eq, Opcode.slt, Opcode.byte,
        ]))
    case 6:
      expression(&a, depth + 1)
      a.op(random.pick([Opcode.iszero, Opcode.not]))
    case 7:
      range(&a)
      a.op(Opcode.keccak256)
    case 8:
      masked(&a, 3, depth)
      a.op(Opcode.sload)
    default:
      masked(&a, 127, depth)
      a.op(Opcode.mload)
    }
  }

  private mutating func leaf(_ a: inout TaintedRunAssembler) {
    if isGasHungry && random.chance(5) { return a.op(Opcode.gas) }
    switch random.below(16) {
    case 0...3: a.push(random.pick(small))
    case 4...7: a.sload(UInt256(random.below(4)))
    case 8: a.input(UInt256(random.below(3) * 32 + (random.chance(20) ? 4 : 0)))
    case 9:
      a.push(UInt256(random.below(4) * 32 + (random.chance(20) ? random.below(9) : 0)))
      a.op(Opcode.mload)
    case 10:
      a.push(random.pick(addresses))
      a.op(random.pick([Opcode.balance, Opcode.extcodesize]))
    case 11:
      a.op(
        random.pick([Opcode.caller, Opcode.callvalue, Opcode.calldatasize, Opcode.msize, Opcode.codesize]))
    case 12 where fork >= .byzantium: a.op(Opcode.returndatasize)
    case 13 where fork >= .cancun:
      a.push(UInt256(random.below(3)))
      a.op(Opcode.tload)
    case 14 where fork >= .istanbul: a.op(Opcode.selfbalance)
    case 15 where random.chance(30): a.op(Opcode.gas)
    case 15 where fork >= .constantinople:
      a.push(random.pick(addresses))
      a.op(Opcode.extcodehash)
    default: a.push(random.pick(small))
    }
  }

  /// An expression cut down to `mask`.
  private mutating func masked(_ a: inout TaintedRunAssembler, _ mask: UInt256, _ depth: Int = 1) {
    if random.chance(60) { return a.push(UInt256(random.below(Int(mask.l0) + 1))) }
    expression(&a, depth + 1)
    a.push(mask)
    a.op(Opcode.and)
  }

  /// A size and, on top of it, an offset in memory.
  private mutating func range(_ a: inout TaintedRunAssembler) {
    if random.chance(80) {
      a.push(random.pick([0, 4, 32, 36, 64, 68]))
      a.push(random.pick([0, 0, 4, 28, 32, 64]))
    } else {
      masked(&a, 127)
      masked(&a, 127)
    }
  }

  // MARK: Statements: leave nothing

  private mutating func statement(_ a: inout TaintedRunAssembler, depth: Int) {
    if isGasHungry && random.chance(70) {
      if mayCall && random.chance(50) { return call(&a) }
      expression(&a, 2)
      return a.sstore(UInt256(random.below(4)))
    }
    switch random.below(20) {
    case 0...3:
      expression(&a)
      masked(&a, 3)
      a.op(Opcode.sstore)
    case 4:
      // A counter: the commonest write of all.
      let slot = UInt256(random.below(4))
      a.sload(slot)
      expression(&a, 2)
      a.op(Opcode.add)
      a.sstore(slot)
    case 5...7:
      expression(&a)
      masked(&a, 127)
      a.op(random.chance(85) ? Opcode.mstore : Opcode.mstore8)
    case 8 where fork >= .cancun:
      expression(&a)
      a.push(UInt256(random.below(3)))
      a.op(Opcode.tstore)
    case 9: copy(&a)
    case 10, 11:
      if random.chance(25) {
        expression(&a)
      } else {
        // A check that mostly passes.
        expression(&a, 1)
        a.push(random.pick([3, 60000, 1 << 40]))
        a.op(Opcode.gt)
      }
      if fork >= .byzantium { a.require() } else { requireOld(&a) }
    case 12...13 where depth < 2: branch(&a, depth)
    case 14 where depth < 1: loop(&a, depth)
    case 15...18 where mayCall: call(&a)
    case 19:
      switch random.below(8) {
      case 0: create(&a)
      case 1:
        range(&a)
        a.op(Opcode.log0)
      case 2 where random.chance(30):
        a.push(random.pick(addresses))
        a.op(Opcode.selfdestruct)
      default:
        expression(&a)
        a.op(Opcode.pop)
      }
    default:
      expression(&a)
      a.sstore(UInt256(random.below(4)))
    }
  }

  private mutating func requireOld(_ a: inout TaintedRunAssembler) {
    let passed = a.freshLabel()
    a.jumpIf(passed)
    a.op(Opcode.invalid)
    a.label(passed)
  }

  private mutating func copy(_ a: inout TaintedRunAssembler) {
    let choices: [UInt8] =
      [Opcode.calldatacopy, Opcode.codecopy] + (fork >= .byzantium ? [Opcode.returndatacopy] : [])
      + (fork >= .cancun ? [Opcode.mcopy, Opcode.mcopy] : [])
    let op = random.pick(choices)
    if op == Opcode.returndatacopy && random.chance(50) {
      a.op(Opcode.returndatasize)
      a.push(0)
    } else {
      a.push(random.pick([0, 4, 28, 32, 36, 64]))
      if random.chance(80) { a.push(random.pick([0, 0, 4, 28, 32])) } else { masked(&a, 63) }
    }
    if random.chance(80) { a.push(random.pick([0, 4, 28, 32, 64])) } else { masked(&a, 127) }
    a.op(op)
  }

  private mutating func branch(_ a: inout TaintedRunAssembler, _ depth: Int) {
    let other = a.freshLabel()
    let end = a.freshLabel()
    expression(&a)
    a.jumpIf(other)
    for _ in 0..<random.below(3) { statement(&a, depth: depth + 1) }
    a.jump(end)
    a.label(other)
    for _ in 0..<random.below(3) { statement(&a, depth: depth + 1) }
    if random.chance(10) { a.op(Opcode.invalid) }
    a.label(end)
  }

  private mutating func loop(_ a: inout TaintedRunAssembler, _ depth: Int) {
    let start = a.freshLabel()
    let end = a.freshLabel()
    masked(&a, 3)
    a.label(start)
    a.op(Opcode.dup1, Opcode.iszero)
    a.jumpIf(end)
    statement(&a, depth: depth + 1)
    a.push(1)
    a.op(Opcode.swap1, Opcode.sub)
    a.jump(start)
    a.label(end)
    a.op(Opcode.pop)
  }

  private mutating func call(_ a: inout TaintedRunAssembler) {
    var kinds = [Opcode.call, Opcode.call, Opcode.call, Opcode.callcode]
    if fork >= .homestead { kinds += [Opcode.delegatecall, Opcode.delegatecall] }
    if fork >= .byzantium { kinds += [Opcode.staticcall, Opcode.staticcall] }
    let op = random.pick(kinds)
    range(&a)
    range(&a)
    if op == Opcode.call || op == Opcode.callcode {
      if random.chance(75) { a.push(random.pick([0, 0, 0, 1, 7])) } else { masked(&a, 7) }
    }
    if random.chance(85) {
      a.push(random.pick(addresses))
    } else {
      a.push(random.pick(addresses))
      a.push(random.pick(addresses))
      expression(&a, 2)
      // One of two addresses.
      let second = a.freshLabel()
      a.jumpIf(second)
      a.op(Opcode.swap1)
      a.label(second)
      a.op(Opcode.pop)
    }
    if isGasHungry && random.chance(70) {
      a.push(UInt256(2000 + random.below(random.pick([8000, 30000, 90000]))))
      a.op(op)
      return a.sstore(UInt256(random.below(4)))
    }
    switch random.below(10) {
    case 0...4: a.op(Opcode.gas)
    case 5...7: a.push(random.pick([0, 700, 3000, 5000, 12000, 26000, 60000]))
    case 8:
      a.push(UInt256(random.below(3000)))
      a.op(Opcode.gas, Opcode.sub)
    default: masked(&a, 65535)
    }
    a.op(op)
    switch random.below(4) {
    case 0: a.op(Opcode.pop)
    case 1 where random.chance(50):
      if fork < .byzantium { requireOld(&a) } else { a.require() }
    default: a.sstore(UInt256(random.below(4)))
    }
  }

  private mutating func create(_ a: inout TaintedRunAssembler) {
    // Init code: store something and deploy one byte.
    let code = TaintedRunAssembler.assemble { inner in
      if random.chance(50) { inner.sstore(1, 2) }
      inner.push(1)
      inner.push(0)
      inner.op(Opcode.return)
    }
    a.push(UInt256(bigEndian: code + Bytes(repeating: 0, count: 32 - min(code.count, 32))) ?? .zero)
    a.mstore(.zero)
    let isCreate2 = fork >= .constantinople && random.chance(50)
    if isCreate2 { masked(&a, 3) }
    a.push(UInt256(code.count))
    a.push(0)
    a.push(random.pick([0, 0, 1]))
    a.op(isCreate2 ? Opcode.create2 : Opcode.create)
    a.op(Opcode.pop)
  }
}
