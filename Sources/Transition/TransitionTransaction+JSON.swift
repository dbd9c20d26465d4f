public import ChainFormats
import EVM
public import EVMBytecode
import EthereumTypes

extension TransitionTransaction {
  /// Reads the elements of a `txs` array, and signs those that have a `secretKey` and no signature.
  ///
  /// - Parameters:
  ///   - value: the array; null and a missing value are no transactions, a string their RLP.
  ///   - fork: the block's fork, which says whether legacy signatures can be bound to a chain (EIP-155).
  ///   - chainID: the chain that unsigned transactions are for.
  public static func list(
    _ value: JSONValue?, fork: Fork, chainID: UInt64
  ) throws(TransitionError) -> [TransitionTransaction] {
    guard let value, !value.isNull else { return [] }
    do throws(FormatError) {
      if value.kind != .string {
        var list: [TransitionTransaction] = []
        for element in try value.elements() {
          list.append(try TransitionTransaction(element, fork: fork, chainID: chainID))
        }
        return list
      }
    } catch { throw TransitionError(error) }
    let encoded: Bytes
    do throws(FormatError) { encoded = try value.bytes() } catch { throw TransitionError(error) }
    return try list(decoding: encoded)
  }

  init(_ value: JSONValue, fork: Fork, chainID: UInt64) throws(FormatError) {
    var result = Transaction()
    let typeValue = try value.optional("type")
    let type = try typeValue?.flexibleUInt64() ?? Self.inferredType(value)
    guard let kind = UInt8(exactly: type).flatMap(Transaction.Kind.init(rawValue:)) else {
      self = .unreadable("transaction type not supported")
      return
    }
    result.kind = kind
    result.nonce = try value.member("nonce").flexibleUInt64()
    result.gasLimit = try value.first("gas", "gasLimit").flexibleUInt64()
    result.value = try value.optional("value")?.flexibleWord() ?? .zero
    result.data = try value.first("input", "data").bytes()
    if let to = try value.optional("to"), !(try to.string().isEmpty) { result.to = try to.flexibleAddress() }
    try Self.readPrice(value, &result)
    if kind != .legacy {
      result.chainID = try value.optional("chainId")?.flexibleUInt64() ?? chainID
      result.accessList = try Self.accessList(value.optional("accessList"))
    }
    if kind == .blob {
      result.maxFeePerBlobGas = try value.member("maxFeePerBlobGas").flexibleWord()
      for hash in try value.optional("blobVersionedHashes")?.elements() ?? [] {
        result.blobVersionedHashes.append(try hash.hash())
      }
    }
    if kind == .setCode {
      for entry in try value.optional("authorizationList")?.elements() ?? [] {
        result.authorizationList.append(try Self.authorization(entry))
      }
    }
    if result.to == nil, kind == .blob || kind == .setCode {
      self = .unreadable(Self.missingRecipient(kind == .blob ? "(types.BlobTx)" : "(types.SetCodeTx)"))
      return
    }
    try Self.readSignature(value, fork: fork, chainID: chainID, &result)
    self = .readable(result)
  }

  /// The type of a transaction that does not name it, from the fields it has.
  private static func inferredType(_ value: JSONValue) -> UInt64 {
    let kind: Transaction.Kind =
      if value["authorizationList"] != nil {
        .setCode
      } else if value["blobVersionedHashes"] != nil || value["maxFeePerBlobGas"] != nil {
        .blob
      } else if value["maxFeePerGas"] != nil || value["maxPriorityFeePerGas"] != nil {
        .dynamicFee
      } else if value["accessList"] != nil {
        .accessList
      } else {
        .legacy
      }
    return UInt64(kind.rawValue)
  }

  private static func readPrice(_ value: JSONValue, _ result: inout Transaction) throws(FormatError) {
    if result.kind == .legacy || result.kind == .accessList {
      result.gasPrice = try value.member("gasPrice").flexibleWord()
      result.maxPriorityFeePerGas = result.gasPrice
    } else {
      result.gasPrice = try value.member("maxFeePerGas").flexibleWord()
      result.maxPriorityFeePerGas = try value.member("maxPriorityFeePerGas").flexibleWord()
    }
    result.maxFeePerGas = result.gasPrice
  }

  private static func readSignature(
    _ value: JSONValue, fork: Fork, chainID: UInt64, _ result: inout Transaction
  ) throws(FormatError) {
    result.signature.r = try value.optional("r")?.flexibleWord() ?? .zero
    result.signature.s = try value.optional("s")?.flexibleWord() ?? .zero
    result.signature.v = try value.optionalFirst("v", "yParity")?.flexibleWord() ?? .zero
    let isSigned = result.signature != Transaction.Signature()
    if isSigned || value["secretKey"]?.isNull ?? true {
      if result.kind == .legacy, result.signature.v >= 35 {
        result.chainID = (result.signature.v &- 35).shiftedRightOnce.asUInt64
      }
      return
    }
    let key = try value.member("secretKey")
    let isProtected = try value.optional("protected")?.bool() ?? true
    // Before EIP-155 no signature is bound to a chain.
    if result.kind == .legacy, isProtected, fork >= .spuriousDragon { result.chainID = chainID }
    guard let signed = result.signed(with: try key.flexibleHash()) else {
      throw key.unexpected("a secret key from 1 to the group order of secp256k1 less one")
    }
    result = signed
  }

  private static func accessList(_ value: JSONValue?) throws(FormatError) -> [AccessListEntry] {
    var list: [AccessListEntry] = []
    for entry in try value?.elements() ?? [] {
      var slots: [UInt256] = []
      for slot in try entry.optional("storageKeys")?.elements() ?? [] {
        slots.append(try slot.flexibleHash())
      }
      list.append(AccessListEntry(address: try entry.member("address").flexibleAddress(), slots: slots))
    }
    return list
  }

  private static func authorization(_ value: JSONValue) throws(FormatError) -> Authorization {
    Authorization(
      chainID: try value.member("chainId").flexibleWord(),
      address: try value.member("address").flexibleAddress(),
      nonce: try value.member("nonce").flexibleUInt64(),
      yParity: try value.first("yParity", "v").flexibleUInt64(),
      r: try value.member("r").flexibleWord(), s: try value.member("s").flexibleWord())
  }
}

extension JSONValue {
  /// A member by the first of two names that there is; nil where it is absent or null.
  fileprivate func optionalFirst(_ name: String, _ alias: String) throws(FormatError) -> JSONValue? {
    if let value = try optional(name) { return value }
    return try optional(alias)
  }

  /// A member that must be there, by one of two names.
  fileprivate func first(_ name: String, _ alias: String) throws(FormatError) -> JSONValue {
    if let value = try optionalFirst(name, alias) { return value }
    return try member(name)
  }
}
