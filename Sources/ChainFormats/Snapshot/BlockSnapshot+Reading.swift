import EVM
import EVMBytecode
import EVMState
public import EthereumTypes

extension BlockSnapshot {
  /// The value of the member `format`.
  public static let format = "block-snapshot/1"

  /// Reads a snapshot from a file and checks that its parts agree; `-` is standard input.
  public init(contentsOf file: String) throws(FormatError) {
    try self.init(JSONDocument(contentsOf: file))
  }

  /// Reads a snapshot from memory and checks that its parts agree.
  public init(_ text: Bytes, file: String) throws(FormatError) {
    try self.init(JSONDocument(text, file: file))
  }

  /// Reads a snapshot and checks that its parts agree.
  ///
  /// Signatures are not checked here, for recovery is the costly part: `recoverSenders(workers:)` does it.
  public init(_ document: JSONDocument) throws(FormatError) {
    let root = document.root
    let format = try root.member("format")
    guard format.isText(Self.format) else { throw format.unexpected("\"\(Self.format)\"") }
    file = document.file
    chainID = try root.member("chainId").integer()
    fork = try Self.fork(root.member("fork"))
    hash = try root.member("hash").hash()
    let header = try BlockHeader(rpc: root.member("header"))
    parent = try root.optional("parentHeader").map { value throws(FormatError) in try BlockHeader(rpc: value)
    }
    block = Block(
      header: header, transactions: try Self.transactions(root.member("transactions")),
      withdrawals: try Self.withdrawals(root.optional("withdrawals")))
    (block.uncles, uncleHashes) = try Self.uncles(root.optional("uncles"))
    recordedSenders = try root.optional("senders").map { list throws(FormatError) in
      try Self.list(list) { value throws(FormatError) in try value.address() }
    }
    preState = MemoryState()
    try Self.fill(preState, codes: root.member("codes"))
    try Self.fill(preState, accounts: root.member("pre"))
    try Self.fill(preState, blockHashes: root.member("blockHashes"), before: header.number)
    witness = try root.optional("witness").map { value throws(FormatError) in
      Witness(
        preStateRoot: try value.member("preStateRoot").hash(),
        nodes: try Self.list(value.member("nodes")) { value throws(FormatError) in try value.bytes() })
    }
    let expected = try root.member("expected")
    self.expected = Expected(
      gasUsed: try expected.member("gasUsed").integer(),
      transactionGasUsed: try Self.list(expected.member("txGasUsed")) { value throws(FormatError) in
        try value.integer()
      },
      receipts: try Self.list(expected.member("receipts")) { value throws(FormatError) in try value.bytes() },
      receiptsRootChecked: try expected.member("receiptsRootChecked").bool(),
      stateRootChecked: try expected.member("stateRootChecked").bool())
    accessRecords = try expected.optional("access")
    try checkConsistency(root)
  }

  static func list<Element>(
    _ value: JSONValue, _ read: (JSONValue) throws(FormatError) -> Element
  ) throws(FormatError) -> [Element] {
    let elements = try value.elements()
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    for element in elements { result.append(try read(element)) }
    return result
  }

  private static func fork(_ value: JSONValue) throws(FormatError) -> Fork {
    let name = try value.string()
    // The executable specification, whose names these are, means by Constantinople what was in force after
    // its repair, called Petersburg elsewhere.
    if name == Fork.constantinople.rawValue { return .petersburg }
    guard let fork = Fork(rawValue: name) else { throw value.unexpected("the name of a fork in snake case") }
    return fork
  }

  private static func transactions(_ value: JSONValue) throws(FormatError) -> [Transaction] {
    try list(value) { item throws(FormatError) in
      let bytes = try item.bytes()
      do throws(ChainDecodingError) {
        return try Transaction(decoding: bytes)
      } catch {
        throw FormatError(file: item.document.file, field: item.path, .undecodable(error))
      }
    }
  }

  private static func withdrawals(_ value: JSONValue?) throws(FormatError) -> [Withdrawal]? {
    try value.map { value throws(FormatError) in
      try list(value) { item throws(FormatError) in try Withdrawal(rpc: item) }
    }
  }

  /// Uncles come as header objects, or as hashes where nothing else is known of them.
  private static func uncles(
    _ value: JSONValue?
  ) throws(FormatError) -> (headers: [BlockHeader], hashes: [Hash32]) {
    var headers: [BlockHeader] = []
    var hashes: [Hash32] = []
    for item in try value?.elements() ?? [] {
      if item.kind == .object {
        let header = try BlockHeader(rpc: item)
        headers.append(header)
        hashes.append(header.hash)
      } else {
        hashes.append(try item.hash())
      }
    }
    return (headers, hashes)
  }

  private static func fill(_ state: MemoryState, codes: JSONValue) throws(FormatError) {
    for member in try codes.members() {
      let hash = try member.keyAsValue.hash()
      let actual = state.insert(code: try member.value.bytes())
      guard actual == hash else {
        throw member.value.contradiction(expected: "code with the hash \(hash)", found: "one with \(actual)")
      }
    }
  }

  private static func fill(_ state: MemoryState, accounts: JSONValue) throws(FormatError) {
    for member in try accounts.members() {
      let address = try member.keyAsValue.address()
      let value = member.value
      let account = Account(
        nonce: try value.member("nonce").uint64(), balance: try value.member("balance").word(),
        codeHash: try value.member("codeHash").hash())
      if account.codeHash != .emptyCode, state.codes[account.codeHash] == nil {
        throw try value.member("codeHash").contradiction(
          expected: "a hash listed in codes", found: "\(account.codeHash)")
      }
      var storage: [UInt256: UInt256] = [:]
      let slots = try value.member("storage").members()
      storage.reserveCapacity(slots.count)
      for slot in slots { storage[try slot.keyAsValue.hash().word] = try slot.value.word() }
      guard storage.count == slots.count, state.entries[address] == nil else {
        throw member.value.contradiction(
          expected: "each address and slot once", found: "one in two spellings")
      }
      state.set(address, account, storage: storage)
    }
  }

  private static func fill(
    _ state: MemoryState, blockHashes: JSONValue, before number: UInt64
  ) throws(FormatError) {
    for member in try blockHashes.members() {
      guard let key = UInt64(member.key), key < number, number - key <= 256 else {
        throw member.keyAsValue.unexpected("the number of one of the 256 blocks before \(number)")
      }
      state.blockHashes[key] = try member.value.hash()
    }
  }
}
