public import EthereumTypes
public import EVMBytecode

/// A signed transaction of any type (Yellow Paper, section 4.2; EIPs 155, 2718, 2930, 1559, 4844, 7702).
///
/// Fields that the transaction's type does not have are zero or empty and take no part in its encoding.
public struct Transaction: Hashable, Sendable {
  /// The transaction types; the raw value is the first byte of the typed envelope (EIP-2718).
  public enum Kind: UInt8, Sendable, CaseIterable {
    /// The original form without a type byte.
    case legacy = 0
    /// With an access list (EIP-2930).
    case accessList = 1
    /// With a base-fee cap and a tip cap (EIP-1559).
    case dynamicFee = 2
    /// Carrying blobs (EIP-4844).
    case blob = 3
    /// Setting the code of accounts (EIP-7702).
    case setCode = 4

    /// The first fork whose blocks may hold such a transaction.
    public var firstFork: Fork {
      switch self {
      case .legacy: .frontier
      case .accessList: .berlin
      case .dynamicFee: .london
      case .blob: .cancun
      case .setCode: .prague
      }
    }
  }

  /// The type.
  public var kind: Kind
  /// The chain the signature is bound to; nil for a legacy transaction without replay protection (EIP-155).
  public var chainID: UInt64?
  /// The number of transactions the sender has sent before.
  public var nonce: UInt64
  /// Wei for each unit of gas; for types with a fee cap, the same value as `maxFeePerGas`.
  public var gasPrice: UInt256
  /// The most the sender pays for a unit of gas, in wei, base fee included (EIP-1559); `gasPrice` before that.
  public var maxFeePerGas: UInt256
  /// The most the sender tips for a unit of gas, in wei (EIP-1559); `gasPrice` before that.
  public var maxPriorityFeePerGas: UInt256
  /// The most gas the transaction may use.
  public var gasLimit: UInt64
  /// The callee; nil creates a contract.
  public var to: Address?
  /// Wei sent along.
  public var value: UInt256
  /// Call data, or init code where `to` is nil.
  public var data: Bytes
  /// Addresses and slots that are warm from the start (EIP-2930).
  public var accessList: [AccessListEntry]
  /// The most the sender pays for a unit of blob gas, in wei (EIP-4844).
  public var maxFeePerBlobGas: UInt256
  /// Versioned hashes of the blobs (EIP-4844).
  public var blobVersionedHashes: [Hash32]
  /// Delegations to set before execution (EIP-7702).
  public var authorizationList: [Authorization]
  /// The sender's signature.
  public var signature: Signature

  /// A signature on secp256k1.
  public struct Signature: Hashable, Sendable {
    /// Legacy: 27 or 28, or 35 + 2 × chain + parity (EIP-155). Other types: the parity, 0 or 1.
    public var v: UInt256
    /// The first half.
    public var r: UInt256
    /// The second half.
    public var s: UInt256

    /// Makes a signature.
    public init(v: UInt256 = .zero, r: UInt256 = .zero, s: UInt256 = .zero) {
      self.v = v
      self.r = r
      self.s = s
    }
  }

  /// Makes a legacy transaction, or with `maxFeePerGas` nil an EIP-2930 one priced by `gasPrice`; a type with
  /// fee caps takes them from `maxFeePerGas` and `maxPriorityFeePerGas`.
  public init(
    kind: Kind = .legacy, chainID: UInt64? = nil, nonce: UInt64 = 0, gasPrice: UInt256 = .zero,
    maxFeePerGas: UInt256? = nil, maxPriorityFeePerGas: UInt256? = nil, gasLimit: UInt64 = 0,
    to: Address? = nil, value: UInt256 = .zero, data: Bytes = [], accessList: [AccessListEntry] = [],
    maxFeePerBlobGas: UInt256 = .zero, blobVersionedHashes: [Hash32] = [],
    authorizationList: [Authorization] = [], signature: Signature = Signature()
  ) {
    self.kind = kind
    self.chainID = chainID
    self.nonce = nonce
    self.gasPrice = maxFeePerGas ?? gasPrice
    self.maxFeePerGas = maxFeePerGas ?? gasPrice
    self.maxPriorityFeePerGas = maxPriorityFeePerGas ?? gasPrice
    self.gasLimit = gasLimit
    self.to = to
    self.value = value
    self.data = data
    self.accessList = accessList
    self.maxFeePerBlobGas = maxFeePerBlobGas
    self.blobVersionedHashes = blobVersionedHashes
    self.authorizationList = authorizationList
    self.signature = signature
  }
}

/// An address and the slots of it that a transaction declares it will use (EIP-2930).
public struct AccessListEntry: Hashable, Sendable {
  /// The account.
  public var address: Address
  /// Its storage slots.
  public var slots: [UInt256]

  /// Makes an entry.
  public init(address: Address, slots: [UInt256]) {
    self.address = address
    self.slots = slots
  }
}

/// An account's signed wish to run another account's code (EIP-7702).
public struct Authorization: Hashable, Sendable {
  /// The chain it holds for; 0 for any.
  public var chainID: UInt256
  /// Whose code to run; the zero address ends the delegation.
  public var address: Address
  /// The nonce the authority must have.
  public var nonce: UInt64
  /// The parity of the signature, 0 or 1 in a valid one (any 8-bit value decodes).
  public var yParity: UInt64
  /// The signature's first half.
  public var r: UInt256
  /// The signature's second half.
  public var s: UInt256

  /// Makes an authorization.
  public init(
    chainID: UInt256, address: Address, nonce: UInt64, yParity: UInt64, r: UInt256, s: UInt256
  ) {
    self.chainID = chainID
    self.address = address
    self.nonce = nonce
    self.yParity = yParity
    self.r = r
    self.s = s
  }
}
