import EVMBytecode
import EthereumTypes

/// Assembles mnemonics: `PUSH 0x2a` picks the shortest PUSH, `PUSH @label` a two-byte one, `label:` is a JUMPDEST.
func assemble(_ text: String) -> Bytes {
  var code: Bytes = []
  var labels: [String: Int] = [:]
  var uses: [(offset: Int, label: String)] = []
  let opcodes = Dictionary(
    OpcodeTable.of(.osaka).definitions.compactMap { $0 }.map { ($0.name, $0.byte) },
    uniquingKeysWith: { first, _ in first })
  var words = text.split(whereSeparator: \.isWhitespace)[...]
  while let word = words.popFirst() {
    if word.hasSuffix(":") {
      labels[String(word.dropLast())] = code.count
      code.append(Opcode.jumpdest)
    } else if word == "PUSH" {
      let operand = words.popFirst() ?? "0"
      if operand.hasPrefix("@") {
        code.append(Opcode.push0 + 2)
        uses.append((code.count, String(operand.dropFirst())))
        code += [0, 0]
      } else {
        let value = operand.hasPrefix("0x") ? UInt256(hex: operand) : UInt256(decimal: operand)
        let bytes = value?.minimalBigEndianBytes ?? []
        code += bytes.isEmpty ? [Opcode.push0 + 1, 0] : [Opcode.push0 + UInt8(bytes.count)] + bytes
      }
    } else if let byte = opcodes[String(word)] {
      code.append(byte)
    } else if let bytes = Hex.decode(word) {
      code += bytes
    }
  }
  for use in uses {
    let target = labels[use.label] ?? 0xFFFF
    code[use.offset] = UInt8(target >> 8)
    code[use.offset + 1] = UInt8(target & 0xFF)
  }
  return code
}
