public import EVMState
public import EthereumTypes

/// What running a transaction gave.
public struct TransactionResult: Sendable {
  /// Whether the outermost frame succeeded.
  public var succeeded: Bool
  /// The gas paid for, after refunds.
  public var gasUsed: UInt64
  /// What the outermost frame returned.
  public var output: Bytes
  /// The logs, in order.
  public var logs: [Log]
  /// The contract made by a creating transaction that succeeded.
  public var createdAddress: Address?
  /// Everything read and changed.
  public var effects: TransactionEffects
}

extension TransactionResult {
  /// The consensus receipt. Before Byzantium `stateRoot` is the state root behind the transaction.
  public func receipt(
    kind: Transaction.Kind, cumulativeGasUsed: UInt64, stateRoot: Hash32? = nil
  ) -> Receipt {
    Receipt(
      kind: kind, outcome: stateRoot.map { .stateRoot($0) } ?? .status(succeeded),
      cumulativeGasUsed: cumulativeGasUsed, logs: logs)
  }
}
