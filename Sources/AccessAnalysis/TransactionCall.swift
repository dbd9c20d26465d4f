public import EthereumTypes
public import EVM

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

extension TransactionCall {
  /// What BLOBHASH returns (EIP-4844): zero where there is no such blob.
  func blobHash(_ index: UInt256) -> UInt256 {
    index.fitsUInt64 && index.l0 < UInt64(blobHashes.count) ? blobHashes[Int(index.l0)].word : .zero
  }

  /// What a signed transaction does in a block.
  ///
  /// - Parameters:
  ///   - transaction: the transaction.
  ///   - sender: who signed it.
  ///   - environment: the block it runs in.
  /// - Complexity: recovers the signers of its authorizations, about 30 µs each.
  public init(_ transaction: Transaction, sender: Address, environment: BlockEnvironment) {
    let blobGas = UInt64(transaction.blobVersionedHashes.count) * BlobSchedule.gasPerBlob
    self.init(
      sender: sender, to: transaction.to, value: transaction.value, data: transaction.data,
      gasLimit: transaction.gasLimit, gasPrice: transaction.effectiveGasPrice(baseFee: environment.baseFee),
      nonce: transaction.nonce, blobFee: environment.blobBaseFee &* UInt256(blobGas),
      blobHashes: transaction.blobVersionedHashes,
      authorizations: transaction.authorizationList.map {
        Authorization(
          authority: $0.recoverAuthority(), chainID: $0.chainID, target: $0.address, nonce: $0.nonce)
      },
      accessListAddresses: transaction.accessList.count,
      accessListSlots: transaction.accessList.reduce(0) { $0 + $1.slots.count })
  }
}
