public import EthereumTypes

/// EVM operations on words as a person reads them, such as `address(caller)` or `(0x5 * calldata[0x4])`.
public enum OperationText {
  private static let infixes: [UInt8: String] = [
    Opcode.add: "+", Opcode.sub: "-", Opcode.mul: "*", Opcode.div: "/", Opcode.mod: "%", Opcode.exp: "**",
    Opcode.lt: "<", Opcode.gt: ">", Opcode.eq: "==", Opcode.and: "&", Opcode.or: "|", Opcode.xor: "^",
  ]

  /// The text of an operation.
  ///
  /// - Parameters:
  ///   - op: its opcode.
  ///   - words: its operands where they are known, the top of the stack first; nil where one is not.
  ///   - operand: the text of the operand with that index.
  public static func text(_ op: UInt8, _ words: [UInt256?], _ operand: (Int) -> String) -> String {
    switch op {
    case Opcode.iszero where words.count == 1: return "!" + operand(0)
    case Opcode.not where words.count == 1: return "~" + operand(0)
    case Opcode.shl, Opcode.shr, Opcode.sar:
      guard words.count == 2 else { break }
      // The operand order of the field's notation, not of the stack.
      let value = operand(1)
      return "(\(value) \(op == Opcode.shl ? "<<" : ">>") \(words[0]?.decimal ?? operand(0)))"
    case Opcode.and where words.count == 2:
      for (mask, rest) in [(0, 1), (1, 0)] {
        if let type = words[mask].flatMap(type) { return "\(type)(\(operand(rest)))" }
      }
    case Opcode.add where words.count == 2:
      // A large constant is a small one less.
      let index = words[1] == nil ? 0 : 1
      if let word = words[index], word.negated.bitWidthUsed < 128 {
        return "(\(operand(1 - index)) - \(word.negated.minimalHex))"
      }
    default: break
    }
    let operands = words.indices.map(operand)
    if let infix = infixes[op], operands.count == 2 { return "(\(operands[0]) \(infix) \(operands[1]))" }
    let name = OpcodeTable.of(.amsterdam).name(of: op).lowercased()
    return operands.isEmpty ? name : "\(name)(\(operands.joined(separator: ", ")))"
  }

  /// The type that a mask of low bits makes; nil where it is none.
  private static func type(_ mask: UInt256) -> String? {
    guard (mask & (mask &+ .one)).isZero else { return nil }
    let bits = mask.bitWidthUsed
    return bits == 0 || bits % 8 != 0 ? nil : bits == 160 ? "address" : "uint\(bits)"
  }
}
