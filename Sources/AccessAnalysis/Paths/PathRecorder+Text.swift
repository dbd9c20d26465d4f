import EVMBytecode
import EthereumTypes

extension PathRecorder {
  /// Levels of an expression that are written out.
  private static let maximumDepth = 14
  /// An operand as a person reads it, in terms of the transaction, the block and the state before it, such as
  /// `keccak(calldata[0x4] . 0x3)`; what is too long ends in `…`.
  ///
  /// - Parameters:
  ///   - length: characters after which parts are no longer written out.
  ///   - slot: the text of a slot row.
  func text(_ operand: PathOperand, length: Int, _ slot: (Int) -> String) -> String {
    var budget = length
    return text(operand, 0, &budget, slot)
  }

  private func text(
    _ operand: PathOperand, _ depth: Int, _ budget: inout Int, _ slot: (Int) -> String
  ) -> String {
    if operand < 0 { return constants[Int(~operand)].minimalHex }
    guard operand > 0, depth < Self.maximumDepth, budget > 0 else { return "…" }
    let node = expressions[Int(operand)]
    func part(_ operand: PathOperand) -> String { text(operand, depth + 1, &budget, slot) }
    let result: String
    switch node.op {
    case PathCode.callDataWord: result = "calldata[0x\(String(node.aux, radix: 16))]"
    case PathCode.upfrontCost: result = "gaslimit * gasprice"
    case PathCode.hashOfTwo: result = "keccak(\(part(node.a)) . \(part(node.b)))"
    case PathCode.bytes: result = pieces(node.aux, part)
    case PathCode.recover: result = "ecrecover(\(pieces(node.aux, part)))"
    case PathCode.precompile:
      let code = node.a < 0 ? constants[Int(~node.a)].l0 : 0
      let name = PrecompileAspect.decode(code).map { "\($0.precompile)" } ?? "precompile"
      result = "\(name)(\(pieces(node.aux, part)))"
    case PathCode.recovers: result = "recovers(\(pieces(node.aux, part)))"
    case PathCode.accountAddress: result = Self.accountName(Int(node.aux))
    case Opcode.keccak256: result = "keccak(\(pieces(node.aux, part)))"
    case Opcode.sload: result = "sload(\(slot(Int(node.aux))))"
    case Opcode.balance, Opcode.extcodesize, Opcode.extcodehash:
      result =
        OpcodeTable.of(.amsterdam).name(of: node.op).lowercased() + "(\(Self.accountName(Int(node.aux))))"
    case Opcode.blockhash: result = "blockhash(\(part(node.a)))"
    default:
      let operands = [node.a, node.b, node.c].prefix(WordOperation.operandCount(node.op))
      let words = operands.map { $0 < 0 ? constants[Int(~$0)] : nil }
      result = OperationText.text(node.op, words) { part(operands[$0]) }
    }
    budget -= result.count
    return result
  }

  /// How texts name an account row.
  static func accountName(_ row: Int) -> String { row == 0 ? "sender" : "account \(row)" }

  /// The parts of a text, with the bytes between them.
  private func pieces(_ text: Int32, _ part: (PathOperand) -> String) -> String {
    let text = texts[Int(text)]
    var result: [String] = []
    var position = 0
    func addBytes(to end: Int) {
      guard end > position else { return }
      let bytes = text.bytes[position..<end]
      result.append(UInt256(bigEndian: bytes)?.minimalHex ?? Hex.encodePrefixed(bytes))
    }
    for piece in text.parts {
      addBytes(to: min(Int(piece.offset), text.bytes.count))
      position = min(Int(piece.offset + piece.count), text.bytes.count)
      if piece.node == 0 {
        result.append("calldata[0x\(String(piece.skip, radix: 16)), \(piece.count)]")
      } else {
        let isWhole = piece.skip == 0 && piece.count == 32
        result.append(part(piece.node) + (isWhole ? "" : "[\(piece.skip), \(piece.count)]"))
      }
    }
    addBytes(to: text.bytes.count)
    return result.joined(separator: " . ")
  }

  /// For each node, whether the value of any of the nodes that `isSource` names goes into it.
  func dependents(_ isSource: (PathExpression) -> Bool) -> [Bool] {
    var found = [Bool](repeating: false, count: expressions.count)
    // Operands have lower numbers than what is made from them.
    for index in expressions.indices.dropFirst() {
      let node = expressions[index]
      func has(_ operand: PathOperand) -> Bool { operand > 0 && found[Int(operand)] }
      found[index] = isSource(node) || has(node.a) || has(node.b) || has(node.c)
      if !found[index], PathBuilder.hasText(node.op) {
        found[index] = texts[Int(node.aux)].parts.contains { has($0.node) }
      }
    }
    return found
  }
}
