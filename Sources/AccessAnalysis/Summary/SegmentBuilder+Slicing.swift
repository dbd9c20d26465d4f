import EVMBytecode
import EthereumTypes

extension SegmentBuilder {
  /// Drops every step whose result nobody needs and that has no effect of its own, and numbers the registers:
  /// parameters first, then results in order.
  mutating func slice() -> Segment {
    let oneByte = constant(.one)
    var needed = [Bool](repeating: false, count: Int(registerCount))
    func need(_ operand: Operand) {
      if operand >= 0 && operand < Self.firstParameter { needed[Int(operand)] = true }
    }
    let wordSize = constant(32)
    // Stands for operands that a step does not have: whoever reads all three must not get somebody else's register.
    let none = constant(.zero)
    let end = self.end ?? .fail
    for operand in end.operands { need(operand) }
    let keepsStack = end.keepsStack
    if keepsStack { stack.forEach(need) }
    var kept = [Step?](repeating: nil, count: steps.count)
    for index in steps.indices.reversed() {
      var step = steps[index]
      if step.result >= 0 && !needed[Int(step.result)] {
        if !Self.isAccess(step.op) {
          // A read of memory at an unknown place still pays for the expansion.
          guard step.op == Opcode.mload || step.op == Opcode.keccak256 else { continue }
          let size = step.op == Opcode.mload ? wordSize : step.b
          if step.a < 0 && size < 0 && !summary.usesMemorySize { continue }
          step = Step(StepCode.touchMemory, step.a, size, step.op == Opcode.mload ? none : oneByte)
        } else {
          step.result = -1
        }
      }
      kept[index] = step
      let count = Self.operandCount(step.op)
      if count > 0 { need(step.a) }
      if count > 1 { need(step.b) }
      if count > 2 { need(step.c) }
      if count > 3 { need(step.d) }
    }
    return number(kept.compactMap { $0 }, none: none, end: end, pushes: keepsStack ? stack : [])
  }

  private func number(_ kept: [Step], none: Operand, end: SegmentEnd, pushes: [Operand]) -> Segment {
    var names = [Int32](repeating: -1, count: Int(registerCount))
    var next = Int32(parameterCount)
    func name(_ operand: Operand) -> Operand {
      if operand < 0 { return operand }
      if operand >= Self.firstParameter { return operand - Self.firstParameter }
      return names[Int(operand)]
    }
    var numbered: [Step] = []
    numbered.reserveCapacity(kept.count)
    for step in kept {
      let count = Self.operandCount(step.op)
      var copy = step
      copy.a = count > 0 ? name(step.a) : none
      copy.b = count > 1 ? name(step.b) : none
      copy.c = count > 2 ? name(step.c) : none
      copy.d = count > 3 ? name(step.d) : none
      if step.result >= 0 {
        names[Int(step.result)] = next
        copy.result = next
        next += 1
      }
      numbered.append(copy)
    }
    return Segment(
      start: start, steps: numbered, constants: constants, registerCount: Int(next),
      parameterCount: parameterCount, pushes: pushes.map(name), maximumRise: maximumRise,
      end: end.renamed(name), gas: gas, memoryEnd: memoryEnd)
  }

  /// Whether the step is kept for what it does, not for its result.
  static func isAccess(_ op: UInt8) -> Bool {
    switch op {
    case Opcode.sload, Opcode.balance, Opcode.selfbalance, Opcode.extcodesize, Opcode.extcodehash: true
    default: false
    }
  }

  /// How many operands a step has.
  static func operandCount(_ op: UInt8) -> Int {
    let arithmetic = WordOperation.operandCount(op)
    if arithmetic > 0 { return arithmetic }
    switch op {
    case Opcode.sload, Opcode.tload, Opcode.mload, Opcode.balance, Opcode.extcodesize, Opcode.extcodehash,
      Opcode.blockhash, Opcode.blobhash, Opcode.calldataload, StepCode.assumeZero, StepCode.assumeNonzero,
      StepCode.show, StepCode.showExponent:
      return 1
    case Opcode.sstore, Opcode.tstore, Opcode.mstore, Opcode.mstore8, Opcode.keccak256,
      StepCode.showMemory:
      return 2
    case Opcode.calldatacopy, Opcode.codecopy, Opcode.returndatacopy, Opcode.mcopy, StepCode.touchMemory:
      return 3
    case Opcode.extcodecopy: return 4
    default: return 0
    }
  }
}

extension SegmentEnd {
  /// The operands the end itself needs.
  var operands: [Operand] {
    switch self {
    case .jump, .stop, .fail, .unsupported: []
    case .jumpTo(let target): [target]
    case .branch(let condition, let taken, _): [condition, taken]
    case .output(let offset, let size), .revert(let offset, let size): [offset, size]
    case .selfdestruct(let heir): [heir]
    case .call(let site):
      [
        site.gas, site.target, site.value, site.inputOffset, site.inputSize, site.outputOffset,
        site.outputSize,
      ]
    case .create(let site): [site.value, site.offset, site.size, site.salt]
    }
  }

  /// Whether the frame goes on, so that the stack matters.
  var keepsStack: Bool {
    switch self {
    case .jump, .jumpTo, .branch, .call, .create: true
    case .stop, .fail, .unsupported, .output, .revert, .selfdestruct: false
    }
  }

  /// The same with other names for the operands.
  func renamed(_ name: (Operand) -> Operand) -> SegmentEnd {
    switch self {
    case .jump, .stop, .fail, .unsupported: return self
    case .jumpTo(let target): return .jumpTo(name(target))
    case .branch(let condition, let taken, let next):
      return .branch(condition: name(condition), taken: name(taken), next: next)
    case .output(let offset, let size): return .output(offset: name(offset), size: name(size))
    case .revert(let offset, let size): return .revert(offset: name(offset), size: name(size))
    case .selfdestruct(let heir): return .selfdestruct(name(heir))
    case .call(let site):
      return .call(
        CallSite(
          op: site.op, gas: name(site.gas), target: name(site.target), value: name(site.value),
          inputOffset: name(site.inputOffset), inputSize: name(site.inputSize),
          outputOffset: name(site.outputOffset), outputSize: name(site.outputSize), next: site.next,
          failsWithCall: site.failsWithCall))
    case .create(let site):
      return .create(
        CreateSite(
          op: site.op, value: name(site.value), offset: name(site.offset), size: name(site.size),
          salt: name(site.salt), next: site.next))
    }
  }
}
