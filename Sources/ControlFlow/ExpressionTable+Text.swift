import EVMBytecode
import EthereumTypes

extension ExpressionTable {
  /// Levels of an expression that are written out.
  private static let maximumDepth = 12
  /// Characters after which parts are no longer written out.
  private static let maximumLength = 400

  private static let infixes: [UInt8: String] = [
    Opcode.add: "+", Opcode.sub: "-", Opcode.mul: "*", Opcode.div: "/", Opcode.mod: "%", Opcode.exp: "**",
    Opcode.lt: "<", Opcode.gt: ">", Opcode.eq: "==", Opcode.and: "&", Opcode.or: "|", Opcode.xor: "^",
  ]

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
    case Opcode.iszero: result = "!" + part(node.a)
    case Opcode.not: result = "~" + part(node.a)
    case Opcode.shl, Opcode.shr, Opcode.sar:
      // The operand order of the field's notation, not of the stack.
      result = "(\(part(node.b)) \(node.op == Opcode.shl ? "<<" : ">>") \(shift(node.a) ?? part(node.a)))"
    default: result = operation(node, part)
    }
    budget -= result.count
    return result
  }

  private func shift(_ id: ExpressionID) -> String? { value(id).map(\.decimal) }

  private func operation(_ node: Expression, _ part: (ExpressionID) -> String) -> String {
    if node.op == Opcode.and, let name = cast(node, part) { return name }
    if node.op == Opcode.add, let word = value(node.b) ?? value(node.a), word.negated.bitWidthUsed < 128 {
      return "(\(part(value(node.b) == nil ? node.b : node.a)) - \(word.negated.minimalHex))"
    }
    let operands = operands(node).map(part)
    if let infix = Self.infixes[node.op], operands.count == 2 {
      return "(\(operands[0]) \(infix) \(operands[1]))"
    }
    let name = OpcodeTable.of(.amsterdam).name(of: node.op).lowercased()
    return operands.isEmpty ? name : "\(name)(\(operands.joined(separator: ", ")))"
  }

  /// A mask of low bits, as the type it makes.
  private func cast(_ node: Expression, _ part: (ExpressionID) -> String) -> String? {
    for (first, rest) in [(node.a, node.b), (node.b, node.a)] {
      guard let mask = value(first), (mask & (mask &+ .one)).isZero else { continue }
      let bits = mask.bitWidthUsed
      guard bits % 8 == 0 else { continue }
      return bits == 160 ? "address(\(part(rest)))" : "uint\(bits)(\(part(rest)))"
    }
    return nil
  }
}
