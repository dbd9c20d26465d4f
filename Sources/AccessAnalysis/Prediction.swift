public import EthereumTypes

/// How far a predicted access set can be trusted.
public enum PredictionClass: String, Sendable, CaseIterable {
  /// Covers the actual set in every state: no state value decides it.
  case certain
  /// Covers the actual set as long as the locations in `conditionalOn` keep the values seen.
  case conditional
  /// Seen by running on the pre-state; may be wrong.
  case speculative
  /// Nothing is known: conflicts with everything.
  case unknown

  /// Whether the pre-pass vouches for a prediction of this class: a miss is then a bug of the highest order.
  public var isVouchedFor: Bool { self == .certain || self == .conditional }
}

/// What the pre-pass says about one transaction before it runs.
public struct Prediction: Hashable, Sendable {
  /// How far `access` can be trusted.
  public var trust: PredictionClass
  /// The predicted access set; empty where `trust` is `.unknown`.
  public var access: AccessSet
  /// The locations whose values decided the prediction, sorted; all of them stand in `access.reads`. Empty
  /// unless `trust` is `.conditional`.
  public var conditionalOn: [Location]

  /// Makes a prediction; `conditionalOn` is sorted here.
  public init(trust: PredictionClass, access: AccessSet, conditionalOn: [Location] = []) {
    self.trust = trust
    self.access = access
    self.conditionalOn = conditionalOn.sorted()
  }

  /// The same with sorted conditions.
  init(trust: PredictionClass, access: AccessSet, sortedConditions: [Location]) {
    self.trust = trust
    self.access = access
    conditionalOn = sortedConditions
  }

  /// The prediction that says nothing.
  public static let unknown = Prediction(trust: .unknown, access: .empty)
}
