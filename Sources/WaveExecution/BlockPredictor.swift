public import AccessAnalysis
public import EVMState
import EthereumTypes
import Synchronization

/// Predicts what the transactions of a block will touch, when an executor asks.
public struct BlockPredictor: Sendable {
  /// Predicts the transaction with that index on a state; called on several threads at once.
  public let predict: @Sendable (Int, any StateReader) -> Prediction
  /// The same where that takes less than running the transaction, for the middle of a run; nil where it does not.
  public let predictQuickly: @Sendable (Int, any StateReader) -> Prediction?
  /// What a prediction took lately, in nanoseconds of all threads together; nil where that is not known.
  public let nanosecondsPerTransaction: UInt64?

  /// Makes a predictor from its parts.
  ///
  /// - Parameter quickly: predicts where that takes less than running the transaction; by default `predict` is taken to.
  public init(
    nanosecondsPerTransaction: UInt64? = nil,
    quickly: (@Sendable (Int, any StateReader) -> Prediction?)? = nil,
    predict: @escaping @Sendable (Int, any StateReader) -> Prediction
  ) {
    self.nanosecondsPerTransaction = nanosecondsPerTransaction
    self.predict = predict
    predictQuickly = quickly ?? predict
  }
}

/// The predictions of a block in the making, by several workers.
final class Predictions: Sendable {
  private let first: Int
  private let next: Atomic<Int>
  private let made: Monitor<[Prediction?]>

  /// What has run already touches nothing any more.
  init(count: Int, from first: Int) {
    self.first = first
    next = Atomic(first)
    made = Monitor(
      (0..<count).map {
        $0 < first ? Prediction(trust: .certain, access: AccessSet(reads: [], writes: [], adds: [])) : nil
      })
  }

  /// All of them, or nil where time ran out.
  var all: [Prediction]? {
    made.withLock { made in
      let all = made.compactMap(\.self)
      return all.count == made.count ? all : nil
    }
  }

  func work(_ predictor: BlockPredictor, on state: any StateReader, until isLate: () -> Bool) {
    let count = made.withLock(\.count)
    while !isLate() {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      let prediction = predictor.predict(index, state)
      made.withLock { $0[index] = prediction }
    }
  }
}
