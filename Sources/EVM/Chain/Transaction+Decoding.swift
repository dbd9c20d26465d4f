public import EthereumTypes

extension Transaction {
  /// Decodes a signed transaction from its consensus encoding.
  ///
  /// Checks the form only: whether the fork knows the type, and whether signature, fees and gas are
  /// acceptable, is for the block's rules to say.
  public init(decoding bytes: Bytes) throws(ChainDecodingError) {
    guard let first = bytes.first else { throw ChainDecodingError("transaction", .empty) }
    guard first < 0x80 else {
      do throws(ChainDecodingError) {
        try self.init(legacy: RLP(bytes, of: "transaction"))
      } catch { throw Self.located(error, in: bytes, kind: .legacy) }
      return
    }
    guard let kind = Kind(rawValue: first), kind != .legacy else {
      throw .unknownType(first)
    }
    let payload = Bytes(bytes.dropFirst())
    do throws(ChainDecodingError) {
      try self.init(kind, payload: RLP(payload, of: "transaction"))
    } catch { throw Self.located(error, in: payload, kind: kind) }
  }

  /// Decodes the item of a block body: a list is a legacy transaction, a byte string a typed one.
  public init(blockItem: RLP) throws(ChainDecodingError) {
    switch blockItem {
    case .list: try self.init(legacy: blockItem)
    case .bytes(let bytes):
      guard (bytes.first ?? 0) < 0xC0 else {
        throw ChainDecodingError("transaction", .wrongShape(expected: "a list or a typed envelope"))
      }
      try self.init(decoding: bytes)
    }
  }

  private init(legacy value: RLP) throws(ChainDecodingError) {
    var reader = try FieldReader(value, of: "transaction")
    try reader.expectCount(9...9)
    self.init()
    nonce = try reader.uint64("nonce")
    try setPrice(try reader.word("gasPrice"))
    try readPayload(&reader)
    try readSignature(&reader, parity: "v")
    // EIP-155; a `v` too big to name a chain leaves nil, and recovery will refuse it.
    if signature.v >= 35 { chainID = (signature.v &- 35).shiftedRightOnce.asUInt64 }
  }

  private init(_ kind: Kind, payload: RLP) throws(ChainDecodingError) {
    var reader = try FieldReader(payload, of: "transaction")
    let count = [Kind.accessList: 11, .dynamicFee: 12, .blob: 14, .setCode: 13][kind] ?? 0
    try reader.expectCount(count...count)
    self.init(kind: kind)
    chainID = try reader.uint64("chainId")
    nonce = try reader.uint64("nonce")
    if kind == .accessList {
      try setPrice(try reader.word("gasPrice"))
    } else {
      let tip = try reader.word("maxPriorityFeePerGas")
      try setPrice(try reader.word("maxFeePerGas"))
      maxPriorityFeePerGas = tip
    }
    try readPayload(&reader)
    accessList = try Self.accessList(try reader.list("accessList"))
    if kind == .blob {
      maxFeePerBlobGas = try reader.word("maxFeePerBlobGas")
      var hashes = FieldReader(
        try reader.list("blobVersionedHashes")[...], of: "transaction.blobVersionedHashes")
      while !hashes.isAtEnd { blobVersionedHashes.append(try hashes.hash("[\(blobVersionedHashes.count)]")) }
    }
    if kind == .setCode {
      for (index, item) in try reader.list("authorizationList").enumerated() {
        authorizationList.append(
          try Authorization(item, path: "transaction.authorizationList[\(index)]"))
      }
    }
    try readSignature(&reader, parity: "yParity")
  }

  private mutating func setPrice(_ price: UInt256) throws(ChainDecodingError) {
    gasPrice = price
    maxFeePerGas = price
    maxPriorityFeePerGas = price
  }

  private mutating func readPayload(_ reader: inout FieldReader) throws(ChainDecodingError) {
    gasLimit = try reader.uint64("gasLimit")
    to = try reader.optionalAddress("to")
    // A blob or set-code transaction cannot create a contract: its field has no empty form (EIPs 4844, 7702).
    if to == nil, kind == .blob || kind == .setCode {
      throw reader.error("to", .missingRecipient(type: kind.rawValue))
    }
    value = try reader.word("value")
    data = try reader.bytes("data")
  }

  private mutating func readSignature(
    _ reader: inout FieldReader, parity: String
  ) throws(ChainDecodingError) {
    signature.v = try reader.word(parity)
    signature.r = try reader.word("r")
    signature.s = try reader.word("s")
  }

  private static func accessList(_ items: [RLP]) throws(ChainDecodingError) -> [AccessListEntry] {
    var list: [AccessListEntry] = []
    list.reserveCapacity(items.count)
    for item in items {
      let path = "transaction.accessList[\(list.count)]"
      var reader = try FieldReader(item, of: path)
      try reader.expectCount(2...2)
      let address = try reader.address("address")
      var keys = FieldReader(try reader.list("storageKeys")[...], of: path + ".storageKeys")
      var slots: [UInt256] = []
      slots.reserveCapacity(keys.count)
      while !keys.isAtEnd { slots.append(try keys.hash("[\(slots.count)]").word) }
      list.append(AccessListEntry(address: address, slots: slots))
    }
    return list
  }
}

extension Authorization {
  fileprivate init(_ item: RLP, path: String) throws(ChainDecodingError) {
    var reader = try FieldReader(item, of: path)
    try reader.expectCount(6...6)
    chainID = try reader.word("chainId")
    address = try reader.address("address")
    nonce = try reader.uint64("nonce")
    let parity = try reader.uint64("yParity")
    guard parity <= 255 else { throw reader.error("yParity", .outOfRange(maximumBits: 8, foundBytes: 2)) }
    yParity = parity
    r = try reader.word("r")
    s = try reader.word("s")
  }
}
