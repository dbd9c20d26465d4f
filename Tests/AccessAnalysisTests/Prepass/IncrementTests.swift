import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@Suite("Slots that are only added to")
struct IncrementTests {
  /// What a transaction does but for one slot: everything that must not hang on the slot's value.
  private struct Outcome: Equatable {
    var status: Bool
    var gasUsed: UInt64
    var logs: [Log]
    var values: [Location: UInt256]
  }

  /// Runs the fixture's transaction; what is left in `slot` comes apart.
  private static func run(_ fixture: Fixture, _ slot: Location) throws -> (outcome: Outcome, left: UInt256) {
    let state = fixture.state
    var machine = Machine(block: fixture.environment, reader: state)
    let result = try machine.execute(fixture.transaction, sender: alice, on: state)
    try state.apply(result.effects)
    var values: [Location: UInt256] = [:]
    let access = result.effects.accessSet
    for location in access.writes + access.adds where location != slot {
      values[location] = try state.word(at: location)
    }
    let outcome = Outcome(
      status: result.succeeded, gasUsed: result.gasUsed, logs: result.logs, values: values)
    return (outcome, try state.word(at: slot))
  }

  /// Expects the increments of a prediction to be what they say they are, at the ends of their bounds and in between.
  static func expectSound(
    _ prediction: Prediction, _ fixture: Fixture, _ random: inout SplitMix64, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for increment in prediction.increments {
      let slot = increment.location
      #expect(!increment.delta.isZero && !increment.low.isZero, comment, sourceLocation: sourceLocation)
      let expected = try run(fixture, slot).outcome
      let now = fixture.storage[slot.address]?[slot.slot] ?? .zero
      var values = [increment.low, increment.high, now]
      for _ in 0..<3 { values.append(UInt256(Int.random(in: 1...9, using: &random))) }
      for value in values where increment.admits(value) {
        var other = fixture
        other.storage[slot.address, default: [:]][slot.slot] = value
        let (outcome, left) = try run(other, slot)
        #expect(outcome == expected, comment, sourceLocation: sourceLocation)
        let expectedLeft = outcome.status ? value &+ increment.delta : value
        #expect(left == expectedLeft, comment, sourceLocation: sourceLocation)
      }
    }
  }

  private func increments(_ code: String, slot: UInt256 = 100, data: [UInt256] = [7]) throws -> [Increment] {
    var fixture = Fixture(code)
    fixture.storage[contract] = [1: slot]
    fixture.data = data.flatMap { word($0) }
    let prediction = try fixture.expectCovered(exactly: false)
    var random = SplitMix64(seed: 1)
    try Self.expectSound(prediction, fixture, &random)
    return prediction.increments
  }

  @Test("A counter")
  func counter() throws {
    let location = Location.storage(contract, 1)
    #expect(
      try increments("PUSH 1 SLOAD PUSH 1 ADD PUSH 1 SSTORE STOP")
        == [Increment(location, by: .one, from: .one, through: .max &- .one)])
    // Setting what was zero has its own price.
    #expect(try increments("PUSH 1 SLOAD PUSH 1 ADD PUSH 1 SSTORE STOP", slot: 0).isEmpty)
  }

  @Test("A checked withdrawal: the balance must be larger than the amount, or the slot is cleared")
  func withdrawal() throws {
    let code = """
      PUSH 1 SLOAD PUSH 0 CALLDATALOAD DUP1 DUP3 LT ISZERO PUSH @ok JUMPI PUSH 0 PUSH 0 REVERT ok:
      SWAP1 SUB PUSH 1 SSTORE STOP
      """
    let found = try increments(code)
    #expect(found == [Increment(.storage(contract, 1), by: UInt256(7).negated, from: 8, through: .max)])
    #expect(try increments(code, slot: 7).isEmpty)
  }

  @Test("What goes into a log, a topic, another slot, an exponent or an amount is observed")
  func observed() throws {
    let add = "PUSH 1 SLOAD PUSH 1 ADD PUSH 1 SSTORE"
    for use in [
      "PUSH 1 SLOAD PUSH 0 MSTORE PUSH 32 PUSH 0 LOG0", "PUSH 1 SLOAD PUSH 0 PUSH 0 LOG1",
      "PUSH 1 SLOAD PUSH 2 SSTORE", "PUSH 1 SLOAD PUSH 2 EXP POP",
      "PUSH 1 SLOAD PUSH 9 TSTORE PUSH 9 TLOAD PUSH 0 PUSH 0 LOG1",
      "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 1 SLOAD PUSH 0xE0A GAS CALL POP",
    ] {
      #expect(try increments("\(add) \(use) STOP").isEmpty, "\(use)")
      #expect(try increments("\(use) \(add) STOP").isEmpty, "\(use)")
    }
    #expect(
      try increments("\(add) PUSH 1 SLOAD POP PUSH 7 PUSH 0 MSTORE PUSH 32 PUSH 0 LOG0 STOP").count == 1)
  }

  @Test(
    "Random contracts: within its bounds a slot changes nothing but itself",
    arguments: 0..<SoundnessTests.seeds)
  func randomContracts(_ seed: Int) throws {
    var (fixture, random) = SoundnessTests.scene(seed)
    let analyzer = AccessAnalyzer()
    for round in 0..<4 {
      let prediction = fixture.bound(analyzer).prediction
      try Self.expectSound(prediction, fixture, &random, "seed \(seed) round \(round)")
      for address in SoundnessTests.contracts {
        for slot in 0..<4 {
          fixture.storage[address]?[UInt256(slot)] = UInt256(Int.random(in: 0...9, using: &random))
        }
      }
      fixture.data = (0..<3).flatMap { _ in word(UInt256(Int.random(in: 0...4, using: &random))) }
    }
  }

  @Test("Random contracts have increments")
  func coverage() {
    let found = (0..<400).reduce(0) {
      $0 + SoundnessTests.scene($1).fixture.bound().prediction.increments.count
    }
    #expect(found > 20)
  }
}
