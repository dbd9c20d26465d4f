import EVM
import EVMBytecode
import EthereumTypes

extension Refusal {
  /// Whether a fixture that names these classes expects this refusal: `A`, or `A|B` where either will do. Names are
  /// compared as a whole; a name that nothing here gives matches nothing.
  public func matches(expected: String, in fork: Fork) -> Bool {
    let classes = classes(in: fork)
    return ExceptionClass.alternatives(expected).contains { classes.contains($0) }
  }

  /// What to tell where a fixture expects another refusal: the classes of this one, and the reason in words.
  func mismatch(expected: String, in fork: Fork) -> String {
    let found = classes(in: fork).map(\.description).joined(separator: "|")
    return "expected the refusal \(expected), found \(found.isEmpty ? "one without a class" : found): \(self)"
  }

  /// The classes this refusal belongs to, the most telling one first. There are several only where
  /// execution-spec-tests has several names for one rule.
  func classes(in fork: Fork) -> [ExceptionClass] {
    switch self {
    case .malformed(let error): error.classes
    case .signature(let error): error.classes
    case .transaction(let rejection): rejection.classes(in: fork)
    case .block(let rejection): rejection.reason.classes
    case .systemContractMissing: [.block("SYSTEM_CONTRACT_EMPTY")]
    case .systemContractFailed: [.block("SYSTEM_CONTRACT_CALL_FAILED")]
    case .depositLayout: [.block("INVALID_DEPOSIT_EVENT_LAYOUT")]
    case .other: []
    }
  }
}

extension TransactionRejection {
  fileprivate func classes(in fork: Fork) -> [ExceptionClass] {
    let own = names(in: fork).map { ExceptionClass.transaction($0) }
    // Where work and state have a limit each (EIP-8037), files call it the block's gas that runs over.
    if fork >= .amsterdam, case .gasLimitAboveBlock = self { return own + [.block("GAS_USED_OVERFLOW")] }
    return own
  }

  private func names(in fork: Fork) -> [String] {
    switch self {
    case .typeNotSupported(let kind): ["TYPE_\(kind.rawValue)_TX_PRE_FORK", "TYPE_NOT_SUPPORTED"]
    case .wrongChain: ["INVALID_CHAINID"]
    case .feeCapBelowBaseFee: ["INSUFFICIENT_MAX_FEE_PER_GAS"]
    case .tipAboveFeeCap:
      ["PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS", "PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS_2"]
    case .intrinsicGasTooLow: ["INTRINSIC_GAS_TOO_LOW"]
    // One rule in the executable specification; files of Amsterdam name it either way.
    case .gasLimitBelowFloor:
      fork < .amsterdam
        ? ["INTRINSIC_GAS_BELOW_FLOOR_GAS_COST"]
        : ["INTRINSIC_GAS_BELOW_FLOOR_GAS_COST", "INTRINSIC_GAS_TOO_LOW"]
    case .intrinsicGasAboveCap: ["INTRINSIC_GAS_TOO_LOW", "GAS_LIMIT_EXCEEDS_MAXIMUM"]
    case .gasLimitAboveCap: ["GAS_LIMIT_EXCEEDS_MAXIMUM"]
    case .gasLimitAboveBlock: ["GAS_ALLOWANCE_EXCEEDED"]
    case .nonceTooLow: ["NONCE_MISMATCH_TOO_LOW"]
    case .nonceTooHigh: ["NONCE_MISMATCH_TOO_HIGH"]
    // The one in state tests, the other in transaction tests.
    case .nonceIsMaximum: ["NONCE_IS_MAX", "NONCE_TOO_BIG"]
    case .senderNotEOA: ["SENDER_NOT_EOA"]
    case .insufficientFunds(let required, _):
      // What exceeds 256 bits exceeds any balance.
      required.asUInt256 == nil
        ? ["GASLIMIT_PRICE_PRODUCT_OVERFLOW", "INSUFFICIENT_ACCOUNT_FUNDS"] : ["INSUFFICIENT_ACCOUNT_FUNDS"]
    case .initCodeTooLarge: ["INITCODE_SIZE_EXCEEDED"]
    case .blobCreatesContract: ["TYPE_3_TX_CONTRACT_CREATION"]
    case .noBlobs: ["TYPE_3_TX_ZERO_BLOBS"]
    case .tooManyBlobs: ["TYPE_3_TX_BLOB_COUNT_EXCEEDED"]
    case .blobsAboveBlock(_, let maximum, let count):
      // More than any block takes are too many by themselves: fixtures before Osaka name that.
      count > maximum && fork < .osaka
        ? ["TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED", "TYPE_3_TX_BLOB_COUNT_EXCEEDED"]
        : ["TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED"]
    case .unknownBlobVersion: ["TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH"]
    case .blobFeeCapBelowBaseFee: ["INSUFFICIENT_MAX_FEE_PER_BLOB_GAS"]
    case .setCodeCreatesContract: ["TYPE_4_TX_CONTRACT_CREATION"]
    case .noAuthorizations: ["TYPE_4_EMPTY_AUTHORIZATION_LIST"]
    }
  }
}

extension SignatureError {
  fileprivate var classes: [ExceptionClass] {
    switch self {
    case .unknownChain: [.transaction("INVALID_CHAINID")]
    case .invalidParity, .highS, .outOfRange: [.transaction("INVALID_SIGNATURE_VRS")]
    case .invalid: [.transaction("EC_RECOVERY_FAIL")]
    }
  }
}

extension BlockRejection.Reason {
  fileprivate var classes: [ExceptionClass] { names.map { .block($0) } }

  private var names: [String] {
    switch self {
    case .unknownParent: ["UNKNOWN_PARENT"]
    case .zeroParent: ["UNKNOWN_PARENT_ZERO", "UNKNOWN_PARENT"]
    case .number: ["INVALID_BLOCK_NUMBER"]
    case .timestamp: ["INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT"]
    case .extraDataLength: ["EXTRA_DATA_TOO_BIG"]
    case .daoExtraData: ["EXTRA_DATA_INVALID_DAO"]
    case .gasLimit: ["INVALID_GASLIMIT"]
    case .gasLimitMaximum: ["GASLIMIT_TOO_BIG"]
    case .gasUsedAboveLimit: ["INVALID_GAS_USED_ABOVE_LIMIT", "GAS_USED_OVERFLOW"]
    case .baseFee: ["INVALID_BASEFEE_PER_GAS"]
    case .difficulty: ["INVALID_DIFFICULTY"]
    case .stakeTooEarly: ["IMPORT_IMPOSSIBLE_PARIS_WRONG_POS"]
    case .workTooLate: ["IMPORT_IMPOSSIBLE_PARIS_WRONG_POW"]
    case .difficultyUnderProofOfStake: ["IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS"]
    case .proofOfStakeNonce: []
    case .unclesUnderProofOfStake: ["IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS"]
    case .missingField(let name):
      ["INCORRECT_BLOCK_FORMAT"] + (Self.missing[name].map { [$0] } ?? [])
    case .unexpectedField(let name):
      ["INCORRECT_BLOCK_FORMAT"] + (Self.unexpected[name].map { [$0] } ?? [])
    case .excessBlobGas: ["INCORRECT_EXCESS_BLOB_GAS"]
    case .blobGasUsed: ["INCORRECT_BLOB_GAS_USED"]
    // A maximum that the transactions keep is not what they used, either.
    case .blobGasAboveLimit: ["BLOB_GAS_USED_ABOVE_LIMIT", "INCORRECT_BLOB_GAS_USED"]
    case .blockHash: ["INVALID_BLOCK_HASH"]
    case .versionedHashes: ["INVALID_VERSIONED_HASHES"]
    case .size: ["RLP_BLOCK_LIMIT_EXCEEDED"]
    case .transactionsRoot: ["INVALID_TRANSACTIONS_ROOT"]
    case .withdrawalsRoot: ["INVALID_WITHDRAWALS_ROOT"]
    case .missingWithdrawals: ["RLP_WITHDRAWALS_NOT_READ", "RLP_STRUCTURES_ENCODING"]
    case .unclesHash: ["INVALID_UNCLES_HASH"]
    case .tooManyUncles: ["TOO_MANY_UNCLES"]
    case .uncleInChain: ["UNCLE_IN_CHAIN"]
    case .uncleIsAncestor: ["UNCLE_IS_ANCESTOR"]
    case .uncleHeader(let reason): reason.names
    case .uncleTwice: ["UNCLE_IS_BROTHER"]
    case .uncleParent: ["UNCLE_PARENT_INCORRECT"]
    case .uncleParentUnknown: ["UNCLE_UNKNOWN_PARENT"]
    case .gasUsed: ["INVALID_GAS_USED"]
    case .receiptsRoot: ["INVALID_RECEIPTS_ROOT"]
    case .logsBloom: ["INVALID_LOG_BLOOM"]
    case .stateRoot: ["INVALID_STATE_ROOT"]
    case .requestsHash: ["INVALID_REQUESTS"]
    case .blockAccessListHash: ["INVALID_BAL_HASH"]
    case .blockAccessListOrder: ["INVALID_BLOCK_ACCESS_LIST", "INCORRECT_BLOCK_FORMAT"]
    // Later files say which way the accounts of the two lists differ.
    case .blockAccessList:
      ["INVALID_BLOCK_ACCESS_LIST", "INVALID_BAL_EXTRA_ACCOUNT", "INVALID_BAL_MISSING_ACCOUNT"]
    case .blockAccessListSize: ["BLOCK_ACCESS_LIST_GAS_LIMIT_EXCEEDED"]
    }
  }

  /// Names of their own that ethereum/tests has for fields on the wrong side of a fork.
  private static let missing = [
    "baseFeePerGas": "IMPORT_IMPOSSIBLE_LEGACY", "withdrawalsRoot": "IMPORT_IMPOSSIBLE_PARIS_OVER_SHANGHAI",
  ]
  private static let unexpected = [
    "baseFeePerGas": "IMPORT_IMPOSSIBLE_LONDON_WRONG_PARENT", "withdrawalsRoot": "IMPORT_IMPOSSIBLE_SHANGHAI",
  ]
}
