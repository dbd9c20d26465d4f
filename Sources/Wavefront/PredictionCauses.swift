import AccessAnalysis
import EthereumTypes

/// What a block's predictions got wrong, by cause.
public struct PredictionCauses: Hashable, Sendable {
  /// Why a predicted access did not happen, or one that happened was not predicted.
  public enum Cause: String, CaseIterable, Sendable {
    /// A condition did not hold when the transaction's turn came: something before it was predicted wrongly.
    case brokenCondition
    /// The transaction failed and was predicted as if it succeeded. Its access set then covers both.
    case failed
    /// Written with the value it had, or not written on the way that the transaction took; read it was.
    case leftAlone
    /// On a way that the transaction did not take.
    case notReached
    /// Of a prediction that vouches for nothing.
    case notVouchedFor

    /// As a line of a table says it.
    public var description: String {
      switch self {
      case .brokenCondition: "hung on something that was predicted wrongly"
      case .failed: "failed, and was predicted as if it succeeded"
      case .leftAlone: "read, but left as it was"
      case .notReached: "on a way not taken"
      case .notVouchedFor: "guessed from a run, vouched for by nobody"
      }
    }
  }

  /// What one cause did.
  public struct Count: Hashable, Sendable {
    /// Transactions with a location missing or too many.
    public var transactions = 0
    /// Locations that were not predicted.
    public var missing = 0
    /// Locations that were predicted, and not touched.
    public var extra = 0
    /// Dependencies that follow from the latter.
    public var dependencies = 0
    /// Makes a count of nothing.
    public init() {}
  }

  private var counts: [Cause: Count] = [:]

  /// Makes counts of nothing.
  public init() {}

  /// What a cause did.
  public subscript(_ cause: Cause) -> Count { counts[cause] ?? Count() }

  /// Adds another block's counts.
  public mutating func add(_ other: PredictionCauses) {
    for (cause, count) in other.counts {
      counts[cause, default: Count()].transactions += count.transactions
      counts[cause, default: Count()].missing += count.missing
      counts[cause, default: Count()].extra += count.extra
      counts[cause, default: Count()].dependencies += count.dependencies
    }
  }

  /// Counts a transaction.
  mutating func count(_ prediction: Prediction, _ row: PredictionCheck.Row) {
    var causes: Set<Cause> = []
    for location in row.extra(prediction) {
      let cause = Self.cause(of: location, prediction, row)
      counts[cause, default: Count()].extra += 1
      causes.insert(cause)
    }
    if !row.missing.isEmpty {
      let cause: Cause =
        !prediction.trust.isVouchedFor ? .notVouchedFor : row.conditionsHeld ? .notReached : .brokenCondition
      counts[cause, default: Count()].missing += row.missing.count
      causes.insert(cause)
    }
    for cause in causes { counts[cause, default: Count()].transactions += 1 }
  }

  /// Counts dependencies between transactions that nothing that happened asks for.
  mutating func count(
    _ edges: [(from: Int32, to: Int32)], _ predictions: [Prediction], _ rows: [PredictionCheck.Row]
  ) {
    for edge in edges {
      let (from, to) = (Int(edge.from), Int(edge.to))
      let written = Set(predictions[from].access.writes + predictions[from].access.adds)
      let shared = predictions[to].access.reads.filter(written.contains)
      var cause: Cause?
      for location in shared where cause == nil {
        let wrote = rows[from].actual.writes.contains(location) || rows[from].actual.adds.contains(location)
        if !wrote {
          cause = Self.cause(of: location, predictions[from], rows[from])
        } else if !rows[to].actual.reads.contains(location) {
          cause = Self.cause(of: location, predictions[to], rows[to])
        }
      }
      counts[cause ?? .notVouchedFor, default: Count()].dependencies += 1
    }
  }

  private static func cause(of location: Location, _ prediction: Prediction, _ row: PredictionCheck.Row)
    -> Cause
  {
    if !prediction.trust.isVouchedFor { return .notVouchedFor }
    if !row.conditionsHeld { return .brokenCondition }
    if !row.succeeded { return .failed }
    return row.actual.reads.contains(location) ? .leftAlone : .notReached
  }
}

extension PredictionCheck.Row {
  /// Locations that were predicted as read, or as written, and were not.
  fileprivate func extra(_ prediction: Prediction) -> [Location] {
    let reads = Set(actual.reads)
    let changes = Set(actual.writes + actual.adds)
    return prediction.access.reads.filter { !reads.contains($0) }
      + (prediction.access.writes + prediction.access.adds).filter { !changes.contains($0) }
  }
}
