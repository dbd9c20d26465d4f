import EVM
import EthereumTypes

extension ChainDecodingError {
  /// The classes of bytes that do not decode. In a block, everything malformed is also a structure that its RLP may
  /// not hold.
  var classes: [ExceptionClass] {
    guard field.hasPrefix("block") else { return transactionClasses }
    let own: [ExceptionClass] = field.hasPrefix("block.transactions") ? transactionClasses : blockClasses
    return own + [.block("RLP_STRUCTURES_ENCODING"), .block("INCORRECT_BLOCK_FORMAT")]
  }

  private var blockClasses: [ExceptionClass] {
    switch problem {
    case .outOfRange(maximumBits: 64, _): [.block("RLP_INVALID_FIELD_OVERFLOW_64")]
    case .wrongLength where name == "address": [.block("RLP_INVALID_ADDRESS")]
    default: []
    }
  }

  /// The last part of the path, without an index.
  private var name: String {
    String(field.split(separator: ".").last?.prefix { $0 != "[" } ?? "")
  }

  private var transactionClasses: [ExceptionClass] { transactionNames.map { .transaction($0) } }

  private var transactionNames: [String] {
    if field.contains(".authorizationList") { return authorizationNames }
    return switch problem {
    case .rlp(.notCanonical) where name != "transaction": Self.notCanonical[name].map { [$0] } ?? []
    case .rlp(let error): Self.names(of: error)
    case .wrongShape:
      name == "transaction" ? ["RLP_INVALID_HEADER"] : Self.wrongShape[name].map { [$0] } ?? []
    case .wrongFieldCount(_, let found):
      name == "transaction" ? [found < 9 ? "RLP_TOO_FEW_ELEMENTS" : "RLP_TOO_MANY_ELEMENTS"] : []
    case .wrongLength(_, let found):
      (Self.wrongLength[name] ?? []).map { $0 + (found < Self.length(of: name) ? "_SHORT" : "_LONG") }
    case .leadingZero: Self.leadingZero[name].map { [$0] } ?? []
    case .outOfRange: Self.overflow[name] ?? []
    case .missingRecipient(let type): ["TYPE_\(type)_TX_CONTRACT_CREATION"]
    case .unknownValue: name == "type" ? ["TYPE_NOT_SUPPORTED"] : []
    case .empty: ["RLP_ERROR_EOF"]
    }
  }

  /// All that is wrong with an authorization (EIP-7702) has two names: one for the halves of its signature, one for
  /// the rest.
  private var authorizationNames: [String] {
    switch (name, problem) {
    case ("yParity", _), ("r", _), ("s", _):
      ["TYPE_4_INVALID_AUTHORITY_SIGNATURE", "TYPE_4_INVALID_AUTHORITY_SIGNATURE_S_TOO_HIGH"]
    case (_, .rlp(let error)): ["TYPE_4_INVALID_AUTHORIZATION_FORMAT"] + Self.names(of: error)
    default: ["TYPE_4_INVALID_AUTHORIZATION_FORMAT"]
    }
  }

  private static func names(of error: RLPError) -> [String] {
    switch error {
    case .truncatedHeader: ["RLP_ERROR_EOF"]
    case .truncated, .trailingBytes: ["RLP_ERROR_SIZE"]
    case .notCanonical: ["RLP_ERROR_SIZE_LEADING_ZEROS"]
    case .tooDeep: []
    }
  }

  private static func length(of name: String) -> Int { name == "to" || name == "address" ? 20 : 32 }

  private static let wrongLength = [
    "to": ["ADDRESS_TOO"], "address": ["RLP_INVALID_ACCESS_LIST_ADDRESS_TOO"],
    "storageKeys": ["RLP_INVALID_ACCESS_LIST_STORAGE_TOO"],
  ]
  private static let notCanonical = [
    "nonce": "RLP_LEADING_ZEROS_NONCE_SIZE", "data": "RLP_LEADING_ZEROS_DATA_SIZE",
  ]
  private static let wrongShape = [
    "nonce": "RLP_INVALID_NONCE", "gasLimit": "RLP_INVALID_GASLIMIT", "to": "RLP_INVALID_TO",
    "value": "RLP_INVALID_VALUE", "data": "RLP_INVALID_DATA", "r": "RLP_INVALID_SIGNATURE_R",
    "s": "RLP_INVALID_SIGNATURE_S",
  ]
  private static let leadingZero = [
    "nonce": "RLP_LEADING_ZEROS_NONCE", "gasPrice": "RLP_LEADING_ZEROS_GASPRICE",
    "gasLimit": "RLP_LEADING_ZEROS_GASLIMIT", "value": "RLP_LEADING_ZEROS_VALUE",
    "v": "RLP_LEADING_ZEROS_V", "yParity": "RLP_LEADING_ZEROS_V", "r": "RLP_LEADING_ZEROS_R",
    "s": "RLP_LEADING_ZEROS_S", "maxFeePerGas": "RLP_LEADING_ZEROS_BASEFEE",
    "maxPriorityFeePerGas": "RLP_LEADING_ZEROS_PRIORITY_FEE",
  ]
  private static let overflow: [String: [String]] = [
    "nonce": ["NONCE_OVERFLOW"], "gasLimit": ["GASLIMIT_OVERFLOW"], "gasPrice": ["GASPRICE_OVERFLOW"],
    "maxFeePerGas": ["GASPRICE_OVERFLOW"], "maxPriorityFeePerGas": ["PRIORITY_OVERFLOW"],
    "value": ["VALUE_OVERFLOW", "RLP_INVALID_VALUE"],
    "v": ["INVALID_SIGNATURE_VRS"], "r": ["INVALID_SIGNATURE_VRS"], "s": ["INVALID_SIGNATURE_VRS"],
  ]
}
