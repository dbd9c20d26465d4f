import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@Suite("Interpreter: calls and creations")
struct InterpreterCallTests {
  static let other = InterpreterHarness.other

  /// A call that hands over `gas` and takes up to 32 bytes of output to memory 0; the result stays on the stack.
  static func call(
    _ opcode: UInt8 = Opcode.call, gas: Assembly.Item = .push(.max), value: UInt256 = 0, to: Address = other,
    input: UInt256 = 0
  ) -> [Assembly.Item] {
    let hasValue = opcode == Opcode.call || opcode == Opcode.callcode
    return [.push(32), .push(0), .push(input), .push(0)] + (hasValue ? [.push(value)] : [])
      + [.push(to.word), gas, .op(opcode)]
  }

  /// Code that returns the gas it sees first.
  static let gasReporter = Assembly([.op(Opcode.gas)]).returningTop

  @Test("a callee gets all but a 64th of the gas at most, and what it was given otherwise (EIP-150)")
  func sixtyFourth() throws {
    let harness = InterpreterHarness(gas: 100_000, others: [Self.other: Self.gasReporter])
    let all = Assembly(Self.call() + [.op(Opcode.pop), .push(0), .op(Opcode.mload)])
    // Six pushes of 3, one of them 32 bytes long, 3 for the memory of the output, 2,600 for the cold account.
    let left: UInt64 = 100_000 - 7 * 3 - 3 - 2600
    #expect(try harness.run(all.returningTop).word == UInt256(left - left / 64 - 2))
    let some = Assembly(Self.call(gas: .push(5000)) + [.op(Opcode.pop), .push(0), .op(Opcode.mload)])
    #expect(try harness.run(some.returningTop).word == 4998)
    // Before EIP-150 asking for more than there is runs out of gas.
    let old = InterpreterHarness(fork: .homestead, gas: 100_000, others: [Self.other: Self.gasReporter])
    #expect(try old.run(all).status == .failed(.outOfGas))
    #expect(try old.run(some.returningTop).word == 4998)
  }

  @Test("value costs 9,000, gives 2,300, and 25,000 more where it makes an account")
  func value() throws {
    let harness = InterpreterHarness(others: [Self.other: Self.gasReporter])
    let paid = try harness.run(
      Assembly(Self.call(gas: .push(0), value: 1) + [.op(Opcode.pop), .push(0), .op(Opcode.mload)])
        .returningTop)
    #expect(paid.word == 2298)
    let new = try harness.run(Assembly(Self.call(gas: .push(0), value: 1, to: Address(0xFEED))))
    #expect(new.gasUsed == 7 * 3 + 3 + 2600 + 9000 + 25_000 - 2300)
    let recipient = new.result.effects.accounts.first { $0.address == Address(0xFEED) }
    #expect(recipient?.applied(to: nil)?.balance == 1)
    // More than there is: the call fails, the frame goes on, and all gas comes back.
    let poor = try harness.run(Assembly(Self.call(gas: .push(700), value: 1001)).returningTop)
    #expect(poor.word == .zero)
    #expect(poor.gasUsed == 7 * 3 + 3 + 2600 + 9000 - 2300 + 12)
  }

  @Test("a failed callee loses its gas and its changes, a reverted one only its changes")
  func failures() throws {
    let write: [Assembly.Item] = [.push(1), .push(1), .op(Opcode.sstore)]
    let log: [Assembly.Item] = [.push(0), .push(0), .op(Opcode.log0)]
    let failing = Assembly(write + log + [.op(Opcode.invalid)]).bytes
    let reverting = Assembly(write + log + [.push(0), .push(0), .op(Opcode.revert)]).bytes
    let stopping = Assembly(write + log).bytes
    for (body, result, gas, changes) in [
      (failing, 0, 50_000, false), (reverting, 0, 22_106 + 381 + 6, false), (stopping, 1, 22_106 + 381, true),
    ] as [(Bytes, UInt256, UInt64, Bool)] {
      let harness = InterpreterHarness(others: [Self.other: body])
      let outcome = try harness.run(Assembly(Self.call(gas: .push(50_000))).returningTop)
      #expect(outcome.word == result)
      #expect(outcome.gasUsed == 7 * 3 + 3 + 2600 + gas + 12)
      #expect(outcome.result.logs.count == (changes ? 1 : 0))
      let slot = outcome.result.effects.slots.first { $0.address == Self.other }
      #expect(slot?.after ?? .zero == (changes ? 1 : 0))
    }
  }

  @Test("who is caller, what is value and whose storage is written in each kind of call")
  func contexts() throws {
    // Writes CALLER, CALLVALUE and ADDRESS to slots 1 to 3.
    let body: Assembly = [
      .op(Opcode.caller), .push(1), .op(Opcode.sstore), .op(Opcode.callvalue), .push(2), .op(Opcode.sstore),
      .op(Opcode.address), .push(3), .op(Opcode.sstore),
    ]
    let (contract, caller) = (InterpreterHarness.contract, InterpreterHarness.caller)
    let cases: [(opcode: UInt8, value: UInt256, seen: (Address, UInt256, Address))] = [
      (Opcode.call, 5, (contract, 5, Self.other)), (Opcode.callcode, 5, (contract, 5, contract)),
      (Opcode.delegatecall, 0, (caller, 33, contract)),
    ]
    for item in cases {
      let harness = InterpreterHarness(value: 33, others: [Self.other: body.bytes])
      let outcome = try harness.run(Assembly(Self.call(item.opcode, value: item.value)).returningTop)
      #expect(outcome.word == 1)
      let slots = outcome.result.effects.slots
      #expect(slots.allSatisfy { $0.address == item.seen.2 })
      #expect(slots.first { $0.key == 1 }?.after == item.seen.0.word)
      #expect(slots.first { $0.key == 2 }?.after == item.seen.1)
      #expect(slots.first { $0.key == 3 }?.after == item.seen.2.word)
    }
    let harness = InterpreterHarness(others: [Self.other: body.bytes])
    let fixed = try harness.run(Assembly(Self.call(Opcode.staticcall, gas: .push(50_000))).returningTop)
    #expect(fixed.word == .zero)
    #expect(fixed.gasUsed == 6 * 3 + 3 + 2600 + 50_000 + 12)
  }

  @Test("calls nest 1,024 deep, on the heap, and no deeper")
  func depth() throws {
    // Returns what the call of itself returned, plus one.
    let code: Assembly = [
      .push(32), .push(0), .push(0), .push(0), .push(0), .op(Opcode.address), .op(Opcode.gas),
      .op(Opcode.call),
      .op(Opcode.pop), .push(0), .op(Opcode.mload), .push(1), .op(Opcode.add),
    ]
    let outcome = try InterpreterHarness(gas: 1 << 50).run(code.returningTop)
    #expect(outcome.status == .succeeded)
    #expect(outcome.word == 1025)
  }

  @Test("a call without code succeeds at once; the identity precompile echoes its input")
  func withoutCode() throws {
    let empty = try InterpreterHarness().run(Assembly(Self.call(to: Address(0xE0A))).returningTop)
    #expect(empty.word == 1)
    let echo: [Assembly.Item] = [.push(0xECC0), .push(0), .op(Opcode.mstore)]
    let copy: [Assembly.Item] = [
      .push(32), .push(32), .push(32), .push(0), .push(4), .push(100), .op(Opcode.staticcall),
      .op(Opcode.pop),
      .push(32), .op(Opcode.mload),
    ]
    let outcome = try InterpreterHarness().run(Assembly(echo + copy).returningTop)
    #expect(outcome.word == 0xECC0)
    #expect(outcome.gasUsed == 9 + 3 + 18 + 3 + 100 + 18 + 2 + 6 + Assembly.returnGas - 3)
  }

  @Test("CREATE and CREATE2 deploy what the init code returns, at the addresses of their rules")
  func creation() throws {
    // Init code that returns the two bytes 0x5B00: PUSH2 5B00, PUSH1 0, MSTORE, PUSH1 2, PUSH1 30, RETURN.
    let initCode: Assembly = [
      .push(0x5B00), .push(0), .op(Opcode.mstore), .push(2), .push(30), .op(Opcode.return),
    ]
    let count = initCode.bytes.count
    let word = try #require(UInt256(bigEndian: initCode.bytes + Bytes(repeating: 0, count: 32 - count)))
    let store: [Assembly.Item] = [.push(word), .push(0), .op(Opcode.mstore)]
    let create = store + [.push(UInt256(count)), .push(0), .push(3), .op(Opcode.create)]
    let first = try InterpreterHarness().run(Assembly(create).returningTop)
    let address = InterpreterHarness.contract.createAddress(nonce: 1)
    #expect(first.word == address.word)
    let initGas: UInt64 = 5 * 3 + 3 + 2 * 200
    #expect(first.gasUsed == 9 + 3 + 9 + 32_000 + 2 + initGas + Assembly.returnGas - 3)
    let effect = try #require(first.result.effects.accounts.first { $0.address == address })
    let account = try #require(effect.applied(to: nil))
    #expect(account.nonce == 1)
    #expect(account.balance == 3)
    #expect(first.result.effects.deployedCodes[account.codeHash] == [0x5B, 0x00])

    let create2 = store + [.push(0x5A17), .push(UInt256(count)), .push(0), .push(0), .op(Opcode.create2)]
    let second = try InterpreterHarness().run(Assembly(create2).returningTop)
    let hash = keccak256(initCode.bytes)
    #expect(second.word == InterpreterHarness.contract.create2Address(salt: 0x5A17, initCodeHash: hash).word)
    #expect(second.gasUsed == 9 + 3 + 12 + 32_000 + 2 + 6 + initGas + Assembly.returnGas - 3)
  }

  @Test("creations that revert, fail, start with 0xEF or grow too large leave nothing but the nonce")
  func failedCreations() throws {
    let inits: [Assembly] = [
      [.push(0), .push(0), .op(Opcode.revert)], [.op(Opcode.invalid)],
      [.push(0xEF), .push(0), .op(Opcode.mstore8), .push(1), .push(0), .op(Opcode.return)],
      [.push(24_577), .push(0), .op(Opcode.return)],
    ]
    for code in inits {
      let word = try #require(
        UInt256(bigEndian: code.bytes + Bytes(repeating: 0, count: 32 - code.bytes.count)))
      let create: Assembly = [
        .push(word), .push(0), .op(Opcode.mstore), .push(UInt256(code.bytes.count)), .push(0), .push(0),
        .op(Opcode.create),
      ]
      let outcome = try InterpreterHarness(gas: 10_000_000).run(create.returningTop)
      #expect(outcome.word == .zero)
      #expect(outcome.result.effects.deployedCodes.isEmpty)
      let creator = outcome.result.effects.accounts.first { $0.address == InterpreterHarness.contract }
      #expect(creator?.nonce == 2)
    }
  }

  @Test("init code of 49,152 bytes is fine and one more is not (EIP-3860)")
  func initCodeSize() throws {
    for (size, status) in [(49_152, .succeeded), (49_153, .failed(.initCodeSizeExceeded))]
      as [(Int, MessageStatus)]
    {
      let create: Assembly = [.push(UInt256(size)), .push(0), .push(0), .op(Opcode.create)]
      #expect(try InterpreterHarness(gas: 10_000_000).run(create).status == status)
    }
  }
}
