import AccessAnalysis
import EthereumTypes

/// The predictions that a plan follows from, and which of their conditions a run has to look at.
struct PlanBasis: Sendable {
  let predictions: [Prediction]
  let origin: ExecutionPlan.Origin
  /// All conditions, transaction by transaction: first those to look at in any case before it starts, then the others, which
  /// only a surprise can break.
  private let conditions: [Condition]
  /// Where each transaction's begin in `conditions`, and where the last one's end.
  private let starts: [Int32]
  /// Where those of each transaction end that are to be looked at in any case.
  private let ends: [Int32]

  /// Nil where nothing hangs on anything.
  ///
  /// - Parameters:
  ///   - origin: what the predictions were made on. On the state that the block begins with, only those conditions can be
  ///     broken that an earlier transaction of the block writes to.
  ///   - coinbase: the fee recipient, where it is known: what becomes of it shows when it is final, so there is nothing to
  ///     look at.
  init?(_ predictions: [Prediction], madeOn origin: ExecutionPlan.Origin, coinbase: Address? = nil) {
    guard predictions.contains(where: { !$0.conditions.isEmpty }) else { return nil }
    self.predictions = predictions
    self.origin = origin
    var conditioned: Set<Location> = []
    if origin != .other {
      for prediction in predictions {
        for condition in prediction.conditions { conditioned.insert(condition.location) }
      }
    }
    var conditions: [Condition] = []
    var starts: [Int32] = []
    var ends: [Int32] = []
    var written: Set<Location> = []
    for prediction in predictions {
      starts.append(Int32(truncatingIfNeeded: conditions.count))
      conditions += prediction.conditions.filter { origin == .other || written.contains($0.location) }
      ends.append(Int32(truncatingIfNeeded: conditions.count))
      guard origin != .other else { continue }
      conditions += prediction.conditions.filter { !written.contains($0.location) }
      for location in prediction.access.writes + prediction.access.adds
      where conditioned.contains(location) && location.address != coinbase {
        written.insert(location)
      }
    }
    starts.append(Int32(truncatingIfNeeded: conditions.count))
    self.conditions = conditions
    self.starts = starts
    self.ends = ends
  }

  /// Whether a transaction has conditions to look at in any case.
  @inline(__always)
  func watches(_ index: Int) -> Bool { starts[index] != ends[index] }

  /// The conditions to look at in any case.
  func watched(_ index: Int) -> ArraySlice<Condition> { conditions[Int(starts[index])..<Int(ends[index])] }

  /// The others.
  func unwatched(_ index: Int) -> ArraySlice<Condition> {
    conditions[Int(ends[index])..<Int(starts[index &+ 1])]
  }
}
