public import EthereumTypes
public import EVMBytecode

/// What a transaction sees of the block it runs in.
public struct BlockEnvironment: Hashable, Sendable {
  /// The fork in force.
  public var fork: Fork
  /// The block's number.
  public var number: UInt64
  /// Unix time in seconds.
  public var timestamp: UInt64
  /// The account that receives the fees.
  public var coinbase: Address
  /// The block's gas limit.
  public var gasLimit: UInt64
  /// Difficulty before Paris, the beacon chain's randomness (EIP-4399) from then on.
  public var prevRandao: UInt256
  /// Wei per gas burnt (EIP-1559); 0 before London.
  public var baseFee: UInt256
  /// Wei per blob gas (EIP-4844); 0 before Cancun.
  public var blobBaseFee: UInt256
  /// The chain (EIP-155); 1 is mainnet.
  public var chainID: UInt64
  /// The beacon slot (EIP-7843); 0 before Amsterdam.
  public var slotNumber: UInt64

  /// The draft of EIP-8037 to follow from Amsterdam on.
  public var stateGas = StateGasRevision.current

  /// Makes an environment.
  public init(
    fork: Fork, number: UInt64, timestamp: UInt64, coinbase: Address, gasLimit: UInt64, prevRandao: UInt256,
    baseFee: UInt256 = .zero, blobBaseFee: UInt256 = .zero, chainID: UInt64 = 1, slotNumber: UInt64 = 0
  ) {
    self.fork = fork
    self.number = number
    self.timestamp = timestamp
    self.coinbase = coinbase
    self.gasLimit = gasLimit
    self.prevRandao = prevRandao
    self.baseFee = baseFee
    self.blobBaseFee = blobBaseFee
    self.chainID = chainID
    self.slotNumber = slotNumber
  }
}
