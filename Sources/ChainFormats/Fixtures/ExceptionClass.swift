/// The name of a reason for refusing a transaction or a block, as execution-spec-tests has them
/// (`TransactionException.INTRINSIC_GAS_TOO_LOW`).
struct ExceptionClass: Hashable, Sendable, CustomStringConvertible {
  let description: String

  /// A reason to refuse a transaction.
  static func transaction(_ name: String) -> ExceptionClass {
    ExceptionClass(description: "TransactionException." + name)
  }

  /// A reason to refuse a block whose transactions are all fine.
  static func block(_ name: String) -> ExceptionClass {
    ExceptionClass(description: "BlockException." + name)
  }

  /// What an `expectException` allows: alternatives are separated by `|`. A name of an older generation of fixtures
  /// is replaced by those it stands for.
  static func alternatives(_ expected: String) -> [ExceptionClass] {
    expected.split(separator: "|").flatMap { part in
      let name = String(part.drop { $0 == " " })
      return olderNames[name] ?? [ExceptionClass(description: name)]
    }
  }

  /// The names that retesteth gave, as long as it filled the fixtures.
  private static let olderNames: [String: [ExceptionClass]] = [
    "TR_TypeNotSupported": [.transaction("TYPE_NOT_SUPPORTED")],
    "TR_TypeNotSupportedBlob": [.transaction("TYPE_3_TX_PRE_FORK")],
    "TR_NoFunds": [.transaction("INSUFFICIENT_ACCOUNT_FUNDS")],
    "TR_NoFundsX": [.transaction("INSUFFICIENT_ACCOUNT_FUNDS")],
    "TR_NoFundsOrGas": [
      .transaction("INSUFFICIENT_ACCOUNT_FUNDS"), .transaction("INTRINSIC_GAS_TOO_LOW"),
    ],
    "IntrinsicGas": [.transaction("INTRINSIC_GAS_TOO_LOW")],
    "TR_IntrinsicGas": [.transaction("INTRINSIC_GAS_TOO_LOW")],
    "SenderNotEOA": [.transaction("SENDER_NOT_EOA")],
    "TR_FeeCapLessThanBlocks": [.transaction("INSUFFICIENT_MAX_FEE_PER_GAS")],
    "TR_FeeCapLessThanBlocksORNoFunds": [
      .transaction("INSUFFICIENT_MAX_FEE_PER_GAS"), .transaction("INSUFFICIENT_ACCOUNT_FUNDS"),
    ],
    "TR_FeeCapLessThanBlocksORGasLimitReached": [
      .transaction("INSUFFICIENT_MAX_FEE_PER_GAS"), .transaction("GAS_ALLOWANCE_EXCEEDED"),
    ],
    "TR_TipGtFeeCap": [.transaction("PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS")],
    "TR_NonceHasMaxValue": [.transaction("NONCE_IS_MAX")],
    "TR_NonceTooLow": [.transaction("NONCE_MISMATCH_TOO_LOW")],
    "TR_NonceTooHigh": [.transaction("NONCE_MISMATCH_TOO_HIGH")],
    "TR_GasLimitReached": [.transaction("GAS_ALLOWANCE_EXCEEDED")],
    "TR_InitCodeLimitExceeded": [.transaction("INITCODE_SIZE_EXCEEDED")],
    "TR_RLP_WRONGVALUE": [.transaction("RLP_INVALID_VALUE")],
    "TR_EMPTYBLOB": [.transaction("TYPE_3_TX_ZERO_BLOBS")],
    "TR_BLOBVERSION_INVALID": [.transaction("TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH")],
    "TR_BLOBLIST_OVERSIZE": [.transaction("TYPE_3_TX_BLOB_COUNT_EXCEEDED")],
    "TR_BLOBCREATE": [.transaction("TYPE_3_TX_CONTRACT_CREATION")],
    "TooMuchGas": [.block("INVALID_GAS_USED")],
    "TooManyUncles": [.block("TOO_MANY_UNCLES")],
    "UncleInChain": [.block("UNCLE_IN_CHAIN")],
    "UncleIsAncestor": [.block("UNCLE_IS_ANCESTOR")],
    "UncleParentIsNotAncestor": [.block("UNCLE_PARENT_INCORRECT")],
    "UnknownParent": [.block("UNKNOWN_PARENT")],
    "InvalidDifficulty": [.block("INVALID_DIFFICULTY")],
    "InvalidGasLimit": [.block("INVALID_GASLIMIT")],
    "InvalidGasLimit2": [.block("INVALID_GASLIMIT")],
    "InvalidGasUsed": [.block("INVALID_GAS_USED")],
    "InvalidNumber": [.block("INVALID_BLOCK_NUMBER")],
    "InvalidStateRoot": [.block("INVALID_STATE_ROOT")],
    "InvalidTimestampEqualParent": [.block("INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT")],
    "InvalidTimestampOlderParent": [.block("INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT")],
    "ExtraDataTooBig": [.block("EXTRA_DATA_TOO_BIG")],
  ]
}
