/// What the protocol allows a block to hold.
public struct BlockLimits: Hashable, Sendable {
  /// The gas that all transactions together may use (their gas limits summed), or nil for no limit.
  public var gas: UInt64?
  /// The gas limit that one transaction may have, or nil for no limit.
  public var transactionGas: UInt64?

  /// The cap on one transaction's gas limit since Osaka: 2²⁴ (EIP-7825).
  public static let transactionGasCap: UInt64 = 1 << 24

  /// No limits.
  public static let none = BlockLimits(gas: nil, transactionGas: nil)

  /// The limits of a block since Osaka with that gas limit.
  public static func osaka(gas: UInt64) -> BlockLimits {
    BlockLimits(gas: gas, transactionGas: transactionGasCap)
  }

  /// States limits.
  public init(gas: UInt64?, transactionGas: UInt64?) {
    self.gas = gas
    self.transactionGas = transactionGas
  }
}
