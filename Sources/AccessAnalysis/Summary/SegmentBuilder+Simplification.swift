import EVMBytecode
import EthereumTypes

extension SegmentBuilder {
  /// The expression of an arithmetic instruction, simplified: constants folded, neutral and absorbing elements
  /// removed, masks merged.
  mutating func arithmetic(_ op: UInt8, _ a: Operand, _ b: Operand = 0, _ c: Operand = 0) -> Operand {
    let count = WordOperation.operandCount(op)
    let x = value(a)
    let y = count > 1 ? value(b) : .zero
    let z = count > 2 ? value(c) : .zero
    if let x, let y, let z { return constant(WordOperation.evaluate(op, x, y, z)) }
    if let simpler = simplified(op, a, b, x, y) { return simpler }
    switch op {
    // Commutative operations: one order, so that equal expressions meet.
    case Opcode.add, Opcode.mul, Opcode.and, Opcode.or, Opcode.xor, Opcode.eq:
      return expression(op, min(a, b), max(a, b))
    default: return expression(op, a, b, c)
    }
  }

  private mutating func simplified(
    _ op: UInt8, _ a: Operand, _ b: Operand, _ x: UInt256?, _ y: UInt256?
  ) -> Operand? {
    switch op {
    case Opcode.add:
      if x?.isZero == true { return b }
      if y?.isZero == true { return a }
      if let x { return addingConstant(x, to: b) }
      if let y { return addingConstant(y, to: a) }
    case Opcode.sub:
      if y?.isZero == true { return a }
      if a == b { return constant(.zero) }
      if let y { return addingConstant(y.negated, to: a) }
    case Opcode.mul:
      if x?.isZero == true || y?.isZero == true { return constant(.zero) }
      if x == .one { return b }
      if y == .one { return a }
    case Opcode.div:
      if y == .one { return a }
      // Old compilers take the selector out by dividing by 2²²⁴.
      if let y, !y.isZero, (y & (y &- .one)).isZero {
        return expression(Opcode.shr, constant(UInt256(UInt64(y.bitWidthUsed - 1))), a)
      }
    case Opcode.and:
      if x?.isZero == true || y?.isZero == true { return constant(.zero) }
      if x == .max { return b }
      if y == .max || a == b { return a }
      if let x { return masked(b, by: x) }
      if let y { return masked(a, by: y) }
    case Opcode.or, Opcode.xor:
      if x?.isZero == true { return b }
      if y?.isZero == true { return a }
      if a == b { return op == Opcode.or ? a : constant(.zero) }
    case Opcode.shl, Opcode.shr, Opcode.sar:
      if x?.isZero == true { return b }
    case Opcode.eq:
      if a == b { return constant(.one) }
      if x?.isZero == true { return arithmetic(Opcode.iszero, b) }
      if y?.isZero == true { return arithmetic(Opcode.iszero, a) }
    case Opcode.gt:
      if y?.isZero == true { return isNotZero(a) }
    case Opcode.lt:
      if x?.isZero == true { return isNotZero(b) }
    case Opcode.iszero:
      // iszero(iszero(iszero(x))) = iszero(x)
      if let inner = definition(a), inner.op == Opcode.iszero, let core = definition(inner.a),
        core.op == Opcode.iszero
      {
        return inner.a
      }
    default: break
    }
    return nil
  }

  private mutating func isNotZero(_ operand: Operand) -> Operand {
    let isZero = arithmetic(Opcode.iszero, operand)
    return arithmetic(Opcode.iszero, isZero)
  }

  private mutating func addingConstant(_ word: UInt256, to operand: Operand) -> Operand? {
    guard let inner = definition(operand), inner.op == Opcode.add else {
      let other = constant(word)
      return expression(Opcode.add, min(operand, other), max(operand, other))
    }
    for (known, rest) in [(inner.a, inner.b), (inner.b, inner.a)] {
      if let first = value(known) { return arithmetic(Opcode.add, constant(first &+ word), rest) }
    }
    return nil
  }

  private mutating func masked(_ operand: Operand, by mask: UInt256) -> Operand? {
    guard let inner = definition(operand), inner.op == Opcode.and else { return nil }
    for (known, rest) in [(inner.a, inner.b), (inner.b, inner.a)] {
      if let first = value(known) { return arithmetic(Opcode.and, constant(first & mask), rest) }
    }
    return nil
  }
}
