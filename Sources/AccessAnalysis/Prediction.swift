public import EVM
public import EthereumTypes

/// How far a predicted access set can be trusted.
public enum PredictionClass: String, Sendable, CaseIterable {
  /// Covers the actual set in every state: no state value decides it.
  case certain
  /// Covers the actual set as long as the `conditions` hold.
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
  /// What decided the prediction: the locations, sorted, each once, and the values with which it holds. All of them
  /// stand in `access.reads`, but for the liveness of accounts whose balance changes. Empty unless `trust` is
  /// `.conditional`.
  public var conditions: [Condition]
  /// The locations of the conditions, sorted.
  public var conditionalOn: [Location] { conditions.map(\.location) }

  /// Slots that are only added to, sorted by location; all of them stand in `access.reads` and `access.writes` too, for
  /// those who do not add up.
  public var increments: [Increment] = []

  /// What was worked out on the way and the transaction is expected to ask for: whoever runs it need not do so again. It says
  /// nothing of what it touches, and does not count where predictions are compared.
  public var foreseen = Foreseen()

  /// The same with nothing foreseen.
  public var withoutForeseen: Prediction {
    var bare = self
    bare.foreseen = Foreseen()
    return bare
  }

  /// Whether two predictions say the same.
  public static func == (a: Prediction, b: Prediction) -> Bool {
    a.trust == b.trust && a.access == b.access && a.conditions == b.conditions && a.increments == b.increments
  }

  /// Feeds what counts where predictions are compared.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(trust)
    hasher.combine(access)
    hasher.combine(conditions)
    hasher.combine(increments)
  }

  /// The access set with the increments as adds: what conflicts for those who add up.
  public var commutingAccess: AccessSet { commutingAccess { _ in true } }

  /// The access set with those increments as adds that `isAdd`.
  public func commutingAccess(where isAdd: (Increment) -> Bool) -> AccessSet {
    if increments.isEmpty { return access }
    let adds = increments.filter(isAdd).map(\.location)
    let added = Set(adds)
    return AccessSet(
      reads: access.reads.filter { !added.contains($0) },
      writes: access.writes.filter { !added.contains($0) },
      adds: access.adds + adds)
  }

  /// Makes a prediction; the conditions are sorted here, and those on one location become one.
  public init(trust: PredictionClass, access: AccessSet, conditions: [Condition] = []) {
    self.trust = trust
    self.access = access
    self.conditions = conditions
    Condition.merge(&self.conditions)
  }

  /// The same with sorted conditions, each location once.
  init(trust: PredictionClass, access: AccessSet, sortedConditions: [Condition]) {
    self.trust = trust
    self.access = access
    conditions = sortedConditions
  }

  /// The prediction that says nothing.
  public static let unknown = Prediction(trust: .unknown, access: .empty)
}
