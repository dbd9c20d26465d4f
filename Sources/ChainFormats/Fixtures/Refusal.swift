public import EVM

/// Why a fixture's transaction or block was refused, by whichever part of the program refused it.
public enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes do not decode.
  case malformed(ChainDecodingError)
  /// The signature leads to no account.
  case signature(SignatureError)
  /// The transaction is not valid in the state.
  case transaction(TransactionRejection)
  /// The block breaks a rule of its own.
  case block(BlockRejection)
  /// A system contract has no code.
  case systemContractMissing
  /// A system contract failed.
  case systemContractFailed
  /// A deposit event is malformed.
  case depositLayout
  /// Something else went wrong, such as a read of the state.
  case other(String)

  /// One line for a person.
  public var description: String {
    switch self {
    case .malformed(let error): error.description
    case .signature(let error): error.description
    case .transaction(let rejection): rejection.description
    case .block(let rejection): rejection.description
    case .systemContractMissing: "a system contract has no code"
    case .systemContractFailed: "a system contract failed"
    case .depositLayout: "a deposit event is malformed"
    case .other(let reason): reason
    }
  }
}

extension Refusal {
  /// Whether this is what a fixture expects. Alternatives are separated by `|`; the names of three generations of
  /// fixtures are known (`TR_NoFunds`, `TransactionException.…`, `BlockException.…`).
  public func matches(expected: String) -> Bool {
    expected.split(separator: "|").contains { name in
      let name = name.trimmingPrefix("TransactionException.").trimmingPrefix("BlockException.")
      return Self.classes[String(name)]?(self) ?? false
    }
  }

  private typealias Test = @Sendable (Refusal) -> Bool

  /// What each name in a fixture stands for.
  private static let classes = [transactionClasses, blockClasses, encodingClasses].reduce(into: [:]) {
    $0.merge($1) { first, _ in first }
  }

  private static func transaction(_ test: @escaping @Sendable (TransactionRejection) -> Bool) -> Test {
    { refusal in
      guard case .transaction(let rejection) = refusal else { return false }
      return test(rejection)
    }
  }

  private static func block(_ reasons: BlockRejection.Reason...) -> Test {
    { refusal in
      guard case .block(let rejection) = refusal else { return false }
      return reasons.contains(rejection.reason)
    }
  }

  /// A decoding error, by the end of the field's path where given.
  private static func malformed(_ fields: String...) -> Test {
    { refusal in
      guard case .malformed(let error) = refusal else { return false }
      return fields.isEmpty || fields.contains { error.field.hasSuffix("." + $0) }
    }
  }

  private static func any(_ tests: Test...) -> Test {
    { refusal in tests.contains { $0(refusal) } }
  }

  private static let noFunds = transaction { if case .insufficientFunds = $0 { true } else { false } }
  private static let belowFloor = transaction { if case .gasLimitBelowFloor = $0 { true } else { false } }
  private static let aboveCap = transaction { if case .intrinsicGasAboveCap = $0 { true } else { false } }
  private static let intrinsicGas = transaction { if case .intrinsicGasTooLow = $0 { true } else { false } }
  private static let typeNotSupported = transaction { if case .typeNotSupported = $0 { true } else { false } }
  private static let feeCap = transaction { if case .feeCapBelowBaseFee = $0 { true } else { false } }
  private static let tip = transaction { if case .tipAboveFeeCap = $0 { true } else { false } }
  private static let gasAllowance = transaction { if case .gasLimitAboveBlock = $0 { true } else { false } }
  private static let notEOA = transaction { if case .senderNotEOA = $0 { true } else { false } }
  private static let initCode = transaction { if case .initCodeTooLarge = $0 { true } else { false } }
  private static let nonceMaximum = transaction { $0 == .nonceIsMaximum }
  private static let noBlobs = transaction { $0 == .noBlobs }
  private static let blobVersion = transaction { if case .unknownBlobVersion = $0 { true } else { false } }
  private static let blobCount = transaction { if case .tooManyBlobs = $0 { true } else { false } }

  private static func type(_ kind: Transaction.Kind) -> Test {
    transaction { $0 == .typeNotSupported(kind) }
  }

  private static let transactionClasses: [String: Test] = [
    "TR_TypeNotSupported": typeNotSupported,
    "TYPE_NOT_SUPPORTED": any(typeNotSupported, malformed("type")),
    "TYPE_1_TX_PRE_FORK": type(.accessList),
    "TYPE_2_TX_PRE_FORK": type(.dynamicFee),
    "TYPE_3_TX_PRE_FORK": type(.blob),
    "TYPE_4_TX_PRE_FORK": type(.setCode),
    "TR_NoFunds": noFunds,
    "TR_NoFundsX": noFunds,
    "TR_NoFundsOrGas": any(noFunds, intrinsicGas),
    "INSUFFICIENT_ACCOUNT_FUNDS": noFunds,
    // A product beyond 256 bits exceeds any balance.
    "GASLIMIT_PRICE_PRODUCT_OVERFLOW": noFunds,
    "IntrinsicGas": intrinsicGas,
    "TR_IntrinsicGas": intrinsicGas,
    // Both are one rule in the executable specification, and files of Amsterdam name either.
    "INTRINSIC_GAS_TOO_LOW": any(intrinsicGas, belowFloor, aboveCap),
    "INTRINSIC_GAS_BELOW_FLOOR_GAS_COST": belowFloor,
    "SenderNotEOA": notEOA,
    "SENDER_NOT_EOA": notEOA,
    "TR_FeeCapLessThanBlocks": feeCap,
    "INSUFFICIENT_MAX_FEE_PER_GAS": feeCap,
    "TR_TipGtFeeCap": tip,
    "PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS": tip,
    "TR_NonceHasMaxValue": nonceMaximum,
    "NONCE_IS_MAX": nonceMaximum,
    "NONCE_MISMATCH_TOO_LOW": transaction { if case .nonceTooLow = $0 { true } else { false } },
    "NONCE_MISMATCH_TOO_HIGH": transaction { if case .nonceTooHigh = $0 { true } else { false } },
    "TR_GasLimitReached": gasAllowance,
    "GAS_ALLOWANCE_EXCEEDED": gasAllowance,
    "GAS_LIMIT_EXCEEDS_MAXIMUM": any(
      transaction { if case .gasLimitAboveCap = $0 { true } else { false } }, aboveCap),
    "TR_InitCodeLimitExceeded": initCode,
    "INITCODE_SIZE_EXCEEDED": initCode,
    "TR_EMPTYBLOB": noBlobs,
    "TYPE_3_TX_ZERO_BLOBS": noBlobs,
    "TR_BLOBVERSION_INVALID": blobVersion,
    "TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH": blobVersion,
    "TR_BLOBLIST_OVERSIZE": blobCount,
    // A header that counts too many blobs shows it before the transactions do.
    "TYPE_3_TX_BLOB_COUNT_EXCEEDED": any(blobCount, block(.blobGasAboveLimit)),
    "TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED": any(blobCount, block(.blobGasAboveLimit)),
    "TR_BLOBCREATE": any(transaction { $0 == .blobCreatesContract }, malformed("to")),
    "TYPE_3_TX_CONTRACT_CREATION": any(transaction { $0 == .blobCreatesContract }, malformed("to")),
    "INSUFFICIENT_MAX_FEE_PER_BLOB_GAS": transaction {
      if case .blobFeeCapBelowBaseFee = $0 { true } else { false }
    },
    "TYPE_4_TX_CONTRACT_CREATION": any(transaction { $0 == .setCodeCreatesContract }, malformed("to")),
    "TYPE_4_EMPTY_AUTHORIZATION_LIST": transaction { $0 == .noAuthorizations },
  ]

  private static let signature: Test = { if case .signature = $0 { true } else { false } }

  /// Transactions that no bytes of a valid one decode to, mostly from TransactionTests.
  private static let encodingClasses: [String: Test] = [
    // A `v` that stands for no chain the fork knows is a bad signature or a wrong chain, as one likes to see it.
    "INVALID_CHAINID": any(transaction { if case .wrongChain = $0 { true } else { false } }, signature),
    "INVALID_SIGNATURE_VRS": any(signature, malformed("v", "r", "s")),
    "EC_RECOVERY_FAIL": signature,
    "TR_RLP_WRONGVALUE": malformed("value"),
    "RLP_INVALID_VALUE": malformed("value"),
    "VALUE_OVERFLOW": malformed("value"),
    "NONCE_OVERFLOW": malformed("nonce"),
    "NONCE_TOO_BIG": any(nonceMaximum, malformed("nonce")),
    "GASLIMIT_OVERFLOW": malformed("gasLimit"),
    "GASPRICE_OVERFLOW": malformed("gasPrice", "maxFeePerGas"),
    "PRIORITY_OVERFLOW": malformed("maxPriorityFeePerGas"),
    "ADDRESS_TOO_LONG": malformed("to"),
    "ADDRESS_TOO_SHORT": malformed("to"),
    "RLP_INVALID_ACCESS_LIST_ADDRESS_TOO_SHORT": malformed("address"),
    "RLP_INVALID_ACCESS_LIST_ADDRESS_TOO_LONG": malformed("address"),
    "RLP_INVALID_ACCESS_LIST_STORAGE_TOO_LONG": malformed("storageKeys[0]"),
    "RLP_INVALID_NONCE": malformed("nonce"),
    "RLP_INVALID_GASLIMIT": malformed("gasLimit"),
    "RLP_LEADING_ZEROS_NONCE": malformed("nonce"),
    "RLP_LEADING_ZEROS_GASPRICE": malformed("gasPrice"),
    "RLP_LEADING_ZEROS_GASLIMIT": malformed("gasLimit"),
    "RLP_LEADING_ZEROS_VALUE": malformed("value"),
    "RLP_LEADING_ZEROS_V": malformed("v"),
    "RLP_LEADING_ZEROS_R": malformed("r"),
    "RLP_LEADING_ZEROS_S": malformed("s"),
    "RLP_LEADING_ZEROS_BASEFEE": malformed("maxFeePerGas"),
    "RLP_LEADING_ZEROS_PRIORITY_FEE": malformed("maxPriorityFeePerGas"),
    "RLP_ERROR_EOF": malformed(),
    "RLP_ERROR_SIZE": malformed(),
    "RLP_ERROR_SIZE_LEADING_ZEROS": malformed(),
    "RLP_LEADING_ZEROS_NONCE_SIZE": malformed(),
    "RLP_LEADING_ZEROS_DATA_SIZE": malformed(),
    "RLP_INVALID_HEADER": malformed(),
    "RLP_TOO_FEW_ELEMENTS": malformed(),
    "RLP_TOO_MANY_ELEMENTS": malformed(),
  ]

  private static let blockClasses: [String: Test] = [
    "UNKNOWN_PARENT": block(.unknownParent),
    "UNKNOWN_PARENT_ZERO": block(.unknownParent),
    "INVALID_BLOCK_NUMBER": block(.number),
    "INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT": block(.timestamp),
    "EXTRA_DATA_TOO_BIG": block(.extraDataLength),
    "EXTRA_DATA_INVALID_DAO": block(.daoExtraData),
    "INVALID_GASLIMIT": block(.gasLimit),
    "GASLIMIT_TOO_BIG": block(.gasLimitMaximum),
    "INVALID_GAS_USED_ABOVE_LIMIT": block(.gasUsedAboveLimit),
    "GAS_USED_OVERFLOW": any(block(.gasUsedAboveLimit), gasAllowance),
    "INVALID_BASEFEE_PER_GAS": block(.baseFee),
    // Where the difficulty must be zero, any other is also a wrong one.
    "INVALID_DIFFICULTY": block(.difficulty, .workTooLate),
    "IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS": block(.workTooLate),
    "IMPORT_IMPOSSIBLE_PARIS_WRONG_POW": block(.workTooLate),
    "IMPORT_IMPOSSIBLE_PARIS_WRONG_POS": block(.stakeTooEarly),
    "IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS": block(.unclesUnderProofOfStake),
    "IMPORT_IMPOSSIBLE_LONDON_WRONG_PARENT": block(.unexpectedField("baseFeePerGas")),
    "IMPORT_IMPOSSIBLE_LEGACY": block(.missingField("baseFeePerGas")),
    "IMPORT_IMPOSSIBLE_SHANGHAI": block(.unexpectedField("withdrawalsRoot")),
    "IMPORT_IMPOSSIBLE_PARIS_OVER_SHANGHAI": block(.missingField("withdrawalsRoot")),
    "INCORRECT_BLOCK_FORMAT": any(malformed()) { refusal in
      guard case .block(let rejection) = refusal else { return false }
      switch rejection.reason {
      case .missingField, .unexpectedField, .blockAccessListOrder: return true
      default: return false
      }
    },
    "INCORRECT_EXCESS_BLOB_GAS": block(.excessBlobGas),
    "INCORRECT_BLOB_GAS_USED": block(.blobGasUsed),
    "BLOB_GAS_USED_ABOVE_LIMIT": block(.blobGasAboveLimit),
    "RLP_BLOCK_LIMIT_EXCEEDED": block(.size),
    "INVALID_TRANSACTIONS_ROOT": block(.transactionsRoot),
    "INVALID_WITHDRAWALS_ROOT": block(.withdrawalsRoot),
    "INVALID_UNCLES_HASH": block(.unclesHash),
    "INVALID_GAS_USED": block(.gasUsed),
    "INVALID_RECEIPTS_ROOT": block(.receiptsRoot),
    "INVALID_LOG_BLOOM": block(.logsBloom),
    "INVALID_STATE_ROOT": block(.stateRoot),
    "INVALID_REQUESTS": block(.requestsHash),
    "INVALID_BAL_HASH": block(.blockAccessListHash),
    "INVALID_BLOCK_ACCESS_LIST": block(.blockAccessList, .blockAccessListOrder),
    "BLOCK_ACCESS_LIST_GAS_LIMIT_EXCEEDED": block(.blockAccessListSize),
    "INVALID_DEPOSIT_EVENT_LAYOUT": { $0 == .depositLayout },
    "SYSTEM_CONTRACT_CALL_FAILED": { $0 == .systemContractFailed },
    "SYSTEM_CONTRACT_EMPTY": { $0 == .systemContractMissing },
    "RLP_STRUCTURES_ENCODING": malformed(),
    "RLP_INVALID_FIELD_OVERFLOW_64": malformed(),
    "RLP_INVALID_ADDRESS": malformed(),
    "RLP_WITHDRAWALS_NOT_READ": any(malformed(), block(.withdrawalsRoot)),
  ]
}
