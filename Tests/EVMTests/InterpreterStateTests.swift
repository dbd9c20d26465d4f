import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@Suite("Interpreter: state and environment")
struct InterpreterStateTests {
  @Test("what the environment's instructions push, and their prices")
  func environment() throws {
    let harness = InterpreterHarness(input: [1, 2, 3], value: 77)
    let coinbase: UInt256 = 0xC01B
    let cases: [(opcode: UInt8, expected: UInt256, gas: UInt64)] = [
      (Opcode.address, InterpreterHarness.contract.word, 2),
      (Opcode.caller, InterpreterHarness.caller.word, 2),
      (Opcode.origin, InterpreterHarness.caller.word, 2), (Opcode.callvalue, 77, 2),
      (Opcode.calldatasize, 3, 2), (Opcode.codesize, 9, 2), (Opcode.gasprice, 0, 2),
      (Opcode.returndatasize, 0, 2), (Opcode.coinbase, coinbase, 2), (Opcode.timestamp, 1_700_000_000, 2),
      (Opcode.number, 1000, 2), (Opcode.prevrandao, 0x5EED, 2), (Opcode.gaslimit, 36_000_000, 2),
      (Opcode.chainid, 17, 2), (Opcode.selfbalance, 1000, 5), (Opcode.basefee, 7, 2),
      (Opcode.blobbasefee, 3, 2), (Opcode.pc, 0, 2), (Opcode.msize, 0, 2), (Opcode.gas, 999_998, 2),
    ]
    for item in cases {
      let outcome = try harness.run(Assembly([.op(item.opcode)]).returningTop)
      let name = OpcodeTable.of(.osaka).name(of: item.opcode)
      #expect(outcome.word == item.expected, "\(name)")
      #expect(outcome.gasUsed == item.gas + Assembly.returnGas, "\(name)")
    }
  }

  @Test("BLOCKHASH knows the 256 blocks before, and no other")
  func blockHash() throws {
    for (number, isKnown) in [(999, true), (744, true), (743, false), (1000, false), (1001, false)]
      as [(UInt64, Bool)]
    {
      let harness = InterpreterHarness()
      let code = Assembly([.push(UInt256(number)), .op(Opcode.blockhash)]).returningTop
      let state = harness.state
      state.set(InterpreterHarness.contract, nonce: 1, balance: .zero, code: code, storage: [:])
      for known in UInt64(700)...1001 { state.blockHashes[known] = Hash32(word: UInt256(known)) }
      var machine = Machine(block: harness.block, reader: state)
      let result = try machine.run(Message(to: InterpreterHarness.contract, gas: 1000), on: state)
      #expect(UInt256(bigEndian: result.output) == (isKnown ? UInt256(number) : .zero))
      #expect(1000 - result.gasLeft == 23 + Assembly.returnGas)
    }
  }

  @Test("a block hash or code that the state does not know is an error, not a value")
  func faults() throws {
    let harness = InterpreterHarness()
    let code: Assembly = [.push(999), .op(Opcode.blockhash)]
    #expect(throws: StateReadError.missingBlockHash(999)) { try harness.run(code) }
  }

  @Test("BALANCE, EXTCODESIZE and EXTCODEHASH: 2,600 cold and 100 warm")
  func accounts() throws {
    let other = InterpreterHarness.other
    let body: Bytes = [Opcode.stop, Opcode.stop, Opcode.jumpdest]
    let harness = InterpreterHarness(others: [other: body])
    let cases: [(opcode: UInt8, of: Address, expected: UInt256)] = [
      (Opcode.balance, other, 0), (Opcode.extcodesize, other, 3),
      (Opcode.extcodehash, other, keccak256(body).word),
      (Opcode.extcodehash, Address(0xDEAD), 0), (Opcode.extcodesize, Address(0xDEAD), 0),
    ]
    for item in cases {
      let cold = try harness.run(Assembly([.push(item.of.word), .op(item.opcode)]).returningTop)
      #expect(cold.word == item.expected)
      #expect(cold.gasUsed == 3 + 2600 + Assembly.returnGas)
    }
    let own = Assembly([.push(InterpreterHarness.contract.word), .op(Opcode.balance)])
    #expect(try harness.run(own.returningTop).word == 1000)
    #expect(try harness.run(own.returningTop).gasUsed == 3 + 100 + Assembly.returnGas)
    // The upper 12 bytes do not count.
    let dirty = InterpreterHarness.contract.word | UInt256.one.shiftedLeft(200)
    #expect(try harness.run(Assembly([.push(dirty), .op(Opcode.balance)]).returningTop).word == 1000)
    let precompile = Assembly([.push(4), .op(Opcode.balance)])
    #expect(try harness.run(precompile.returningTop).gasUsed == 3 + 100 + Assembly.returnGas)
  }

  /// EIP-2200's table with the prices of EIP-2929 and EIP-3529: original, values written in order, gas of the writes
  /// (the first one cold), refund.
  static let writes: [(original: UInt256, values: [UInt256], gas: UInt64, refund: Int64)] = [
    (0, [0], 2200, 0), (0, [1], 22_100, 0), (1, [1], 2200, 0), (1, [2], 5000, 0), (1, [0], 5000, 4800),
    (0, [1, 0], 22_200, 19_900), (0, [1, 2], 22_200, 0), (0, [1, 1], 22_200, 0), (0, [0, 0], 2300, 0),
    (1, [0, 0], 5100, 4800), (1, [0, 2], 5100, 0), (1, [0, 1], 5100, 2800), (1, [2, 0], 5100, 4800),
    (1, [2, 3], 5100, 0), (1, [2, 1], 5100, 2800), (1, [2, 2], 5100, 0), (1, [1, 0], 5100, 4800),
    (1, [1, 2], 5100, 0), (0, [1, 0, 1], 42_200, 19_900), (1, [0, 1, 0], 8000, 7600),
  ]

  @Test("SSTORE's gas and refund follow EIP-2200, and the slot ends up as written", arguments: writes.indices)
  func storageWrites(_ index: Int) throws {
    let item = Self.writes[index]
    var code = Assembly([])
    for value in item.values {
      for part in [.push(value), .push(5), .op(Opcode.sstore)] as [Assembly.Item] { code.append(part) }
    }
    let outcome = try InterpreterHarness(storage: [5: item.original]).run(code)
    #expect(outcome.status == .succeeded)
    #expect(outcome.gasUsed == item.gas + 6 * UInt64(item.values.count))
    #expect(outcome.result.refund == item.refund)
    let slot = try #require(outcome.result.effects.slots.first)
    #expect(slot.key == 5)
    #expect(slot.before == item.original)
    #expect(slot.after == item.values.last)
  }

  @Test("SSTORE needs more than the 2,300 of a stipend, whatever it costs (EIP-2200)")
  func storageSentry() throws {
    let code: Assembly = [.push(1), .push(5), .op(Opcode.sstore)]
    let harness = InterpreterHarness(gas: 2306, storage: [5: 1])
    #expect(try harness.run(code).status == .failed(.outOfGas))
    let enough = InterpreterHarness(gas: 2307, storage: [5: 1])
    #expect(try enough.run(code).status == .succeeded)
    #expect(try enough.run(code).gasUsed == 2206)
  }

  @Test("SLOAD: 2,100 cold, 100 warm, 50 to 800 before EIP-2929")
  func storageReads() throws {
    let code: [Assembly.Item] = [.push(5), .op(Opcode.sload)]
    let harness = InterpreterHarness(storage: [5: 99])
    let once = try harness.run(Assembly(code).returningTop)
    #expect(once.word == 99)
    #expect(once.gasUsed == 3 + 2100 + Assembly.returnGas)
    #expect(try harness.run(Assembly(code + code)).gasUsed == 6 + 2200)
    for (fork, gas) in [(.frontier, 50), (.tangerineWhistle, 200), (.istanbul, 800)] as [(Fork, UInt64)] {
      let old = InterpreterHarness(fork: fork, storage: [5: 99])
      #expect(try old.run(Assembly(code)).gasUsed == 3 + gas)
    }
  }

  @Test("transient storage costs 100 and is gone from the effects (EIP-1153)")
  func transient() throws {
    let code: Assembly = [.push(8), .push(1), .op(Opcode.tstore), .push(1), .op(Opcode.tload)]
    let outcome = try InterpreterHarness().run(code.returningTop)
    #expect(outcome.word == 8)
    #expect(outcome.gasUsed == 6 + 100 + 3 + 100 + Assembly.returnGas)
    #expect(outcome.result.effects.slots.isEmpty)
  }

  @Test("LOG0 to LOG4 record address, topics and data", arguments: 0...4)
  func logs(_ count: Int) throws {
    var code: Assembly = [.push(0xABCD), .push(0), .op(Opcode.mstore)]
    for topic in (0..<count).reversed() { code.append(.push(UInt256(UInt64(topic + 1)))) }
    for item in [.push(3), .push(30), .op(Opcode.log0 + UInt8(count))] as [Assembly.Item] {
      code.append(item)
    }
    let outcome = try InterpreterHarness().run(code)
    let log = try #require(outcome.result.logs.first)
    #expect(outcome.result.logs.count == 1)
    #expect(log.address == InterpreterHarness.contract)
    #expect(log.topics == (0..<count).map { Hash32(word: UInt256(UInt64($0 + 1))) })
    #expect(log.data == [0xAB, 0xCD, 0])
    #expect(outcome.gasUsed == 9 + 3 + 3 * UInt64(count) + 6 + 375 * UInt64(count + 1) + 24 + 3)
  }

  @Test("every change of state is refused in a static call")
  func staticViolations() throws {
    let codes: [Assembly] = [
      [.push(1), .push(1), .op(Opcode.sstore)], [.push(1), .push(1), .op(Opcode.tstore)],
      [.push(0), .push(0), .op(Opcode.log0)], [.push(0), .push(0), .push(0), .op(Opcode.log1)],
      [.push(0), .push(0), .push(0), .push(0), .push(0), .push(0), .op(Opcode.log4)],
      [.push(0), .push(0), .push(0), .op(Opcode.create)],
      [.push(0), .push(0), .push(0), .push(0), .op(Opcode.create2)], [.push(9), .op(Opcode.selfdestruct)],
      [
        .push(0), .push(0), .push(0), .push(0), .push(1), .push(InterpreterHarness.other.word), .push(0),
        .op(Opcode.call),
      ],
    ]
    for (index, code) in codes.enumerated() {
      let outcome = try InterpreterHarness(isStatic: true).run(code)
      #expect(outcome.status == .failed(.staticViolation), "code \(index)")
      #expect(outcome.result.gasLeft == 0)
      #expect(outcome.result.logs.isEmpty)
      #expect(try InterpreterHarness().run(code).status == .succeeded, "code \(index)")
    }
    let reading: Assembly = [
      .push(0), .push(0), .push(0), .push(0), .push(0), .push(InterpreterHarness.other.word), .push(0),
      .op(Opcode.call), .push(1), .op(Opcode.sload), .push(1), .op(Opcode.tload),
    ]
    #expect(try InterpreterHarness(isStatic: true).run(reading).status == .succeeded)
  }

  @Test("SELFDESTRUCT sends the balance: 5,000, 2,600 for a cold heir and 25,000 for a new one")
  func selfDestruct() throws {
    let heir = Address(0xBEEF)
    let outcome = try InterpreterHarness().run([.push(heir.word), .op(Opcode.selfdestruct)])
    #expect(outcome.status == .succeeded)
    #expect(outcome.gasUsed == 3 + 5000 + 2600 + 25_000)
    // Since EIP-6780 a contract that is not new stays.
    let effects = outcome.result.effects.accounts
    #expect(effects.first { $0.address == InterpreterHarness.contract }?.isDestroyed == false)
    let heirAfter = effects.first { $0.address == heir }?.applied(to: nil)
    #expect(heirAfter?.balance == 1000)
    let before = try InterpreterHarness(fork: .shanghai).run([.push(heir.word), .op(Opcode.selfdestruct)])
    #expect(
      before.result.effects.accounts.first { $0.address == InterpreterHarness.contract }?.isDestroyed == true)
  }
}
