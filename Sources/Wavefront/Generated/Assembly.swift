import EVMBytecode
import EthereumTypes

/// Bytecode written down instruction by instruction, with labels: enough for the contracts of generated blocks.
struct Assembly {
  private(set) var code: Bytes = []
  private var labels: [String: Int] = [:]
  private var uses: [(position: Int, label: String)] = []

  /// Appends opcodes.
  mutating func op(_ opcodes: UInt8...) { code += opcodes }

  /// Pushes a number in as few bytes as it takes (PUSH1 at least).
  mutating func push(_ number: UInt64) { push(word: UInt256(number)) }

  /// Pushes a word in as few bytes as it takes (PUSH1 at least).
  mutating func push(word: UInt256) {
    let bytes = Bytes(word.bigEndianBytes.drop { $0 == 0 })
    let digits = bytes.isEmpty ? [0] : bytes
    code.append(0x5F + UInt8(truncatingIfNeeded: digits.count))
    code += digits
  }

  /// Pushes where a label stands.
  mutating func push(label: String) {
    code.append(0x61)
    uses.append((code.count, label))
    code += [0, 0]
  }

  /// A jump destination with a name.
  mutating func label(_ name: String) {
    labels[name] = code.count
    code.append(Opcode.jumpdest)
  }

  /// The code with every label in place; unknown ones stay zero, which is no jump destination here.
  var assembled: Bytes {
    var result = code
    for use in uses {
      let target = labels[use.label] ?? 0
      result[use.position] = UInt8(truncatingIfNeeded: target >> 8)
      result[use.position + 1] = UInt8(truncatingIfNeeded: target)
    }
    return result
  }
}
