import EVM
import EVMBytecode
import EthereumTypes
import Testing

@Suite("Interpreter: memory and data")
struct InterpreterMemoryTests {
  /// The price of a memory of so many words (Yellow Paper, equation 326).
  static func price(_ words: UInt64) -> UInt64 { 3 * words + words * words / 512 }

  @Test(
    "touching memory costs what its size costs, to the unit",
    arguments: [0, 1, 31, 32, 33, 1000, 22_000, 65_536, 1_000_000] as [UInt64])
  func expansion(_ offset: UInt64) throws {
    let words = (offset + 32 + 31) / 32
    let cases: [(code: Assembly, base: UInt64, words: UInt64)] = [
      ([.push(UInt256(offset)), .op(Opcode.mload)], 6, words),
      ([.push(1), .push(UInt256(offset)), .op(Opcode.mstore)], 9, words),
      ([.push(1), .push(UInt256(offset)), .op(Opcode.mstore8)], 9, (offset + 32) / 32),
    ]
    for item in cases {
      let cost = item.base + Self.price(item.words)
      var harness = InterpreterHarness(gas: cost)
      #expect(try harness.run(item.code).status == .succeeded)
      #expect(try harness.run(item.code).result.gasLeft == 0)
      harness.gas = cost - 1
      #expect(try harness.run(item.code).status == .failed(.outOfGas))
    }
  }

  @Test("what lies beyond any gas runs out, and does not crash or wrap")
  func hugeOffsets() throws {
    let huge: [UInt256] = [
      .max, .max &- 31, .one.shiftedLeft(255), .one.shiftedLeft(64), .one.shiftedLeft(64) &- 1,
      .one.shiftedLeft(64) &- 32, .one.shiftedLeft(63), .one.shiftedLeft(63) &- 1, .one.shiftedLeft(32),
      .one.shiftedLeft(32) &- 1, .one.shiftedLeft(128), .one.shiftedLeft(192),
    ]
    for offset in huge {
      let codes: [Assembly] = [
        [.push(offset), .op(Opcode.mload)], [.push(1), .push(offset), .op(Opcode.mstore)],
        [.push(1), .push(offset), .op(Opcode.mstore8)], [.push(1), .push(offset), .op(Opcode.keccak256)],
        [.push(offset), .push(0), .op(Opcode.keccak256)], [.push(1), .push(offset), .op(Opcode.return)],
        [.push(offset), .push(0), .op(Opcode.return)], [.push(offset), .push(1), .op(Opcode.revert)],
        [.push(1), .push(0), .push(offset), .op(Opcode.calldatacopy)],
        [.push(offset), .push(0), .push(0), .op(Opcode.calldatacopy)],
        [.push(offset), .push(0), .push(0), .op(Opcode.codecopy)],
        [.push(offset), .push(0), .push(0), .push(1), .op(Opcode.extcodecopy)],
        [.push(1), .push(offset), .push(0), .op(Opcode.mcopy)],
        [.push(1), .push(0), .push(offset), .op(Opcode.mcopy)],
        [.push(offset), .push(0), .push(0), .op(Opcode.mcopy)],
        [.push(1), .push(offset), .op(Opcode.log0)], [.push(offset), .push(0), .op(Opcode.log0)],
        [.push(1), .push(offset), .push(0), .op(Opcode.create)],
        [
          .push(0), .push(0), .push(1), .push(offset), .push(0), .push(9), .push(9), .op(Opcode.call),
        ],
        [
          .push(offset), .push(0), .push(0), .push(0), .push(0), .push(9), .push(9), .op(Opcode.call),
        ],
      ]
      for (index, code) in codes.enumerated() {
        let outcome = try InterpreterHarness(gas: 30_000_000).run(code)
        let isInitCode = outcome.status == .failed(.initCodeSizeExceeded)
        #expect(outcome.status == .failed(.outOfGas) || isInitCode, "code \(index) at \(offset)")
        #expect(outcome.result.gasLeft == 0)
      }
      // Nothing is touched where nothing is asked for.
      let empty: [Assembly] = [
        [.push(0), .push(offset), .op(Opcode.return)],
        [.push(0), .push(offset), .push(offset), .op(Opcode.calldatacopy), .op(Opcode.msize)],
        [.push(0), .push(offset), .push(offset), .op(Opcode.mcopy)],
        [.push(0), .push(offset), .op(Opcode.log0)],
      ]
      for code in empty { #expect(try InterpreterHarness().run(code).status == .succeeded) }
    }
  }

  @Test("words and bytes are where they were written, at any offset", arguments: [0, 1, 7, 31, 32, 45, 64])
  func placement(_ offset: Int) throws {
    let word = try #require(
      UInt256(hex: "0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"))
    let code: Assembly = [
      .push(word), .push(UInt256(offset)), .op(Opcode.mstore), .push(0xFFAA), .push(UInt256(offset + 3)),
      .op(Opcode.mstore8), .push(128), .push(0), .op(Opcode.return),
    ]
    let outcome = try InterpreterHarness().run(code)
    var expected = Bytes(repeating: 0, count: 128)
    for (index, byte) in word.bigEndianBytes.enumerated() { expected[offset + index] = byte }
    expected[offset + 3] = 0xAA
    #expect(outcome.result.output == expected)
    let load: Assembly = [
      .push(word), .push(UInt256(offset)), .op(Opcode.mstore), .push(UInt256(offset)), .op(Opcode.mload),
    ]
    let returned = try InterpreterHarness().run(load.returningTop)
    #expect(returned.word == word)
  }

  @Test("MSIZE counts whole words, reads included")
  func size() throws {
    for (offset, size) in [(0, 32), (1, 64), (32, 64), (33, 96)] as [(UInt64, UInt256)] {
      let code: Assembly = [.push(UInt256(offset)), .op(Opcode.mload), .op(Opcode.pop), .op(Opcode.msize)]
      #expect(try InterpreterHarness().run(code.returningTop).word == size)
    }
    #expect(try InterpreterHarness().run(Assembly([.op(Opcode.msize)]).returningTop).word == .zero)
  }

  @Test("CALLDATALOAD reads zeros behind the input", arguments: [0, 1, 31, 32, 33, 40])
  func callData(_ count: Int) throws {
    let input = (0..<count).map { UInt8($0 + 1) }
    for offset in [0, 1, 8, 9, 31, 32, 33, 40, 41, 1000] {
      let code: Assembly = [.push(UInt256(offset)), .op(Opcode.calldataload)]
      let outcome = try InterpreterHarness(input: input).run(code.returningTop)
      let padded = Bytes(input.dropFirst(offset).prefix(32)) + Bytes(repeating: 0, count: 32)
      #expect(outcome.word == UInt256(bigEndian: padded.prefix(32)))
      #expect(outcome.gasUsed == 6 + Assembly.returnGas)
    }
    for offset in [UInt256.max, .one.shiftedLeft(64), .one.shiftedLeft(64) &- 1, .one.shiftedLeft(63)] {
      let code: Assembly = [.push(offset), .op(Opcode.calldataload)]
      #expect(try InterpreterHarness(input: input).run(code.returningTop).word == .zero)
    }
    let size = try InterpreterHarness(input: input).run(Assembly([.op(Opcode.calldatasize)]).returningTop)
    #expect(size.word == UInt256(count))
  }

  @Test("copies fill with zeros behind their source and charge 3 for each word")
  func copies() throws {
    let input = (1...40).map { UInt8($0) }
    for (source, count) in [(0, 40), (8, 32), (20, 64), (40, 33), (1 << 40, 5), (0, 1)] as [(Int, Int)] {
      let copy: Assembly = [
        .push(UInt256(count)), .push(UInt256(source)), .push(3), .op(Opcode.calldatacopy), .push(96),
        .push(0),
        .op(Opcode.return),
      ]
      let outcome = try InterpreterHarness(input: input).run(copy)
      let tail = Bytes(input.dropFirst(min(source, 40)).prefix(count))
      let expected = Bytes([0, 0, 0]) + tail + Bytes(repeating: 0, count: 93 - tail.count)
      #expect(outcome.result.output == expected)
      #expect(outcome.gasUsed == 9 + 3 + 3 * UInt64((count + 31) / 32) + 6 + 9)
    }
    // CODECOPY of the code itself, past its end.
    let code: Assembly = [
      .push(32), .push(7), .push(0), .op(Opcode.codecopy), .push(32), .push(0), .op(Opcode.return),
    ]
    let copied = try InterpreterHarness().run(code)
    let padded = Bytes(code.bytes.dropFirst(7)) + Bytes(repeating: 0, count: 32)
    #expect(copied.result.output == Bytes(padded.prefix(32)))
  }

  @Test("EXTCODECOPY reads another account's code, cold and warm")
  func externalCode() throws {
    let body = (1...50).map { UInt8($0) }
    let other = InterpreterHarness.other
    let copy: [Assembly.Item] = [
      .push(50), .push(2), .push(0), .push(other.word), .op(Opcode.extcodecopy),
    ]
    let harness = InterpreterHarness(others: [other: body])
    let once = try harness.run(Assembly(copy + [.push(64), .push(0), .op(Opcode.return)]))
    #expect(once.result.output == Bytes(body.dropFirst(2)) + Bytes(repeating: 0, count: 16))
    #expect(once.gasUsed == 12 + 2600 + 6 + 6 + 6)
    let twice = try harness.run(Assembly(copy + copy))
    #expect(twice.gasUsed == 2 * (12 + 6) + 2600 + 100 + 6)
  }

  @Test("MCOPY moves overlapping ranges both ways (EIP-5656)")
  func memoryCopy() throws {
    for (target, source) in [(0, 1), (1, 0), (0, 32), (32, 0), (7, 7)] {
      let word = try #require(
        UInt256(hex: "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
      let code: Assembly = [
        .push(word), .push(0), .op(Opcode.mstore), .push(~word), .push(32), .op(Opcode.mstore), .push(20),
        .push(UInt256(source)), .push(UInt256(target)), .op(Opcode.mcopy), .push(64), .push(0),
        .op(Opcode.return),
      ]
      let outcome = try InterpreterHarness().run(code)
      var expected = word.bigEndianBytes + (~word).bigEndianBytes
      let moved = expected[source..<source + 20]
      expected.replaceSubrange(target..<target + 20, with: Bytes(moved))
      #expect(outcome.result.output == expected)
      #expect(outcome.gasUsed == 12 * 3 + 6 + 3 - 3 + 3)
    }
  }

  @Test("RETURNDATACOPY fails for any byte outside the return data, and only for those")
  func returnData() throws {
    let other = InterpreterHarness.other
    // Returns 32 bytes, the last of which is 42.
    let body = Assembly([.push(42)]).returningTop
    let call: [Assembly.Item] = [
      .push(0), .push(0), .push(0), .push(0), .push(other.word), .op(Opcode.gas), .op(Opcode.staticcall),
      .op(Opcode.pop),
    ]
    let harness = InterpreterHarness(others: [other: body])
    let cases: [(offset: UInt256, count: UInt256, isFine: Bool)] = [
      (0, 32, true), (31, 1, true), (32, 0, true), (0, 0, true), (33, 0, false), (32, 1, false),
      (0, 33, false),
      (.max, 0, false), (.max, 2, false), (2, .max, false), (.one.shiftedLeft(64), 0, false),
      (.one.shiftedLeft(64) &- 1, 1, false), (1, .one.shiftedLeft(64) &- 1, false),
    ]
    for item in cases {
      let copy = call + [.push(item.count), .push(item.offset), .push(0), .op(Opcode.returndatacopy)]
      let outcome = try harness.run(Assembly(copy))
      #expect(outcome.status == (item.isFine ? .succeeded : .failed(.returnDataOutOfBounds)), "\(item)")
    }
    let size = try harness.run(Assembly(call + [.op(Opcode.returndatasize)]).returningTop)
    #expect(size.word == 32)
    let copied = try harness.run(
      Assembly(
        call + [.push(32), .push(0), .push(0), .op(Opcode.returndatacopy), .push(0), .op(Opcode.mload)]
      )
      .returningTop)
    #expect(copied.word == 42)
  }
}
