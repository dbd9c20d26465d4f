public import EthereumTypes
public import EVMBytecode

/// What the pre-pass needs to know about a transaction: who calls whom with what. No signature, no state.
public struct TransactionCall: Hashable, Sendable {
  /// A delegation to set before execution (EIP-7702), its signature already checked.
  public struct Authorization: Hashable, Sendable {
    /// The account that signed; nil where no valid key did, which makes the entry void.
    public var authority: Address?
    /// The chain it is bound to, 0 for any.
    public var chainID: UInt256
    /// The code to delegate to; zero to remove a delegation.
    public var target: Address
    /// The authority's nonce it is valid for.
    public var nonce: UInt64

    /// Makes an authorization.
    public init(authority: Address?, chainID: UInt256, target: Address, nonce: UInt64) {
      self.authority = authority
      self.chainID = chainID
      self.target = target
      self.nonce = nonce
    }
  }

  /// The account that signed and pays.
  public var sender: Address
  /// The callee; nil creates a contract.
  public var to: Address?
  /// Wei sent along.
  public var value: UInt256
  /// Call data, or init code where `to` is nil.
  public var data: Bytes
  /// The most gas the transaction may use.
  public var gasLimit: UInt64
  /// What GASPRICE returns: wei per gas actually paid.
  public var gasPrice: UInt256
  /// The sender's nonce.
  public var nonce: UInt64
  /// Wei paid for blobs.
  public var blobFee: UInt256
  /// Versioned hashes of the blobs (EIP-4844).
  public var blobHashes: [Hash32]
  /// Delegations to set before execution (EIP-7702).
  public var authorizations: [Authorization]
  /// How many addresses the transaction's access list declares (EIP-2930).
  public var accessListAddresses: Int
  /// How many slots it declares.
  public var accessListSlots: Int

  /// Makes a call.
  public init(
    sender: Address, to: Address?, value: UInt256 = .zero, data: Bytes = [], gasLimit: UInt64 = 30_000_000,
    gasPrice: UInt256 = .zero, nonce: UInt64 = 0, blobFee: UInt256 = .zero, blobHashes: [Hash32] = [],
    authorizations: [Authorization] = [], accessListAddresses: Int = 0, accessListSlots: Int = 0
  ) {
    self.sender = sender
    self.to = to
    self.value = value
    self.data = data
    self.gasLimit = gasLimit
    self.gasPrice = gasPrice
    self.nonce = nonce
    self.blobFee = blobFee
    self.blobHashes = blobHashes
    self.authorizations = authorizations
    self.accessListAddresses = accessListAddresses
    self.accessListSlots = accessListSlots
  }
}

/// The block environment a prediction is made for: what contracts can see of the block.
public struct AnalysisEnvironment: Hashable, Sendable {
  /// The rules in force.
  public var fork: Fork
  /// CHAINID.
  public var chainID: UInt64
  /// COINBASE: who earns the fees.
  public var coinbase: Address
  /// NUMBER.
  public var number: UInt64
  /// TIMESTAMP, Unix seconds.
  public var timestamp: UInt64
  /// GASLIMIT.
  public var gasLimit: UInt64
  /// PREVRANDAO, or DIFFICULTY before Paris.
  public var prevRandao: UInt256
  /// BASEFEE in wei.
  public var baseFee: UInt256
  /// BLOBBASEFEE in wei.
  public var blobBaseFee: UInt256

  /// Makes an environment.
  public init(
    fork: Fork, chainID: UInt64 = 1, coinbase: Address = .zero, number: UInt64 = 0, timestamp: UInt64 = 0,
    gasLimit: UInt64 = 30_000_000, prevRandao: UInt256 = .zero, baseFee: UInt256 = .zero,
    blobBaseFee: UInt256 = .one
  ) {
    self.fork = fork
    self.chainID = chainID
    self.coinbase = coinbase
    self.number = number
    self.timestamp = timestamp
    self.gasLimit = gasLimit
    self.prevRandao = prevRandao
    self.baseFee = baseFee
    self.blobBaseFee = blobBaseFee
  }
}
