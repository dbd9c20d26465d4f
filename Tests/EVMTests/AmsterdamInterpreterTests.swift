import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@testable import EVM

@Suite("Interpreter: Amsterdam")
struct AmsterdamInterpreterTests {
  let harness = InterpreterHarness(fork: .amsterdam)

  // MARK: EIP-8024

  @Test("the operands of DUPN and SWAPN are 17 to 235, each by one byte")
  func singleOperands() {
    let spots: [(UInt8, Int)] = [(0x80, 17), (0xFF, 144), (0x00, 145), (0x5A, 235)]
    for (byte, count) in spots {
      #expect(StackOperand(Opcode.dupn, immediate: byte)?.deepest == count - 1)
      #expect(StackOperand(Opcode.swapn, immediate: byte)?.deepest == count)
    }
    let counts = (0...255).compactMap { StackOperand(Opcode.swapn, immediate: UInt8($0))?.deepest }
    #expect(counts.sorted() == Array(17...235))
  }

  @Test(
    "the operands of EXCHANGE are all pairs of depths from 1 on that sum up to 30 at most, each by one byte")
  func pairOperands() {
    let pairs = (0...255).compactMap { StackOperand(Opcode.exchange, immediate: UInt8($0)) }
    #expect(pairs.allSatisfy { 1 <= $0.upper && $0.upper < $0.deepest && $0.upper + $0.deepest <= 30 })
    #expect(Set(pairs).count == pairs.count && pairs.count == (1...14).reduce(0) { $0 + 30 - 2 * $1 })
  }

  @Test(
    "DUPN, SWAPN and EXCHANGE do on a stack what they say, for 3 gas, and need all of it", arguments: 0...255)
  func deepStack(immediate: UInt8) throws {
    for opcode in [Opcode.dupn, Opcode.swapn, Opcode.exchange] {
      let operand = StackOperand(opcode, immediate: immediate)
      let height = (operand?.deepest ?? 250) + 1
      for missing in [0, 1] {
        // Word i from the bottom is i + 1. What is left on top after dropping `dropped` words is returned.
        let words = (0..<height - missing).map { Assembly.Item.push(UInt256($0 + 1)) }
        let dropped = opcode == Opcode.exchange ? operand?.upper ?? 0 : 0
        let code = Assembly(
          words + [.bytes([opcode, immediate])] + [Assembly.Item](repeating: .op(Opcode.pop), count: dropped))
        let outcome = try harness.run(code.returningTop)
        guard operand != nil, missing == 0 else {
          let reason: ExceptionalHalt = operand == nil ? .undefinedInstruction : .stackBounds
          #expect(outcome.status == .failed(reason), "\(opcode) \(immediate)")
          #expect(outcome.gasUsed == harness.gas)
          continue
        }
        #expect(outcome.word == 1, "\(opcode) \(immediate)")
        #expect(outcome.gasUsed == UInt64(3 * words.count + 3 + 2 * dropped) + Assembly.returnGas)
      }
    }
  }

  @Test("the byte behind DUPN is code to jump to, and missing at the end of the code it is zero")
  func immediateIsCode() throws {
    #expect(try harness.run(Bytes([0x60, 0x04, 0x56, 0xE6, 0x5B])).status == .succeeded)
    let words = [Assembly.Item](repeating: .push(5), count: 145)
    #expect(try harness.run(Assembly(words + [.op(Opcode.dupn)])).status == .succeeded)
    let fewer = [Assembly.Item](repeating: .push(5), count: 144)
    #expect(try harness.run(Assembly(fewer + [.op(Opcode.dupn)])).status == .failed(.stackBounds))
  }

  @Test("the new instructions do not exist before Amsterdam")
  func newInstructions() throws {
    for opcode in [Opcode.slotnum, Opcode.dupn, Opcode.swapn, Opcode.exchange] {
      let words = [Assembly.Item](repeating: .push(5), count: 20)
      let outcome = try InterpreterHarness().run(Assembly(words + [.bytes([opcode, 0x80])]))
      #expect(outcome.status == .failed(.undefinedInstruction))
    }
  }

  // MARK: EIP-7843

  @Test("SLOTNUM pushes the slot for 2 gas")
  func slotNumber() throws {
    var block = harness.block
    block.slotNumber = 0x1234_5678_9ABC
    let state = harness.state
    let code = Assembly([.op(Opcode.slotnum)]).returningTop
    state.set(InterpreterHarness.contract, nonce: 1, balance: .zero, code: code, storage: [:])
    var machine = Machine(block: block, reader: state)
    let result = try machine.run(Message(to: InterpreterHarness.contract, gas: 100), on: state)
    #expect(UInt256(bigEndian: result.output) == 0x1234_5678_9ABC)
    #expect(100 - result.gasLeft == 2 + Assembly.returnGas)
  }

  // MARK: EIP-8037

  // By the formula of EIP-8037 in whole numbers of any size, computed apart.
  @Test(
    "a byte of new state costs what the block's gas limit says",
    arguments: [
      (0, 1), (5000, 1), (10_000_000, 1), (30_000_000, 150), (60_000_000, 662), (100_000_000, 1174),
      (120_000_000, 1174), (200_000_000, 2198), (300_000_000, 3222), (500_000_000, 5782),
      (1_000_000_000, 11_926), (1 << 63 - 1, 109_951_162_768_022), (.max, 219_902_325_545_622),
    ] as [(UInt64, Int64)])
  func costPerByte(gasLimit: UInt64, cost: Int64) {
    #expect(StateGas.costPerByte(blockGasLimit: gasLimit) == cost)
  }

  /// What a byte of state costs in the harness's block, of 36,000,000 gas.
  static let perByte: UInt64 = 150

  @Test("a new slot costs state gas beside regular gas, and gets it back when it is unmade")
  func newSlot() throws {
    let set = try harness.run([.push(1), .push(0), .op(Opcode.sstore)])
    #expect(set.gasUsed == 6 + 2100 + 2900 + 32 * Self.perByte)
    #expect(set.result.refund == 0)
    let restored = try harness.run([
      .push(1), .push(0), .op(Opcode.sstore), .push(0), .push(0), .op(Opcode.sstore),
    ])
    // The state gas comes back at once, to where only state can be paid from.
    #expect(restored.gasUsed == set.gasUsed + 6 + 100)
    #expect(restored.result.refund == 2800)
    var full = harness
    full.storage = [0: 7]
    #expect(
      try full.run([.push(1), .push(0), .op(Opcode.sstore)]).gasUsed == 6 + 2100 + 2900, "no new slot")
  }

  @Test("state gas that a failed call paid is there for its caller's state, and for nothing else")
  func failedCallRefills() throws {
    // The callee fills two slots and reverts; the caller then fills one for its regular price.
    var caller = harness
    let callee = Assembly([
      .push(1), .push(0), .op(Opcode.sstore), .push(1), .push(1), .op(Opcode.sstore), .push(0), .push(0),
      .op(Opcode.revert),
    ])
    caller.others = [InterpreterHarness.other: callee.bytes]
    let call: [Assembly.Item] = [
      .push(0), .push(0), .push(0), .push(0), .push(0), .push(InterpreterHarness.other.word),
      .op(Opcode.gas), .op(Opcode.call), .op(Opcode.pop),
    ]
    let alone = try caller.run(Assembly(call))
    let both = try caller.run(Assembly(call + [.push(1), .push(0), .op(Opcode.sstore)]))
    #expect(alone.status == .succeeded && both.status == .succeeded)
    #expect(both.gasUsed - alone.gasUsed == 6 + 2100 + 2900)
  }

  @Test("counters: what a frame is paid back never exceeds what it and its callees paid")
  func counters() {
    var state = StateGas(harness.block)
    state.begin(reservoir: 10_000)
    var gas: Int64 = 10_000
    state.enter()
    let paid = state.charge(bytes: 32, &gas)
    #expect(paid && gas == 10_000 && state.reservoir == 10_000 - 4800)
    state.enter()
    // The callee unmakes what its caller made: it is not its own to be paid back, until it has succeeded.
    _ = state.payBack(bytes: 32)
    #expect(state.reservoir == 10_000 - 4800 && state.used == 4800)
    state.leave(succeeded: true)
    #expect(state.reservoir == 10_000 && state.used == 0)
    state.leave(succeeded: true)

    state.begin(reservoir: 100)
    state.enter()
    state.enter()
    let spills = state.charge(bytes: 32, &gas)
    #expect(spills && gas == 10_000 - 4700 && state.spilled == 4700 && state.reservoir == 0)
    let fails = state.charge(bytes: 32 * 32, &gas)
    #expect(!fails && gas == 10_000 - 4700)
    state.leave(succeeded: false)
    #expect(state.reservoir == 4800 && state.used == 0 && state.spilled == 4700)
  }
}
