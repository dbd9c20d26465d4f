public import EthereumTypes

/// A table of symbolic words that can be calculated with: constants are folded, neutral and absorbing elements removed,
/// masks and summands merged. What a word is made of besides arithmetic is the table's affair.
public protocol SymbolicArithmetic {
  /// Names a word of the table; equal names are one expression.
  associatedtype Term: Equatable

  /// The word, where it is known.
  func value(_ term: Term) -> UInt256?
  /// The operands of a term that is the result of this instruction, the second one arbitrary where it takes one.
  func operands(of term: Term, by op: UInt8) -> (Term, Term)?
  /// Whether the expression has one value wherever it stands. If not, two of them are not the same for being equal.
  func isFixed(_ term: Term) -> Bool
  /// How many bits the value can have, 0 to 256.
  func width(_ term: Term) -> Int

  /// The term of a known word.
  mutating func constant(_ word: UInt256) -> Term
  /// The term of an arithmetic instruction's result: `folded`, else `simplified`, else an expression of the table's own, in
  /// which the operands of commutative instructions are put in order so that equal expressions meet. Operands that
  /// the instruction does not take are arbitrary.
  mutating func arithmetic(_ op: UInt8, _ a: Term, _ b: Term, _ c: Term) -> Term
}

extension SymbolicArithmetic {
  /// Whether the operands may change places.
  @inlinable
  public static func isCommutative(_ op: UInt8) -> Bool {
    switch op {
    case Opcode.add, Opcode.mul, Opcode.and, Opcode.or, Opcode.xor, Opcode.eq: true
    default: false
    }
  }

  /// The result where all operands are known.
  @inlinable
  public mutating func folded(_ op: UInt8, _ a: Term, _ b: Term, _ c: Term) -> Term? {
    let count = WordOperation.operandCount(op)
    guard let x = value(a), let y = count > 1 ? value(b) : .zero, let z = count > 2 ? value(c) : .zero
    else { return nil }
    return constant(WordOperation.evaluate(op, x, y, z))
  }

  /// A term that is simpler than the instruction's result and equal to it, if there is one; not all operands are known.
  @inlinable
  public mutating func simplified(_ op: UInt8, _ a: Term, _ b: Term) -> Term? {
    let x = value(a)
    let y = WordOperation.operandCount(op) > 1 ? value(b) : .zero
    switch op {
    case Opcode.add:
      if x?.isZero == true { return b }
      if y?.isZero == true { return a }
      if let x { return adding(x, to: b) }
      if let y { return adding(y, to: a) }
    case Opcode.sub:
      if y?.isZero == true { return a }
      if a == b && isFixed(a) { return constant(.zero) }
      if let y { return arithmetic(Opcode.add, a, constant(y.negated), a) }
    case Opcode.mul:
      if x?.isZero == true || y?.isZero == true { return constant(.zero) }
      if x == .one { return b }
      if y == .one { return a }
    case Opcode.div:
      if y == .one { return a }
      // Old compilers take the selector out by dividing by 2²²⁴.
      if let y, !y.isZero, (y & (y &- .one)).isZero {
        return arithmetic(Opcode.shr, constant(UInt256(UInt64(y.bitWidthUsed - 1))), a, a)
      }
    case Opcode.and:
      if x?.isZero == true || y?.isZero == true { return constant(.zero) }
      if let x { return masked(b, by: x) }
      if let y { return masked(a, by: y) }
      if a == b { return a }
    case Opcode.or, Opcode.xor:
      if x?.isZero == true { return b }
      if y?.isZero == true { return a }
      if a == b && (op == Opcode.or || isFixed(a)) { return op == Opcode.or ? a : constant(.zero) }
    case Opcode.shr:
      if x?.isZero == true { return b }
      if let x, x.fitsUInt64, x.clampedToUInt64 >= UInt64(width(b)) { return constant(.zero) }
    case Opcode.shl, Opcode.sar:
      if x?.isZero == true { return b }
    case Opcode.eq:
      if a == b && isFixed(a) { return constant(.one) }
      if x?.isZero == true { return arithmetic(Opcode.iszero, b, b, b) }
      if y?.isZero == true { return arithmetic(Opcode.iszero, a, a, a) }
    case Opcode.iszero:
      // iszero(iszero(iszero(x))) = iszero(x)
      if let (inner, _) = operands(of: a, by: Opcode.iszero), operands(of: inner, by: Opcode.iszero) != nil {
        return inner
      }
    default: break
    }
    return nil
  }

  @inlinable
  mutating func adding(_ word: UInt256, to other: Term) -> Term? {
    guard let (first, second) = operands(of: other, by: Opcode.add) else { return nil }
    for (known, rest) in [(first, second), (second, first)] {
      if let summand = value(known) { return arithmetic(Opcode.add, rest, constant(summand &+ word), rest) }
    }
    return nil
  }

  @inlinable
  mutating func masked(_ other: Term, by mask: UInt256) -> Term? {
    // Ones up to where the value ends change nothing.
    if (mask & (mask &+ .one)).isZero, width(other) <= 256 - mask.leadingZeroBitCount { return other }
    guard let (first, second) = operands(of: other, by: Opcode.and) else { return nil }
    for (known, rest) in [(first, second), (second, first)] {
      if let inner = value(known) { return arithmetic(Opcode.and, rest, constant(inner & mask), rest) }
    }
    return nil
  }
}
