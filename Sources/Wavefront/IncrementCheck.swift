import AccessAnalysis
import ConflictScheduling
import EVMState
import EthereumTypes

/// Predicted increments beside what became of the slots when the block ran in order.
public struct IncrementCheck: Hashable, Sendable {
  /// How many were predicted.
  public private(set) var predicted = 0
  /// How many of them held: the conditions did, and the slot lay between the bounds.
  public private(set) var proven = 0
  /// How many held and left something else than promised. Must be 0.
  public private(set) var wrong = 0
  /// Dependencies between the transactions.
  public private(set) var dependencies = 0
  /// How many are left where reads and writes of proven increments count as adds.
  public private(set) var commuting = 0

  /// For each transaction so far, where it was proven to add only.
  private var adds: [[Location]] = []

  /// Makes counts of nothing.
  public init() {}

  /// Adds another block's counts.
  public mutating func add(_ other: IncrementCheck) {
    predicted += other.predicted
    proven += other.proven
    wrong += other.wrong
    dependencies += other.dependencies
    commuting += other.commuting
  }

  /// What an increment that holds leaves, and what was there before.
  struct Expectation {
    var location: Location
    var before: UInt256
    var after: UInt256
  }

  /// The increments of a transaction that hold on the state it finds.
  mutating func expect(
    _ prediction: Prediction, held: Bool, on state: MemoryState
  ) throws(StateReadError) -> [Expectation] {
    predicted += prediction.increments.count
    guard held else { return [] }
    var expected: [Expectation] = []
    for increment in prediction.increments {
      let before = try state.word(at: increment.location)
      guard increment.admits(before) else { continue }
      expected.append(
        Expectation(location: increment.location, before: before, after: before &+ increment.delta))
    }
    return expected
  }

  /// Counts what became of them, once the transaction is done.
  mutating func count(
    _ expected: [Expectation], _ actual: AccessSet, succeeded: Bool, on state: MemoryState
  ) throws(StateReadError) {
    for expectation in expected {
      let after = try state.word(at: expectation.location)
      proven += 1
      if after != (succeeded ? expectation.after : expectation.before) { wrong += 1 }
    }
    adds.append(expected.map(\.location))
  }

  /// Counts dependencies, once the block is done.
  mutating func countDependencies(_ sets: [AccessSet]) {
    let commutingSets = zip(sets, adds).map { set, adds in
      let added = Set(adds).intersection(set.writes)
      guard !added.isEmpty else { return set }
      return AccessSet(
        reads: set.reads.filter { !added.contains($0) }, writes: set.writes.filter { !added.contains($0) },
        adds: set.adds + added)
    }
    dependencies += Self.dependencies(sets)
    commuting += Self.dependencies(commutingSets)
    adds.removeAll()
  }

  private static func dependencies(_ sets: [AccessSet]) -> Int {
    DependencyGraph(sets.map { ScheduledTransaction(access: $0, cost: 1) }).edgeCount
  }
}
