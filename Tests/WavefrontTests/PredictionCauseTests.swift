import AccessAnalysis
import ChainFormats
import EVM
import EVMState
import EthereumTypes
import Testing

@testable import Wavefront

@Suite("What was predicted wrongly")
struct PredictionCauseTests {
  /// A check of a corpus block whose predictions were changed.
  private static func check(
    _ name: String, _ change: (Int, inout Prediction) -> Void
  ) throws -> PredictionCheck {
    let snapshot = try CorpusBlocks.snapshot(name)
    let processor = try BlockJob(snapshot, threads: 2).processor
    var predictions = PrePass(threads: 2).predict(processor, on: snapshot.preState).map(\.prediction)
    for index in predictions.indices { change(index, &predictions[index]) }
    return try PredictionCheck(predictions, processor, preState: snapshot.preState)
  }

  private static func written(_ location: Location) -> AccessSet {
    AccessSet(reads: [], writes: [location], adds: [])
  }

  @Test("has a cause for each location and each dependency that is too many", arguments: CorpusBlocks.names)
  func sums(name: String) throws {
    // Every third transaction is predicted to do what its predecessor does, besides.
    var before = AccessSet.empty
    let check = try Self.check(name) { index, prediction in
      let own = prediction.access
      if index % 3 == 2 { prediction.access = own.union(before) }
      before = own
    }
    let totals = check.totals
    let counts = PredictionCauses.Cause.allCases.map { check.causes[$0] }
    #expect(counts.reduce(0) { $0 + $1.extra } == totals.precision.total - totals.precision.hits)
    #expect(
      counts.reduce(0) { $0 + $1.dependencies } == totals.edgePrecision.total - totals.edgePrecision.hits)
    #expect(counts.reduce(0) { $0 + $1.missing } == check.rows.reduce(0) { $0 + $1.missing.count })
  }

  @Test("is told apart by whether the transaction failed, its conditions held, and it read the location")
  func causes() throws {
    let name = try #require(CorpusBlocks.names.first)
    let nowhere = Location.storage(Address(0xDEAD), 7)
    let plain = try Self.check(name) { _, _ in }
    let succeeding = try #require(plain.rows.firstIndex { $0.succeeded && !$0.actual.reads.isEmpty })
    let read = try #require(
      plain.rows[succeeding].actual.reads.first { !plain.rows[succeeding].actual.writes.contains($0) })

    func counts(_ change: @escaping (inout Prediction) -> Void) throws -> PredictionCauses {
      try Self.check(name) { if $0 == succeeding { change(&$1) } }.causes
    }
    func extra(_ causes: PredictionCauses, _ cause: PredictionCauses.Cause) -> Int {
      causes[cause].extra - plain.causes[cause].extra
    }
    let notReached = try counts { $0.access = $0.access.union(Self.written(nowhere)) }
    #expect(extra(notReached, .notReached) == 1)
    let leftAlone = try counts { $0.access = $0.access.union(Self.written(read)) }
    #expect(extra(leftAlone, .leftAlone) == 1)
    let broken = try counts {
      $0.access = $0.access.union(Self.written(nowhere))
      $0.conditions.append(Condition(nowhere, is: 1))
    }
    #expect(extra(broken, .brokenCondition) == 1)
    let guessed = try counts {
      $0.access = $0.access.union(Self.written(nowhere))
      $0.trust = .speculative
    }
    #expect(extra(guessed, .notVouchedFor) == 1)
  }
}
