public import EVMState
public import EthereumTypes

/// What running a transaction gave.
public struct TransactionResult: Sendable {
  /// Whether the outermost frame succeeded.
  public var succeeded: Bool
  /// The gas paid for, after refunds.
  public var gasUsed: UInt64
  /// What it counts for in its block.
  public var blockGas: BlockGas
  /// What the outermost frame returned.
  public var output: Bytes
  /// The logs, in order.
  public var logs: [Log]
  /// The contract made by a creating transaction that succeeded.
  public var createdAddress: Address?
  /// Everything read and changed.
  public var effects: TransactionEffects
}

/// The gas that transactions count for in their block. Until Amsterdam that is what they pay for, all of it regular.
/// From then on refunds do not count (EIP-7778), and gas for work and for new state are limited each on its own
/// (EIP-8037).
public struct BlockGas: Hashable, Sendable {
  /// Gas for work and data.
  public var regular: UInt64
  /// Gas for new state.
  public var state: UInt64

  /// Makes a count.
  public init(regular: UInt64 = 0, state: UInt64 = 0) {
    self.regular = regular
    self.state = state
  }

  /// The larger of the two, which is what a header states.
  public var used: UInt64 { max(regular, state) }

  /// Adds a transaction's.
  public static func += (sum: inout BlockGas, gas: BlockGas) {
    sum.regular = sum.regular.addingSaturated(gas.regular)
    sum.state = sum.state.addingSaturated(gas.state)
  }
}

extension UInt64 {
  /// The sum, or the largest number where it does not fit.
  fileprivate func addingSaturated(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
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
