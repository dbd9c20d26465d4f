import EthereumTypes

extension Transaction {
  /// The names of a signed transaction's fields in the order of their encoding.
  private static func fieldNames(_ kind: Kind) -> [String] {
    let payload = ["gasLimit", "to", "value", "data"]
    let signature = ["yParity", "r", "s"]
    let caps = ["chainId", "nonce", "maxPriorityFeePerGas", "maxFeePerGas"] + payload + ["accessList"]
    return switch kind {
    case .legacy: ["nonce", "gasPrice"] + payload + ["v", "r", "s"]
    case .accessList: ["chainId", "nonce", "gasPrice"] + payload + ["accessList"] + signature
    case .dynamicFee: caps + signature
    case .blob: caps + ["maxFeePerBlobGas", "blobVersionedHashes"] + signature
    case .setCode: caps + ["authorizationList"] + signature
    }
  }

  /// The error of decoding an RLP list, made more exact: where an item is not in its shortest form, which field that
  /// is; and that a byte string with bytes behind it was meant as an envelope of a type that does not exist.
  static func located(_ error: ChainDecodingError, in bytes: Bytes, kind: Kind) -> ChainDecodingError {
    guard case .rlp(let problem) = error.problem else { return error }
    switch problem {
    case .trailingBytes where kind == .legacy && bytes.first.map { $0 < 0xC0 } == true:
      return .unknownType(bytes[0])
    case .notCanonical(let offset):
      guard let index = itemIndex(at: offset, in: bytes), fieldNames(kind).indices.contains(index) else {
        return error
      }
      return ChainDecodingError("transaction.\(fieldNames(kind)[index])", error.problem)
    default: return error
    }
  }

  /// The place of the list's item that starts at an offset, nil for one further inside.
  private static func itemIndex(at offset: Int, in bytes: Bytes) -> Int? {
    guard let list = try? RLP.item(of: bytes, at: 0, end: bytes.count), list.isList else { return nil }
    var cursor = RLPCursor(bytes, inside: list)
    var (index, start) = (0, list.payloadStart)
    while start < offset, let item = try? cursor.next() { (index, start) = (index + 1, item.end) }
    return start == offset ? index : nil
  }
}

extension ChainDecodingError {
  /// There is no such transaction type.
  static func unknownType(_ type: UInt8) -> ChainDecodingError {
    ChainDecodingError("transaction.type", .unknownValue(expected: "1 to 4 or an RLP list", found: "\(type)"))
  }
}
