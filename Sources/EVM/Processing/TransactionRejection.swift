public import EVMState
public import EthereumTypes

/// Why a transaction may not be part of a block in this state: it changes nothing and pays nothing.
public enum TransactionRejection: Error, Hashable, Sendable {
  /// The fork does not know this type yet.
  case typeNotSupported(Transaction.Kind)
  /// The signature is bound to another chain.
  case wrongChain(expected: UInt64, found: UInt64)
  /// The fee cap is below the block's base fee, in wei.
  case feeCapBelowBaseFee(cap: UInt256, baseFee: UInt256)
  /// The tip cap is above the fee cap, in wei.
  case tipAboveFeeCap(tip: UInt256, cap: UInt256)
  /// The gas limit does not cover what is charged before execution.
  case intrinsicGasTooLow(required: UInt64, limit: UInt64)
  /// The gas limit does not cover the floor that the transaction data sets (EIP-7623).
  case gasLimitBelowFloor(floor: UInt64, limit: UInt64)
  /// What is charged upfront for work and data is above the cap of EIP-7825 (EIP-8037).
  case intrinsicGasAboveCap(cap: UInt64, required: UInt64)
  /// The gas limit is above the cap of EIP-7825.
  case gasLimitAboveCap(cap: UInt64, limit: UInt64)
  /// The gas limit is above what is left in the block.
  case gasLimitAboveBlock(available: UInt64, limit: UInt64)
  /// The sender has sent more transactions than this one says.
  case nonceTooLow(expected: UInt64, found: UInt64)
  /// The sender has sent fewer transactions than this one says.
  case nonceTooHigh(expected: UInt64, found: UInt64)
  /// The nonce is the largest there is and cannot grow (EIP-2681).
  case nonceIsMaximum
  /// The sender has code (EIP-3607).
  case senderNotEOA(Address)
  /// The sender cannot pay for the worst case, in wei.
  case insufficientFunds(required: BigUInt, balance: UInt256)
  /// The init code is larger than EIP-3860 allows, in bytes.
  case initCodeTooLarge(limit: Int, count: Int)
  /// A blob transaction creates a contract.
  case blobCreatesContract
  /// A blob transaction carries no blob.
  case noBlobs
  /// More blobs than a transaction may carry (EIP-7594).
  case tooManyBlobs(limit: Int, count: Int)
  /// More blobs than are left of the block's maximum (EIP-4844).
  case blobsAboveBlock(available: Int, maximum: Int, count: Int)
  /// A blob hash of an unknown version.
  case unknownBlobVersion(UInt8)
  /// The blob fee cap is below the block's blob base fee, in wei.
  case blobFeeCapBelowBaseFee(cap: UInt256, baseFee: UInt256)
  /// A set-code transaction creates a contract.
  case setCodeCreatesContract
  /// A set-code transaction without authorizations.
  case noAuthorizations
}

extension TransactionRejection: CustomStringConvertible {
  /// One line for a person.
  public var description: String {
    switch self {
    case .typeNotSupported(let kind): "transaction type \(kind.rawValue) is not valid in this fork"
    case .wrongChain(let expected, let found): "chain id: expected \(expected), found \(found)"
    case .feeCapBelowBaseFee(let cap, let base):
      "fee cap \(cap.decimal) wei is below the base fee \(base.decimal) wei"
    case .tipAboveFeeCap(let tip, let cap):
      "tip cap \(tip.decimal) wei is above the fee cap \(cap.decimal) wei"
    case .intrinsicGasTooLow(let required, let limit):
      "gas limit \(limit) is below the \(required) charged upfront"
    case .gasLimitBelowFloor(let floor, let limit):
      "gas limit \(limit) is below the \(floor) that the data costs at least"
    case .intrinsicGasAboveCap(let cap, let required):
      "the \(required) gas charged upfront is above the cap of \(cap)"
    case .gasLimitAboveCap(let cap, let limit): "gas limit \(limit) is above the cap of \(cap)"
    case .gasLimitAboveBlock(let available, let limit):
      "gas limit \(limit) is above the \(available) left in the block"
    case .nonceTooLow(let expected, let found): "nonce \(found) is too low: expected \(expected)"
    case .nonceTooHigh(let expected, let found): "nonce \(found) is too high: expected \(expected)"
    case .nonceIsMaximum: "the nonce is 2^64 - 1 and cannot grow"
    case .senderNotEOA(let address): "the sender \(address) has code"
    case .insufficientFunds(let required, let balance):
      "the balance of \(balance.decimal) wei does not cover \(required.decimal) wei"
    case .initCodeTooLarge(let limit, let count): "init code of \(count) bytes exceeds \(limit)"
    case .blobCreatesContract: "a blob transaction must have a recipient"
    case .noBlobs: "a blob transaction must carry at least one blob"
    case .tooManyBlobs(let limit, let count): "\(count) blobs exceed the limit of \(limit)"
    case .blobsAboveBlock(let available, let maximum, let count):
      "\(count) blobs exceed the \(available) left of the \(maximum) of a block"
    case .unknownBlobVersion(let version): "blob hash version \(version) is not known"
    case .blobFeeCapBelowBaseFee(let cap, let base):
      "blob fee cap \(cap.decimal) wei is below the blob base fee \(base.decimal) wei"
    case .setCodeCreatesContract: "a set-code transaction must have a recipient"
    case .noAuthorizations: "a set-code transaction must carry at least one authorization"
    }
  }
}

/// Why a transaction could not be executed.
public enum ExecutionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The transaction is not valid in this state.
  case rejected(TransactionRejection)
  /// The state could not be read.
  case state(StateReadError)

  /// One line for a person.
  public var description: String {
    switch self {
    case .rejected(let rejection): rejection.description
    case .state(let error): error.description
    }
  }
}
