import AccessAnalysis
import EVM
import EVMState
import EthereumTypes
import Testing

@Suite("Predictions made before")
struct RememberedTests {
  private static func predict(_ fixture: Fixture, _ analyzer: AccessAnalyzer) -> AccessAnalyzer.Report {
    analyzer.predict(
      fixture.transaction, from: alice, environment: fixture.environment, state: fixture.state)
  }

  /// Calls `other`, which needs to know its gas, and looks where the storage says.
  private static var fixture: Fixture {
    var fixture = Fixture("PUSH 0 SLOAD SLOAD POP GAS PUSH 1 AND PUSH 16 ADD SLOAD POP STOP")
    fixture.storage[contract] = [0: 5, 5: 1]
    return fixture
  }

  @Test("The same is remembered while its conditions hold, and made anew when they do not")
  func conditions() throws {
    var fixture = Self.fixture
    let analyzer = AccessAnalyzer()
    let first = Self.predict(fixture, analyzer)
    #expect(!first.isRemembered)
    #expect(first.prediction.conditionalOn.contains(.storage(contract, 0)))
    fixture.storage[contract]?[5] = 7
    let second = Self.predict(fixture, analyzer)
    #expect(second.isRemembered)
    #expect(second.prediction == first.prediction)
    #expect(second.route == first.route)
    fixture.storage[contract]?[0] = 6
    let third = Self.predict(fixture, analyzer)
    #expect(!third.isRemembered)
    #expect(third.prediction.access.reads.contains(.storage(contract, 6)))
    analyzer.forgetPredictions()
    #expect(!Self.predict(fixture, analyzer).isRemembered)
  }

  @Test("Another transaction, sender or block is another prediction")
  func identity() {
    let fixture = Self.fixture
    let analyzer = AccessAnalyzer()
    _ = Self.predict(fixture, analyzer)
    var other = fixture
    other.gasLimit += 1
    #expect(!Self.predict(other, analyzer).isRemembered)
    var environment = fixture.environment
    environment.timestamp += 12
    let report = analyzer.predict(
      fixture.transaction, from: alice, environment: environment, state: fixture.state)
    #expect(!report.isRemembered)
    #expect(Self.predict(fixture, analyzer).isRemembered)
  }

  @Test("A recipient that has died meanwhile comes to life again")
  func liveness() throws {
    // A creation, which sends a wei on; whether the recipient is alive is no condition.
    var fixture = Fixture("PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 1 PUSH 0xE0A GAS CALL POP STOP")
    fixture.creates = true
    fixture.value = 1
    fixture.balances[Address(0xE0A)] = 1
    let analyzer = AccessAnalyzer()
    _ = Self.predict(fixture, analyzer)
    fixture.balances[Address(0xE0A)] = nil
    let report = Self.predict(fixture, analyzer)
    let missing = report.prediction.access.missing(from: try fixture.actual().effects.accessSet)
    #expect(missing.isEmpty)
  }

  @Test("Where the hash of an earlier block is another, the prediction is made anew")
  func blockHashes() throws {
    final class Chain: StateReader {
      let state: MemoryState
      let hash: Hash32
      init(state: MemoryState, hash: Hash32) { (self.state, self.hash) = (state, hash) }
      func account(_ address: Address) throws(StateReadError) -> Account? { try state.account(address) }
      func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256 {
        try state.storage(address, slot)
      }
      func code(_ hash: Hash32) throws(StateReadError) -> Bytes { try state.code(hash) }
      func blockHash(_ number: UInt64) throws(StateReadError) -> Hash32 { hash }
      func hasStorage(_ address: Address) throws(StateReadError) -> Bool { try state.hasStorage(address) }
    }
    var fixture = Self.fixture
    fixture.codes[contract] = assemble("PUSH 1 NUMBER SUB BLOCKHASH SLOAD POP GAS PUSH 1 AND SLOAD POP STOP")
    let analyzer = AccessAnalyzer()
    for (number, isRemembered) in [(1, false), (1, true), (2, false), (2, true)] as [(UInt64, Bool)] {
      let hash = Hash32(word: UInt256(number))
      let report = analyzer.predict(
        fixture.transaction, from: alice, environment: fixture.environment,
        state: Chain(state: fixture.state, hash: hash))
      #expect(report.isRemembered == isRemembered)
      #expect(report.prediction.access.reads.contains(.storage(contract, hash.word)))
    }
  }

  /// What an account's coming to life costs decided, and constructors that fail in another state.
  private static let foundOnce = [10_390, 13_269, 14_782, 15_736, 15_998, 24_792]

  @Test(
    "Random contracts on ever new states: what is remembered covers",
    arguments: Array(0..<SoundnessTests.seeds) + foundOnce)
  func randomContracts(_ seed: Int) throws {
    var (fixture, random) = SoundnessTests.scene(seed)
    let inner = Address(0xBEEF)
    if seed % 2 == 0 {
      fixture.creates = true
    } else {
      // What hangs on gas is no path.
      fixture.codes[inner] = fixture.codes[contract]
      fixture.storage[inner] = fixture.storage[contract]
      fixture.codes[contract] = assemble(
        """
        GAS PUSH 1 AND PUSH 0x20 ADD SLOAD POP CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY
        PUSH 0 PUSH 0 CALLDATASIZE PUSH 0 CALLVALUE PUSH \(inner) GAS CALL SLOAD POP STOP
        """)
    }
    let analyzer = AccessAnalyzer()
    for round in 0..<10 {
      let report = Self.predict(fixture, analyzer)
      let prediction = report.prediction
      if prediction.trust.isVouchedFor {
        let state = fixture.state
        for condition in prediction.conditions where condition.location.field == .storage {
          #expect(try condition.holds(in: state), "seed \(seed) round \(round)")
        }
        let access = try fixture.actual().effects.accessSet
        #expect(prediction.access.missing(from: access).isEmpty, "seed \(seed) round \(round)")
      }
      for address in SoundnessTests.contracts + [inner] {
        for slot in 0..<4 where Int.random(in: 0..<6, using: &random) == 0 {
          fixture.storage[address]?[UInt256(slot)] = UInt256(Int.random(in: 0...3, using: &random))
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
          fixture.balances[address] = UInt256(Int.random(in: 0...3, using: &random))
        }
      }
      let eoa = Address(0xE0A)
      fixture.balances[eoa] = Bool.random(using: &random) ? 1 : nil
    }
  }
}
