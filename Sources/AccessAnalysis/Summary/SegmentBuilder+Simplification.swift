import EVMBytecode
import EthereumTypes

extension SegmentBuilder: SymbolicArithmetic {
  /// The expression of an arithmetic instruction, simplified: constants folded, neutral and absorbing elements
  /// removed, masks merged.
  mutating func arithmetic(_ op: UInt8, _ a: Operand, _ b: Operand = 0, _ c: Operand = 0) -> Operand {
    if let known = folded(op, a, b, c) { return known }
    if let simpler = simplified(op, a, b) { return simpler }
    switch op {
    case Opcode.gt where value(b)?.isZero == true: return isNotZero(a)
    case Opcode.lt where value(a)?.isZero == true: return isNotZero(b)
    default: break
    }
    if Self.isCommutative(op) { return expression(op, min(a, b), max(a, b)) }
    let count = WordOperation.operandCount(op)
    return expression(op, a, count > 1 ? b : 0, count > 2 ? c : 0)
  }

  private mutating func isNotZero(_ operand: Operand) -> Operand {
    let isZero = arithmetic(Opcode.iszero, operand)
    return arithmetic(Opcode.iszero, isZero)
  }

  func operands(of term: Operand, by op: UInt8) -> (Operand, Operand)? {
    guard let step = definition(term), step.op == op else { return nil }
    return (step.a, step.b)
  }

  /// Registers are assigned once.
  func isFixed(_ operand: Operand) -> Bool { true }

  /// Nobody keeps count.
  func width(_ operand: Operand) -> Int { 256 }
}
