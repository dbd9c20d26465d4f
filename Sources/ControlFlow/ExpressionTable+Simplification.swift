import EVMBytecode
import EthereumTypes

extension ExpressionTable: SymbolicArithmetic {
  /// A choice with more words than this is not calculated with.
  private static let maximumMapped = 256

  /// The expression of an arithmetic instruction: constants folded, neutral elements and useless masks removed.
  mutating func arithmetic(
    _ op: UInt8, _ a: ExpressionID, _ b: ExpressionID = 0, _ c: ExpressionID = 0
  ) -> ExpressionID {
    if let known = folded(op, a, b, c) { return known }
    let count = WordOperation.operandCount(op)
    if count < 3, let mapped = mapped(op, a, b, value(a), count > 1 ? value(b) : .zero) { return mapped }
    if let simpler = simplified(op, a, b) { return simpler }
    if Self.isCommutative(op) { return intern(Expression(op: op, a: max(a, b), b: min(a, b))) }
    return intern(Expression(op: op, a: a, b: count > 1 ? b : 0, c: count > 2 ? c : 0))
  }

  func operands(of term: ExpressionID, by op: UInt8) -> (ExpressionID, ExpressionID)? {
    let node = self[term]
    return node.op == op ? (node.a, node.b) : nil
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
