import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@Suite("Interpreter: stack")
struct InterpreterStackTests {
  static let definitions = OpcodeTable.of(.osaka).definitions.compactMap { $0 }.filter {
    $0.byte != Opcode.invalid
  }

  @Test("every instruction fails one word below what it takes, before anything is charged or done")
  func underflow() throws {
    for definition in Self.definitions where definition.takes > 0 {
      let words = Assembly(Array(repeating: .push(0), count: definition.takes - 1)).bytes
      let outcome = try InterpreterHarness().run(words + [definition.byte])
      #expect(outcome.status == .failed(.stackBounds), "\(definition.name)")
      #expect(outcome.result.gasLeft == 0)
      #expect(outcome.result.effects.slots.isEmpty)
    }
  }

  @Test("every instruction that grows the stack works on 1,023 words and fails on 1,024")
  func overflow() throws {
    for definition in Self.definitions where definition.leaves > definition.takes {
      let full = Assembly(Array(repeating: .push(0), count: 1024)).bytes
      let outcome = try InterpreterHarness().run(full + [definition.byte])
      #expect(outcome.status == .failed(.stackBounds), "\(definition.name)")
      let room = Assembly(Array(repeating: .push(0), count: 1023)).bytes
      #expect(
        try InterpreterHarness().run(room + [definition.byte]).status == .succeeded, "\(definition.name)")
    }
    let full = Assembly(Array(repeating: .push(0), count: 1024)).bytes
    #expect(try InterpreterHarness().run(full + [Opcode.swap16]).status == .succeeded)
    #expect(try InterpreterHarness().run(full + [Opcode.pop, Opcode.dup16]).status == .succeeded)
  }

  @Test("every byte without an instruction halts exceptionally and takes all gas", arguments: Fork.allCases)
  func undefined(_ fork: Fork) throws {
    let table = OpcodeTable.of(fork)
    for byte in UInt8.min...UInt8.max where table.definitions[Int(byte)] == nil || byte == Opcode.invalid {
      let outcome = try InterpreterHarness(fork: fork).run([0x60, 1, byte])
      #expect(outcome.status == .failed(.undefinedInstruction), "0x\(String(byte, radix: 16)) in \(fork)")
      #expect(outcome.result.gasLeft == 0)
    }
  }

  @Test("PUSH1 to PUSH32 push their data, zero beyond the end of the code", arguments: 1...32)
  func push(_ count: Int) throws {
    let data = (1...count).map { UInt8($0 | 0x80) }
    let opcode = Opcode.push0 + UInt8(count)
    let whole = try InterpreterHarness().run(Assembly([.bytes([opcode] + data)]).returningTop)
    #expect(whole.word == UInt256(bigEndian: data))
    #expect(whole.gasUsed == 3 + Assembly.returnGas)
    // A PUSH whose data is cut off ends the code: what follows is a STOP.
    for kept in 0..<count {
      let outcome = try InterpreterHarness(gas: 3).run([opcode] + data.prefix(kept))
      #expect(outcome.status == .succeeded)
      #expect(outcome.gasUsed == 3)
    }
    #expect(try InterpreterHarness(gas: 2).run([opcode] + data).status == .failed(.outOfGas))
  }

  @Test("PUSH0 exists from Shanghai on and costs 2")
  func pushZero() throws {
    let outcome = try InterpreterHarness().run(Assembly([.op(Opcode.push0)]).returningTop)
    #expect(outcome.word == .zero)
    #expect(outcome.gasUsed == 2 + Assembly.returnGas)
    #expect(try InterpreterHarness(fork: .paris).run([Opcode.push0]).status == .failed(.undefinedInstruction))
  }

  @Test("DUP1 to DUP16 copy their word", arguments: 1...16)
  func dup(_ depth: Int) throws {
    let words = (1...16).map {
      Assembly.Item.push(UInt256(limbs: UInt64($0), UInt64($0) << 8, 7, UInt64($0) << 60))
    }
    let code = Assembly(words + [.op(Opcode.dup1 + UInt8(depth - 1))])
    let outcome = try InterpreterHarness().run(code.returningTop)
    let number = UInt64(17 - depth)
    #expect(outcome.word == UInt256(limbs: number, number << 8, 7, number << 60))
    #expect(outcome.gasUsed == 17 * 3 + Assembly.returnGas)
  }

  @Test("SWAP1 to SWAP16 exchange the top with their word", arguments: 1...16)
  func swap(_ depth: Int) throws {
    let words = (0...16).map { Assembly.Item.push(UInt256(UInt64(100 + $0))) }
    let swap = words + [.op(Opcode.swap1 + UInt8(depth - 1))]
    let top = try InterpreterHarness().run(Assembly(swap).returningTop)
    #expect(top.word == UInt256(UInt64(116 - depth)))
    #expect(top.gasUsed == 18 * 3 + Assembly.returnGas)
    // The old top is where the other word was.
    let pops = Array(repeating: Assembly.Item.op(Opcode.pop), count: depth)
    #expect(try InterpreterHarness().run(Assembly(swap + pops).returningTop).word == 116)
  }

  @Test("a word written limb by limb is copied whole, whatever follows at once")
  func forwarding() throws {
    let word = UInt256(limbs: 1, 2, 3, 4)
    let code: Assembly = [
      .push(word), .push(word), .op(Opcode.add), .op(Opcode.dup1), .op(Opcode.swap1), .op(Opcode.xor),
      .push(word),
      .op(Opcode.sub), .op(Opcode.not), .op(Opcode.dup1), .op(Opcode.and),
    ]
    // 2·word xor itself is 0, and word - 0 complemented is what comes out.
    #expect(try InterpreterHarness().run(code.returningTop).word == ~word)
  }
}
