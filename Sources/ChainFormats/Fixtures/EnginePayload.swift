import ConflictScheduling
import EVM
import EVMBytecode
import EVMState
import EthereumTypes

/// A block as a consensus client hands it over: the parameters of `engine_newPayloadV1` to `V5`.
struct EnginePayload {
  /// The error codes of JSON-RPC and of the Engine API that a payload can meet.
  enum RequestError: Int, Error {
    /// The parameters are not those of the method's version.
    case invalidParameters = -32602
    /// The method's version is not that of the fork in force at the payload's time.
    case unsupportedFork = -38005
  }

  /// The version of the method.
  let version: UInt64
  /// The refusal that the payload must meet; nil for a valid one.
  let validationError: String?
  /// The error code that the request must meet; nil for none.
  let errorCode: String?

  private let payload: JSONValue
  private let versionedHashes: JSONValue?
  private let beaconRoot: JSONValue?
  private let requests: JSONValue?

  /// Reads a directive of a fixture. The first generation of files had the parameters by name.
  init(_ value: JSONValue) throws(FormatError) {
    let isNamed = value["newPayloadVersion"] == nil
    let number = try value.member(isNamed ? "version" : "newPayloadVersion")
    guard let version = UInt64(number.text) else { throw number.unexpected("a version of engine_newPayload") }
    self.version = version
    validationError = try value.optional("validationError").map { value throws(FormatError) in
      try value.string()
    }
    errorCode = try value.optional("errorCode")?.text
    if let parameters = try value.optional("params")?.elements() {
      func parameter(_ index: Int) -> JSONValue? {
        parameters.indices.contains(index) && !parameters[index].isNull ? parameters[index] : nil
      }
      guard let first = parameter(0) else {
        throw try value.member("params").unexpected("an execution payload and what belongs to it")
      }
      (payload, versionedHashes, beaconRoot, requests) = (first, parameter(1), parameter(2), parameter(3))
    } else {
      payload = try value.member("executionPayload")
      versionedHashes = try value.optional("expectedBlobVersionedHashes")
      beaconRoot = try value.optional("parentBeaconBlockRoot")
      requests = nil
    }
  }

  /// The hash that the payload says its block has.
  var blockHash: Hash32 {
    get throws(FormatError) { try payload.member("blockHash").hash() }
  }

  /// The block's time.
  var timestamp: UInt64 {
    get throws(FormatError) { try payload.member("timestamp").uint64() }
  }

  /// Checks the parameters against the method's version, and the version against the fork in force.
  func checkRequest(_ fork: Fork) throws(RequestError) {
    let forks: ClosedRange<Fork>
    let required: [String]
    switch version {
    case 1: (forks, required) = (.frontier...Fork.paris, [])
    case 2: (forks, required) = (.frontier...Fork.shanghai, fork >= .shanghai ? ["withdrawals"] : [])
    case 3: (forks, required) = (.cancun...Fork.cancun, ["withdrawals"] + Self.blobFields)
    case 4: (forks, required) = (.prague...Fork.bpo2, ["withdrawals"] + Self.blobFields)
    case 5: (forks, required) = (.amsterdam...Fork.amsterdam, ["withdrawals"] + Self.allFields)
    default: throw .invalidParameters
    }
    let optional = ["withdrawals"] + Self.allFields
    for field in optional where (payload[field].map { !$0.isNull } ?? false) != required.contains(field) {
      throw .invalidParameters
    }
    guard (versionedHashes != nil) == (version >= 3), (beaconRoot != nil) == (version >= 3),
      (requests != nil) == (version >= 4)
    else { throw .invalidParameters }
    guard forks.contains(fork) else { throw .unsupportedFork }
    guard let requests else { return }
    // Each has its type and some data, and the types ascend (EIP-7685).
    var last = -1
    for request in (try? requests.elements()) ?? [] {
      guard let bytes = try? request.bytes(), bytes.count > 1, Int(bytes[0]) > last else {
        throw .invalidParameters
      }
      last = Int(bytes[0])
    }
  }

  private static let blobFields = ["blobGasUsed", "excessBlobGas"]
  private static let allFields = blobFields + ["slotNumber", "blockAccessList"]

  /// The block that the parameters describe.
  ///
  /// - Throws: `Refusal` where something does not decode, or where hashes that came along are not the block's.
  func block() throws(Refusal) -> Block {
    var block: Block
    let expectedHash: Hash32
    let expectedBlobs: [Hash32]?
    let encodedTransactions: [Bytes]
    do throws(FormatError) {
      block = Block(header: try header(), withdrawals: try withdrawals())
      expectedHash = try blockHash
      expectedBlobs = try versionedHashes.map { hashes throws(FormatError) in
        try Self.list(hashes) { value throws(FormatError) in try value.hash() }
      }
      encodedTransactions = try Self.list(try payload.member("transactions")) { value throws(FormatError) in
        try value.bytes()
      }
    } catch { throw .other("\(error)") }
    for (index, encoded) in encodedTransactions.enumerated() {
      do throws(ChainDecodingError) { block.transactions.append(try Transaction(decoding: encoded)) } catch {
        throw .malformed(error.at("block.transactions[\(index)]"))
      }
    }
    block.header.transactionsRoot = MerklePatriciaTrie.orderedRoot(of: encodedTransactions)
    guard block.hash == expectedHash else {
      throw .block(BlockRejection(.blockHash, expected: "\(expectedHash)", found: "\(block.hash)"))
    }
    let blobs = block.transactions.flatMap(\.blobVersionedHashes)
    if let expectedBlobs, expectedBlobs != blobs {
      throw .block(
        BlockRejection(
          .versionedHashes, expected: "the \(blobs.count) of the transactions",
          found: "\(expectedBlobs.count), or others"))
    }
    return block
  }

  /// What came with the block: its access list (EIP-7928).
  func companions() throws(Refusal) -> BlockCompanions {
    guard let list = try? payload.optional("blockAccessList")?.bytes() else { return BlockCompanions() }
    do throws(ScheduleFormatError) { return try BlockCompanions(encodedAccessList: list) } catch {
      throw .block(BlockRejection(.blockAccessListOrder, expected: error.expected, found: error.description))
    }
  }

  /// The header, but for the root of the transactions.
  private func header() throws(FormatError) -> BlockHeader {
    var header = BlockHeader()
    header.parentHash = try payload.member("parentHash").hash()
    header.coinbase = try payload.member("feeRecipient").address()
    header.stateRoot = try payload.member("stateRoot").hash()
    header.receiptsRoot = try payload.member("receiptsRoot").hash()
    header.logsBloom = try payload.member("logsBloom").bloom()
    header.number = try payload.member("blockNumber").uint64()
    header.gasLimit = try payload.member("gasLimit").uint64()
    header.gasUsed = try payload.member("gasUsed").uint64()
    header.timestamp = try timestamp
    header.extraData = try payload.member("extraData").bytes()
    header.mixHash = try payload.member("prevRandao").hash()
    header.baseFeePerGas = try payload.member("baseFeePerGas").word()
    header.withdrawalsRoot = try withdrawals().map {
      MerklePatriciaTrie.orderedRoot(of: $0.map(\.rlp.encoded))
    }
    header.blobGasUsed = try payload.optional("blobGasUsed")?.uint64()
    header.excessBlobGas = try payload.optional("excessBlobGas")?.uint64()
    header.parentBeaconBlockRoot = try beaconRoot?.hash()
    header.requestsHash = try requests.map { value throws(FormatError) in
      SystemContracts.requestsHash(try Self.list(value) { item throws(FormatError) in try item.bytes() })
    }
    header.blockAccessListHash = try payload.optional("blockAccessList").map { value throws(FormatError) in
      keccak256(try value.bytes())
    }
    header.slotNumber = try payload.optional("slotNumber")?.uint64()
    return header
  }

  private func withdrawals() throws(FormatError) -> [Withdrawal]? {
    try payload.optional("withdrawals").map { value throws(FormatError) in
      try Self.list(value) { item throws(FormatError) in try Withdrawal(rpc: item) }
    }
  }

  private static func list<Element>(
    _ value: JSONValue, _ read: (JSONValue) throws(FormatError) -> Element
  ) throws(FormatError) -> [Element] {
    var list: [Element] = []
    for element in try value.elements() { list.append(try read(element)) }
    return list
  }
}
