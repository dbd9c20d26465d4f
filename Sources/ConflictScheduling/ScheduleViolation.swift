import EthereumTypes

/// One way in which a schedule is wrong for the transactions it claims to schedule.
public enum ScheduleViolation: Hashable, Sendable, CustomStringConvertible {
  /// The schedule is for another number of transactions.
  case transactionCount(expected: Int, found: Int)
  /// A transaction's hash is another.
  case transactionHash(Int32, expected: Hash32, found: Hash32)
  /// A transaction's cost is another.
  case cost(Int32, expected: Int, found: Int)
  /// A transaction does not wait, directly or through others, for one whose value it reads. The location is nil
  /// where one of the two is unknown.
  case missingDependency(Int32, on: Int32, at: Location?)
  /// A transaction is in the same wave as one whose value it reads, or in an earlier one.
  case waveOrder(Int32, on: Int32, at: Location?)
  /// Two transactions of one wave of a free schedule conflict.
  case waveConflict(wave: Int, Int32, Int32, at: Location?)
  /// A wave of a free schedule is torn apart by the order: this transaction follows one of a later wave.
  case waveNotContiguous(Int32)
  /// A transaction comes before one of the same sender with a lower nonce, or without it.
  case nonceOrder(Int32, needs: Int32)
  /// The transactions scheduled may use more gas than the block has.
  case blockGas(limit: UInt64, found: UInt64)
  /// A transaction's gas limit is above what one transaction may have (EIP-7825).
  case transactionGas(Int32, limit: UInt64, found: UInt64)
  /// A figure stated in the document is not what its own schedule gives.
  case figure(String, expected: Int, found: Int)

  /// One line for a person.
  public var description: String {
    switch self {
    case .transactionCount(let expected, let found):
      "the block has \(expected) transactions, the schedule \(found)"
    case .transactionHash(let t, let expected, let found):
      "transaction \(t) is \(expected), the schedule says \(found)"
    case .cost(let t, let expected, let found):
      "transaction \(t) costs \(expected), the schedule says \(found)"
    case .missingDependency(let t, let on, let location):
      "transaction \(t) must wait for \(on) and does not\(Self.place(location))"
    case .waveOrder(let t, let on, let location):
      "transaction \(t) must be in a later wave than \(on)\(Self.place(location))"
    case .waveConflict(let wave, let a, let b, let location):
      "transactions \(a) and \(b) of wave \(wave) conflict\(Self.place(location))"
    case .waveNotContiguous(let t): "transaction \(t) comes in `order` behind one of a later wave"
    case .nonceOrder(let t, let needs):
      "transaction \(t) needs \(needs), of the same sender and a lower nonce, before it"
    case .blockGas(let limit, let found): "the transactions may use \(found) gas of a limit of \(limit)"
    case .transactionGas(let t, let limit, let found):
      "transaction \(t) may use \(found) gas, more than the limit of \(limit)"
    case .figure(let name, let expected, let found):
      "`\(name)` should be \(expected), the schedule says \(found)"
    }
  }

  private static func place(_ location: Location?) -> String {
    location.map { ": \($0)" } ?? ": one of them is unknown"
  }
}
