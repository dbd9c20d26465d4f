import EVMBytecode
import EthereumTypes

extension ExpressionTable {
  /// Levels of an expression that are written out.
  private static let maximumDepth = 12
  /// Characters after which parts are no longer written out.
  private static let maximumLength = 400

  /// The expression as a person reads it, such as `keccak(caller . 0x3)`; what is too long ends in `…`.
  func text(_ id: ExpressionID) -> String {
    var budget = Self.maximumLength
    return text(id, 0, &budget)
  }

  private func text(_ id: ExpressionID, _ depth: Int, _ budget: inout Int) -> String {
    guard depth < Self.maximumDepth, budget > 0 else { return "…" }
    let node = self[id]
    func part(_ id: ExpressionID) -> String { text(id, depth + 1, &budget) }
    let result: String
    switch node.op {
    case ExpressionCode.constant: result = constants[Int(node.a)].minimalHex
    case ExpressionCode.codeBytes: result = "code[\(part(node.a)), \(node.b)]"
    case ExpressionCode.choice:
      let words = lists[Int(node.a)].prefix(8).map(part) + (lists[Int(node.a)].count > 8 ? ["…"] : [])
      result = "one(" + words.joined(separator: ", ") + (node.b == Openness.closed ? ")" : ", …)")
    case ExpressionCode.merged: result = "φ\(node.a).\(node.b)"
    case ExpressionCode.result: result = "result@0x" + String(node.a, radix: 16)
    case ExpressionCode.hash: result = "keccak(" + lists[Int(node.a)].map(part).joined(separator: " . ") + ")"
    case Opcode.keccak256: result = "keccak(memory[\(part(node.a)), \(part(node.b))])"
    case Opcode.calldataload where id + 1 == selector: result = "calldata[0]"
    case Opcode.calldataload: result = "calldata[\(part(node.a))]"
    case Opcode.shr where id == selector: result = "selector"
    case Opcode.mload: result = "memory[\(part(node.a))]"
    default:
      let operands = operands(node)
      result = OperationText.text(node.op, operands.map(value)) { part(operands[$0]) }
    }
    budget -= result.count
    return result
  }
}
