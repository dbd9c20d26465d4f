public import EthereumTypes
public import EVM

/// What is known of the block to make and of its parent: the `env` of a transition tool.
public struct TransitionEnvironment: Sendable {
  /// A stale sibling of an ancestor, as far as its reward needs it.
  public struct Ommer: Hashable, Sendable {
    /// How many blocks it lies below the block.
    public var delta: UInt64
    /// Who mined it.
    public var address: Address
  }

  /// Who receives fees and rewards.
  public var coinbase: Address
  /// The block's gas limit.
  public var gasLimit: UInt64
  /// The block's number.
  public var number: UInt64
  /// The block's Unix time in seconds.
  public var timestamp: UInt64
  /// The difficulty; where nil it follows from the parent's.
  public var difficulty: UInt256?
  /// The beacon chain's randomness (EIP-4399).
  public var random: UInt256?
  /// Wei burnt for each unit of gas; where nil it follows from the parent's (EIP-1559).
  public var baseFee: UInt256?
  /// The excess blob gas; where nil it follows from the parent's (EIP-4844).
  public var excessBlobGas: UInt64?
  /// The root of the parent's beacon block (EIP-4788).
  public var parentBeaconBlockRoot: Hash32?
  /// The beacon slot (EIP-7843).
  public var slotNumber: UInt64?
  /// The parent's difficulty.
  public var parentDifficulty: UInt256?
  /// The parent's Unix time in seconds.
  public var parentTimestamp: UInt64 = 0
  /// The hash of the parent's uncles.
  public var parentUncleHash: Hash32?
  /// The parent's base fee in wei.
  public var parentBaseFee: UInt256?
  /// The gas the parent used.
  public var parentGasUsed: UInt64 = 0
  /// The parent's gas limit.
  public var parentGasLimit: UInt64 = 0
  /// The parent's excess blob gas.
  public var parentExcessBlobGas: UInt64?
  /// The blob gas the parent used.
  public var parentBlobGasUsed: UInt64?
  /// Hashes of earlier blocks by number.
  public var blockHashes: [UInt64: Hash32] = [:]
  /// The uncles.
  public var ommers: [Ommer] = []
  /// Credits from the beacon chain (EIP-4895).
  public var withdrawals: [Withdrawal]?

  /// Makes the environment of a block of which only the four required fields are known.
  public init(coinbase: Address, gasLimit: UInt64, number: UInt64, timestamp: UInt64) {
    self.coinbase = coinbase
    self.gasLimit = gasLimit
    self.number = number
    self.timestamp = timestamp
  }
}
