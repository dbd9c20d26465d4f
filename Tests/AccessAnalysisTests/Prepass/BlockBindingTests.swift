import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

/// Several transactions from `alice`, one after the other.
struct BlockScene {
  var fixture: Fixture
  var transactions: [Transaction] = []

  init(_ fixture: Fixture) {
    self.fixture = fixture
    // Who is paid is alive already.
    self.fixture.balances[fixture.environment.coinbase] = 1
  }

  /// Adds a transaction.
  mutating func add(
    to: Address? = contract, data: Bytes = [], value: UInt256 = .zero, gasLimit: UInt64 = 3_000_000
  ) {
    transactions.append(
      Transaction(
        nonce: 3 + UInt64(transactions.count), gasPrice: 20, gasLimit: gasLimit, to: to, value: value,
        data: data))
  }

  /// The predictions of all, made before the first one runs.
  func predictions(_ analyzer: AccessAnalyzer = AccessAnalyzer()) -> [AccessAnalyzer.Report] {
    analyzer.predict(
      transactions, from: transactions.map { _ in alice }, environment: fixture.environment,
      state: fixture.state)
  }

  /// Runs the transactions and tells for each what it did and whether the conditions of its prediction held.
  func run(_ predictions: [Prediction]) throws -> [(access: AccessSet, held: Bool)] {
    let state = fixture.state
    var machine = Machine(block: fixture.environment, reader: state)
    var results: [(access: AccessSet, held: Bool)] = []
    for (transaction, prediction) in zip(transactions, predictions) {
      let held = try prediction.conditions.allSatisfy { try $0.holds(in: state) }
      let effects = try machine.execute(transaction, sender: alice, on: state).effects
      try state.apply(effects)
      results.append((effects.accessSet, held))
    }
    return results
  }
}

@Suite("Predictions on what earlier transactions are predicted to write")
struct BlockBindingTests {
  /// Expects every prediction to hold and to be exact.
  private func expectExact(
    _ scene: BlockScene, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> [Prediction] {
    let predictions = scene.predictions().map(\.prediction)
    for (index, result) in try scene.run(predictions).enumerated() {
      #expect(result.held, "\(index)", sourceLocation: sourceLocation)
      #expect(predictions[index].access == result.access, "\(index)", sourceLocation: sourceLocation)
    }
    return predictions
  }

  @Test("A key that an earlier transaction writes")
  func key() throws {
    var scene = BlockScene(
      Fixture(
        """
        PUSH 0 CALLDATALOAD PUSH @set JUMPI PUSH 1 SLOAD PUSH 0x100 ADD SLOAD POP STOP
        set: PUSH 0 CALLDATALOAD PUSH 1 SSTORE STOP
        """))
    scene.add(data: word(7))
    scene.add()
    scene.add(data: word(9))
    scene.add()
    let predictions = try expectExact(scene)
    #expect(predictions[1].access.reads.contains(.storage(contract, 0x107)))
    #expect(predictions[1].conditions.contains(Condition(.storage(contract, 1), is: 7)))
    #expect(predictions[3].access.reads.contains(.storage(contract, 0x109)))
  }

  @Test("A counter that every transaction counts up and takes a key from")
  func counter() throws {
    var scene = BlockScene(
      Fixture("PUSH 1 SLOAD DUP1 PUSH 1 ADD PUSH 1 SSTORE PUSH 0x100 ADD PUSH 5 SWAP1 SSTORE STOP"))
    for _ in 0..<20 { scene.add() }
    let predictions = try expectExact(scene)
    for index in 0..<20 {
      #expect(predictions[index].access.writes.contains(.storage(contract, UInt256(0x100 + index))))
    }
  }

  @Test("A contract made by an earlier transaction is called")
  func creation() throws {
    var scene = BlockScene(Fixture("STOP"))
    // Init code that returns `SLOAD(CALLDATALOAD(0))`: six bytes.
    scene.add(
      to: nil, data: [0x65, 0x60, 0x00, 0x35, 0x54, 0x50, 0x00, 0x5F, 0x52, 0x60, 0x06, 0x60, 0x1A, 0xF3])
    let made = alice.createAddress(nonce: 3)
    scene.add(to: made, data: word(0x42))
    let predictions = try expectExact(scene)
    #expect(predictions[1].access.reads.contains(.storage(made, 0x42)))
  }

  @Test("A balance that an earlier transaction fills decides a branch")
  func balance() throws {
    var scene = BlockScene(
      Fixture(
        "SELFBALANCE PUSH 5 EQ PUSH @full JUMPI PUSH 1 SLOAD POP STOP full: PUSH 2 SLOAD POP STOP"))
    scene.add(value: 2)
    scene.add(value: 3)
    let predictions = try expectExact(scene)
    #expect(predictions[0].access.reads.contains(.storage(contract, 1)))
    #expect(predictions[1].access.reads.contains(.storage(contract, 2)))
  }

  @Test(
    "Random blocks: a prediction whose conditions hold when its turn comes covers",
    arguments: 0..<SoundnessTests.seeds)
  func randomBlocks(_ seed: Int) throws {
    var (fixture, random) = SoundnessTests.scene(seed)
    fixture.value = .zero
    var scene = BlockScene(fixture)
    for _ in 0..<6 {
      scene.add(
        to: Bool.random(using: &random) ? contract : SoundnessTests.contracts.randomElement(using: &random),
        data: (0..<3).flatMap { _ in word(UInt256(Int.random(in: 0...4, using: &random))) },
        value: UInt256(Int.random(in: 0...2, using: &random)),
        gasLimit: [3_000_000, 3_000_000, 300_000, 60_000].randomElement(using: &random) ?? 60_000)
    }
    let analyzer = AccessAnalyzer()
    let predictions = scene.predictions(analyzer).map(\.prediction)
    // Along the paths that are known now the same comes out, values that others hang on included.
    let again = scene.predictions(analyzer).map(\.prediction)
    #expect(again.map(\.access) == predictions.map(\.access), "seed \(seed) again")
    #expect(again.map(\.conditionalOn) == predictions.map(\.conditionalOn), "seed \(seed) again")
    for (index, result) in try scene.run(predictions).enumerated() {
      guard predictions[index].trust.isVouchedFor, result.held else { continue }
      let missing = predictions[index].access.missing(from: result.access)
      #expect(missing.isEmpty, "seed \(seed) transaction \(index)")
    }
  }
}
