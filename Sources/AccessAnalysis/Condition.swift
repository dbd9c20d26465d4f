public import EVMState
public import EthereumTypes

/// A location whose value decided a prediction, and the values with which the prediction holds.
///
/// Fields other than storage count as words: a balance in wei, a nonce, a code by its hash, liveness 1 for alive.
public struct Condition: Hashable, Sendable {
  /// Where the value stands.
  public var location: Location
  /// The least value with which the prediction holds.
  public var low: UInt256
  /// The greatest.
  public var high: UInt256

  /// The condition that the value lies between two, both included.
  public init(_ location: Location, from low: UInt256, through high: UInt256) {
    self.location = location
    self.low = low
    self.high = high
  }

  /// The condition that the value is this one.
  public init(_ location: Location, is value: UInt256) {
    self.init(location, from: value, through: value)
  }

  /// Whether only one value will do.
  public var isExact: Bool { low == high }

  /// Whether the prediction holds with this value.
  public func admits(_ value: UInt256) -> Bool { low <= value && value <= high }

  /// Whether the prediction holds in a state.
  public func holds(in state: some StateReader) throws(StateReadError) -> Bool {
    admits(try state.word(at: location))
  }

  /// Puts one more among sorted conditions; one on a location that is there narrows that one.
  static func insert(_ condition: Condition, into conditions: inout [Condition]) {
    var place = conditions.count
    while place > 0, condition.location < conditions[place - 1].location { place -= 1 }
    if place > 0, conditions[place - 1].location == condition.location {
      conditions[place - 1].narrow(to: condition)
    } else {
      conditions.insert(condition, at: place)
    }
  }

  private mutating func narrow(to other: Condition) {
    low = max(low, other.low)
    high = min(high, other.high)
  }

  /// Sorts, and makes one condition of those on one location.
  static func merge(_ conditions: inout [Condition]) {
    conditions.sort { $0.location < $1.location }
    var count = 0
    for condition in conditions {
      if count > 0, conditions[count - 1].location == condition.location {
        conditions[count - 1].narrow(to: condition)
      } else {
        conditions[count] = condition
        count += 1
      }
    }
    conditions.removeSubrange(count...)
  }
}

extension StateReader {
  /// What stands at a location, as a word; see `Condition`.
  public func word(at location: Location) throws(StateReadError) -> UInt256 {
    if location.field == .storage { return try storage(location.address, location.slot) }
    return location.field.word(of: try account(location.address))
  }
}

extension Account {
  /// Whether it lives now and may yet be dead when a transaction's turn comes: its code may go (EIP-6780), and what has
  /// nothing but a balance may become a contract that is removed in the same transaction. What has counted its nonce up
  /// and has no code is alive for good.
  ///
  /// A prediction that credits it then hangs on its being alive. This is no read: who makes it die writes its balance,
  /// which a credit waits for.
  ///
  /// - Parameter isCodeFixed: whether the prediction hangs on its code anyway.
  func mayDie(isCodeFixed: Bool) -> Bool {
    !isEmpty && (codeHash == .emptyCode ? nonce == 0 : !isCodeFixed)
  }
}

extension Location.Field {
  /// This field of an account, which may not exist, as a word; zero for storage.
  public func word(of account: Account?) -> UInt256 {
    switch self {
    case .balance: account?.balance ?? .zero
    case .nonce: UInt256(account?.nonce ?? 0)
    case .code: (account?.codeHash ?? .emptyCode).word
    case .liveness: account?.isEmpty ?? true ? .zero : .one
    case .storage: .zero
    }
  }
}
