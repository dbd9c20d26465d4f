import EVMBytecode
import EthereumTypes

extension ExpressionTable {
  /// A choice with more words than this is not calculated with.
  private static let maximumMapped = 256

  /// The expression of an arithmetic instruction: constants folded, neutral elements and useless masks removed.
  mutating func arithmetic(
    _ op: UInt8, _ a: ExpressionID, _ b: ExpressionID = 0, _ c: ExpressionID = 0
  ) -> ExpressionID {
    let count = WordOperation.operandCount(op)
    let x = value(a)
    let y = count > 1 ? value(b) : .zero
    let z = count > 2 ? value(c) : .zero
    if let x, let y, let z { return constant(WordOperation.evaluate(op, x, y, z)) }
    if count < 3, let mapped = mapped(op, a, b, x, y) { return mapped }
    if let simpler = simplified(op, a, b, x, y) { return simpler }
    switch op {
    // Commutative operations: one order, so that equal expressions meet.
    case Opcode.add, Opcode.mul, Opcode.and, Opcode.or, Opcode.xor, Opcode.eq:
      return intern(Expression(op: op, a: max(a, b), b: min(a, b)))
    default: return intern(Expression(op: op, a: a, b: b, c: c))
    }
  }

  /// Arithmetic on a choice is a choice of results.
  private mutating func mapped(
    _ op: UInt8, _ a: ExpressionID, _ b: ExpressionID, _ x: UInt256?, _ y: UInt256?
  ) -> ExpressionID? {
    let isFirst = self[a].op == ExpressionCode.choice && y != nil
    guard isFirst || (x != nil && self[b].op == ExpressionCode.choice) else { return nil }
    guard let (words, openness) = choices(isFirst ? a : b), words.count <= Self.maximumMapped,
      openness == Openness.closed
    else { return nil }
    var results = Set<ExpressionID>()
    for word in words {
      let known = value(word) ?? .zero
      let result = WordOperation.evaluate(
        op, isFirst ? known : x ?? .zero, isFirst ? y ?? .zero : known, .zero)
      results.insert(constant(result))
    }
    return choice(results, openness: openness)
  }

  private mutating func simplified(
    _ op: UInt8, _ a: ExpressionID, _ b: ExpressionID, _ x: UInt256?, _ y: UInt256?
  ) -> ExpressionID? {
    switch op {
    case Opcode.add:
      if x?.isZero == true { return b }
      if y?.isZero == true { return a }
      if let x { return adding(x, to: b) }
      if let y { return adding(y, to: a) }
    case Opcode.sub:
      if y?.isZero == true { return a }
      if a == b && isFixed(a) { return zero }
      if let y { return adding(y.negated, to: a) }
    case Opcode.mul:
      if x?.isZero == true || y?.isZero == true { return zero }
      if x == .one { return b }
      if y == .one { return a }
    case Opcode.div:
      if y == .one { return a }
      // Old compilers take the selector out by dividing by 2²²⁴.
      if let y, !y.isZero, (y & (y &- .one)).isZero {
        return arithmetic(Opcode.shr, constant(UInt256(y.bitWidthUsed - 1)), a)
      }
    case Opcode.and:
      if x?.isZero == true || y?.isZero == true { return zero }
      if let x { return masked(b, by: x) }
      if let y { return masked(a, by: y) }
      if a == b { return a }
    case Opcode.or, Opcode.xor:
      if x?.isZero == true { return b }
      if y?.isZero == true { return a }
      if a == b && (op == Opcode.or || isFixed(a)) { return op == Opcode.or ? a : zero }
    case Opcode.shr:
      if x?.isZero == true { return b }
      if let x, x.fitsUInt64, Int(x.clampedToUInt64) >= width(b) { return zero }
    case Opcode.shl, Opcode.sar:
      if x?.isZero == true { return b }
    case Opcode.eq:
      if a == b && isFixed(a) { return constant(.one) }
      if x?.isZero == true { return arithmetic(Opcode.iszero, b) }
      if y?.isZero == true { return arithmetic(Opcode.iszero, a) }
    case Opcode.iszero:
      let inner = self[a]
      if inner.op == Opcode.iszero, self[inner.a].op == Opcode.iszero { return inner.a }
    default: break
    }
    return nil
  }

  private mutating func adding(_ word: UInt256, to other: ExpressionID) -> ExpressionID {
    let inner = self[other]
    if inner.op == Opcode.add {
      for (first, rest) in [(inner.a, inner.b), (inner.b, inner.a)] {
        if let known = value(first) { return arithmetic(Opcode.add, rest, constant(known &+ word)) }
      }
    }
    let summand = constant(word)
    return intern(Expression(op: Opcode.add, a: max(other, summand), b: min(other, summand)))
  }

  private mutating func masked(_ other: ExpressionID, by mask: UInt256) -> ExpressionID? {
    // Ones up to where the value ends change nothing.
    let next = mask &+ .one
    if (mask & next).isZero, width(other) <= 256 - mask.leadingZeroBitCount { return other }
    let inner = self[other]
    if inner.op == Opcode.and {
      for (first, rest) in [(inner.a, inner.b), (inner.b, inner.a)] {
        if let known = value(first) { return arithmetic(Opcode.and, rest, constant(known & mask)) }
      }
    }
    return nil
  }

  /// How many bits the value can have.
  func width(_ id: ExpressionID) -> Int {
    let node = self[id]
    switch node.op {
    case ExpressionCode.constant: return constants[Int(node.a)].bitWidthUsed
    case ExpressionCode.codeBytes: return min(256, 8 * Int(node.b))
    case Opcode.shr:
      guard let count = value(node.a), count.fitsUInt64 else { return 256 }
      return max(0, 256 - Int(min(count.clampedToUInt64, 256)))
    case Opcode.and:
      return min(value(node.a)?.bitWidthUsed ?? 256, value(node.b)?.bitWidthUsed ?? 256)
    case Opcode.caller, Opcode.address, Opcode.origin, Opcode.coinbase: return 160
    case Opcode.byte: return 8
    case ExpressionCode.result: return node.b == 1 ? 1 : 256
    case Opcode.iszero, Opcode.eq, Opcode.lt, Opcode.gt, Opcode.slt, Opcode.sgt: return 1
    case Opcode.calldatasize, Opcode.returndatasize, Opcode.gas, Opcode.timestamp, Opcode.number: return 64
    default: return 256
    }
  }
}
