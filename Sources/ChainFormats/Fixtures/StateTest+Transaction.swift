import EVM
import EVMBytecode
import EVMState
import EthereumTypes

extension StateTest {
  /// The transaction of a case and its sender: from its signed bytes where the file has them, otherwise from the
  /// template.
  func signedTransaction(_ item: Case) throws(Refusal) -> (Transaction, sender: Address) {
    guard let encoded = item.encoded else { return try template(item) }
    let result: Transaction
    do throws(ChainDecodingError) {
      result = try Transaction(decoding: encoded)
    } catch { throw .malformed(error) }
    do throws(SignatureError) {
      return (result, try result.recoverSender(allowingHighS: true))
    } catch { throw .signature(error) }
  }

  private func template(_ item: Case) throws(Refusal) -> (Transaction, sender: Address) {
    do throws(FormatError) {
      return try read(item)
    } catch {
      // The only templates that do not read are those whose transaction has no encoding, either.
      throw .malformed(
        ChainDecodingError(error.field, .unknownValue(expected: "a value in range", found: "\(error)")))
    }
  }

  private func read(_ item: Case) throws(FormatError) -> (Transaction, sender: Address) {
    var result = Transaction()
    result.nonce = try transaction.member("nonce").uint64()
    if let recipient = try transaction.optional("to"), !recipient.isText(""), !recipient.isText("0x") {
      result.to = try recipient.address()
    }
    result.data = try pick("data", item.indexes.data).bytes()
    result.gasLimit = try pick("gasLimit", item.indexes.gas).uint64()
    result.value = try pick("value", item.indexes.value).word()
    if let price = try transaction.optional("gasPrice") {
      result.gasPrice = try price.word()
      result.maxFeePerGas = result.gasPrice
      result.maxPriorityFeePerGas = result.gasPrice
    } else {
      result.kind = .dynamicFee
      result.maxFeePerGas = try transaction.member("maxFeePerGas").word()
      result.gasPrice = result.maxFeePerGas
      result.maxPriorityFeePerGas = try transaction.member("maxPriorityFeePerGas").word()
    }
    if let lists = try transaction.optional("accessLists") {
      if result.kind == .legacy { result.kind = .accessList }
      let list = try element(lists, item.indexes.data)
      if !list.isNull { result.accessList = try Self.accessList(list) }
    }
    if let hashes = try transaction.optional("blobVersionedHashes") {
      result.kind = .blob
      result.maxFeePerBlobGas = try transaction.member("maxFeePerBlobGas").word()
      for hash in try hashes.elements() { result.blobVersionedHashes.append(try hash.hash()) }
    }
    if let list = try transaction.optional("authorizationList") {
      result.kind = .setCode
      for entry in try list.elements() { result.authorizationList.append(try Self.authorization(entry)) }
    }
    if result.kind != .legacy { result.chainID = try chainID() }
    return (result, try sender())
  }

  /// The sender: named, or the account of the key that the transaction is to be signed with.
  private func sender() throws(FormatError) -> Address {
    if let sender = try transaction.optional("sender") { return try sender.address() }
    let key = try transaction.member("secretKey")
    guard let sender = ECDSASigning.address(of: try key.word()) else {
      throw key.unexpected("a key from 1 to the order of secp256k1 less one")
    }
    return sender
  }

  private func pick(_ key: String, _ index: Int) throws(FormatError) -> JSONValue {
    try element(transaction.member(key), index)
  }

  private func element(_ list: JSONValue, _ index: Int) throws(FormatError) -> JSONValue {
    let elements = try list.elements()
    guard elements.indices.contains(index) else { throw list.unexpected("at least \(index + 1) elements") }
    return elements[index]
  }

  private static func accessList(_ value: JSONValue) throws(FormatError) -> [AccessListEntry] {
    var list: [AccessListEntry] = []
    for entry in try value.elements() {
      var slots: [UInt256] = []
      for slot in try entry.member("storageKeys").elements() { slots.append(try slot.word()) }
      list.append(AccessListEntry(address: try entry.member("address").address(), slots: slots))
    }
    return list
  }

  private static func authorization(_ value: JSONValue) throws(FormatError) -> Authorization {
    Authorization(
      chainID: try value.member("chainId").word(), address: try value.member("address").address(),
      nonce: try value.member("nonce").uint64(), yParity: try value.member("v").uint64(),
      r: try value.member("r").word(), s: try value.member("s").word())
  }

  /// The chain: 1 unless the file says otherwise.
  func chainID() throws(FormatError) -> UInt64 {
    try configuration?.optional("chainid")?.uint64() ?? 1
  }

  /// What the transaction sees of its block.
  func blockEnvironment(_ fork: Fork, named name: String) throws(FormatError) -> BlockEnvironment {
    var block = BlockEnvironment(
      fork: fork, number: try environment.member("currentNumber").uint64(),
      timestamp: try environment.member("currentTimestamp").uint64(),
      coinbase: try environment.member("currentCoinbase").address(),
      gasLimit: try environment.member("currentGasLimit").uint64(), prevRandao: .zero, chainID: try chainID())
    if fork >= .paris {
      block.prevRandao = try environment.optional("currentRandom")?.word() ?? .zero
    } else {
      block.prevRandao = try environment.optional("currentDifficulty")?.word() ?? .zero
    }
    if fork >= .london { block.baseFee = try environment.optional("currentBaseFee")?.word() ?? 10 }
    block.slotNumber = try environment.optional("currentSlotNumber")?.uint64() ?? 0
    if let blobs = try blobSchedule(fork, named: name) {
      let excess = try environment.optional("currentExcessBlobGas")?.uint64() ?? 0
      block.blobBaseFee = blobs.baseFee(excessBlobGas: excess)
    }
    return block
  }

  /// The blob schedule of a fork: the file's own, or mainnet's.
  func blobSchedule(_ fork: Fork, named name: String) throws(FormatError) -> BlobSchedule? {
    if let own = try configuration?.optional("blobSchedule")?.optional(name) { return try BlobSchedule(own) }
    return BlobSchedule(fixtureName: name) ?? .mainnet(fork)
  }
}

extension BlobSchedule {
  /// Reads `{target, max, baseFeeUpdateFraction}`.
  init(_ value: JSONValue) throws(FormatError) {
    self.init(
      target: try value.member("target").uint64(), maximum: try value.member("max").uint64(),
      updateFraction: try value.member("baseFeeUpdateFraction").uint64())
  }
}
