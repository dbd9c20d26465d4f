import EVM
import EVMBytecode
import EthereumTypes
import Foundation
import Testing

@Suite("Interpreter: words")
struct InterpreterWordTests {
  /// One line of `Vectors/words.txt`: opcode, gas, operands from the top of the stack down, result.
  struct Vector: CustomTestStringConvertible {
    let name: String
    let gas: UInt64
    let operands: [UInt256]
    let expected: UInt256
    var testDescription: String { "\(name) \(operands.map(\.minimalHex)) = \(expected.minimalHex)" }
  }

  /// The vectors of each opcode.
  static func vectors() throws -> [String: [Vector]] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors/words.txt")
    var vectors: [String: [Vector]] = [:]
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let fields = line.split(separator: " ")
      let words = fields.dropFirst(2).compactMap { UInt256(hex: $0) }
      let (operands, expected) = (Array(words.dropLast()), try #require(words.last))
      vectors[String(fields[0]), default: []].append(
        Vector(
          name: String(fields[0]), gas: try #require(UInt64(fields[1])), operands: operands,
          expected: expected))
    }
    return vectors
  }

  static let names = [
    "ADD", "MUL", "SUB", "DIV", "SDIV", "MOD", "SMOD", "ADDMOD", "MULMOD", "SIGNEXTEND", "LT", "GT", "SLT",
    "SGT",
    "EQ", "ISZERO", "AND", "OR", "XOR", "NOT", "BYTE", "SHL", "SHR", "SAR", "CLZ",
  ]

  @Test("results and gas agree with Python's integers; one gas less runs out", arguments: names)
  func vectors(_ name: String) throws {
    let vectors = try #require(try Self.vectors()[name])
    let opcode = try #require(OpcodeTable.of(.osaka).definitions.compactMap { $0 }.first { $0.name == name })
    #expect(vectors.count >= 12)
    for vector in vectors {
      let assembly = Assembly(vector.operands.reversed().map { .push($0) } + [.op(opcode.byte)])
      let cost = 3 * UInt64(vector.operands.count) + vector.gas + Assembly.returnGas
      var harness = InterpreterHarness(gas: cost)
      let exact = try harness.run(assembly.returningTop)
      #expect(exact.status == .succeeded, "\(vector.testDescription)")
      #expect(exact.word == vector.expected, "\(vector.testDescription)")
      #expect(exact.result.gasLeft == 0)
      harness.gas = cost - 1
      #expect(try harness.run(assembly.returningTop).status == .failed(.outOfGas))
      // Gas that covers everything before the instruction, and all of it but one unit.
      harness.gas = 3 * UInt64(vector.operands.count) + vector.gas - 1
      #expect(try harness.run(assembly).status == .failed(.outOfGas))
      harness.gas += 1
      #expect(try harness.run(assembly).status == .succeeded)
    }
  }

  @Test("EXP costs 10, and 50 for each byte of the exponent, 10 before EIP-160")
  func exponentiation() throws {
    let cases: [(base: UInt256, exponent: UInt256, result: String, bytes: UInt64)] = [
      (0, 0, "0x1", 0), (2, 0, "0x1", 0), (0, 1, "0x0", 1), (3, 5, "0xf3", 1), (2, 255, "0x8" + zeros(63), 1),
      (2, 256, "0x0", 2),
      (.max, .max, "0x" + String(repeating: "f", count: 64), 32), (.max, 2, "0x1", 1),
      (1, UInt256(hex: "0x10000000000000000") ?? .zero, "0x1", 9),
    ]
    for item in cases {
      let code: Assembly = [.push(item.exponent), .push(item.base), .op(Opcode.exp)]
      let new = try InterpreterHarness().run(code.returningTop)
      #expect(new.word?.minimalHex == item.result)
      #expect(new.gasUsed == 6 + 10 + 50 * item.bytes + Assembly.returnGas)
      let old = try InterpreterHarness(fork: .homestead).run(code.returningTop)
      #expect(old.gasUsed == 6 + 10 + 10 * item.bytes + Assembly.returnGas)
    }
  }

  private func zeros(_ count: Int) -> String { String(repeating: "0", count: count) }

  @Test("KECCAK256 of nothing, of one word and at the price of whole words")
  func keccak() throws {
    // Known digests: the empty string, and 32 zero bytes (the slot of a mapping's key 0 is built on it).
    let empty: Assembly = [.push(0), .push(.max), .op(Opcode.keccak256)]
    let nothing = try InterpreterHarness().run(empty.returningTop)
    #expect(
      nothing.word == UInt256(hex: "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"))
    #expect(nothing.gasUsed == 6 + 30 + Assembly.returnGas)
    let zero: Assembly = [.push(32), .push(0), .op(Opcode.keccak256)]
    let word = try InterpreterHarness().run(zero.returningTop)
    #expect(word.word == UInt256(hex: "0x290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563"))
    // The memory is paid for by the hash, so storing the result at 0 is 3 cheaper.
    #expect(word.gasUsed == 6 + 30 + 6 + 3 + Assembly.returnGas - 3)
    let odd: Assembly = [.push(33), .push(0), .op(Opcode.keccak256), .op(Opcode.pop)]
    #expect(try InterpreterHarness().run(odd).gasUsed == 6 + 30 + 12 + 6 + 2)
  }

  @Test("KECCAK256 of 64 bytes is theirs, asked for once, again or foreseen, at the same price")
  func keccakOfPairs() throws {
    for offset in [0, 1, 31, 32, 95] as [UInt64] {
      for key in [0, 1, 0xFFFF_FFFF] as [UInt256] {
        var code: Assembly = [.push(key), .push(UInt256(offset)), .op(Opcode.mstore)]
        // The same again, then with another word behind, then as at first.
        for word in [3, 3, 4, 3] as [UInt256] {
          code.append(.push(word))
          code.append(.push(UInt256(offset + 32)))
          code.append(.op(Opcode.mstore))
          code.append(.push(64))
          code.append(.push(UInt256(offset)))
          code.append(.op(Opcode.keccak256))
        }
        let bytes = (key.bigEndianBytes, UInt256(3).bigEndianBytes, UInt256(4).bigEndianBytes)
        let (three, four) = (keccak256(bytes.0 + bytes.1).word, keccak256(bytes.0 + bytes.2).word)
        // What is left on the stack: three, three, four, three.
        let sum = three &+ three &+ four &+ three
        for _ in 0..<3 { code.append(.op(Opcode.add)) }
        var outcomes: [InterpreterHarness.Outcome] = []
        let strangers = (100..<140 as Range<UInt64>).map { HashedPair(key, UInt256($0)) }
        let own = [HashedPair(key, 3), HashedPair(key, 4)]
        for foreseen in [
          [], [own[0]], [own[1], HashedPair(1, 2)], own + strangers, strangers + own,
          Array(strangers.prefix(10)) + own.reversed() + Array(strangers.prefix(10)),
        ] {
          outcomes.append(
            try InterpreterHarness(foreseen: Foreseen(hashedPairs: foreseen)).run(code.returningTop))
        }
        for outcome in outcomes {
          #expect(outcome.word == sum)
          #expect(outcome.gasUsed == outcomes[0].gasUsed)
        }
      }
    }
  }
}
