public import EthereumTypes

extension Log {
  /// The log as an RLP list.
  public var rlp: RLP { .list([.address(address), .list(topics.map(RLP.hash)), .bytes(data)]) }
}

extension Bloom {
  /// The bloom of a transaction's logs: three bits for each address and topic.
  public init(of logs: [Log]) {
    self.init()
    for log in logs {
      insert(log.address.bytes)
      for topic in log.topics { insert(topic.bytes) }
    }
  }
}

/// The outcome of a transaction as consensus records it (Yellow Paper, section 4.3.1; EIPs 658, 2718).
public struct Receipt: Hashable, Sendable {
  /// The first field of a receipt.
  public enum Outcome: Hashable, Sendable {
    /// Whether the transaction succeeded; from Byzantium on (EIP-658).
    case status(Bool)
    /// The state root after the transaction; before Byzantium.
    case stateRoot(Hash32)
  }

  /// The transaction's type.
  public var kind: Transaction.Kind
  /// Status or state root.
  public var outcome: Outcome
  /// The gas used by the block up to and including this transaction.
  public var cumulativeGasUsed: UInt64
  /// The bloom of `logs`.
  public var logsBloom: Bloom
  /// The logs in order of emission.
  public var logs: [Log]

  /// Makes a receipt and computes its bloom.
  public init(kind: Transaction.Kind, outcome: Outcome, cumulativeGasUsed: UInt64, logs: [Log]) {
    self.kind = kind
    self.outcome = outcome
    self.cumulativeGasUsed = cumulativeGasUsed
    self.logs = logs
    logsBloom = Bloom(of: logs)
  }

  /// The consensus encoding, which is also the value in the receipts trie.
  public var encoded: Bytes {
    let first: RLP =
      switch outcome {
      case .status(let succeeded): .quantity(UInt64(succeeded ? 1 : 0))
      case .stateRoot(let root): .hash(root)
      }
    let payload = RLP.list([
      first, .quantity(cumulativeGasUsed), .bytes(logsBloom.bytes), .list(logs.map(\.rlp)),
    ]).encoded
    return kind == .legacy ? payload : [kind.rawValue] + payload
  }

  /// Decodes a receipt from its consensus encoding.
  public init(decoding bytes: Bytes) throws(ChainDecodingError) {
    guard let first = bytes.first else { throw ChainDecodingError("receipt", .empty) }
    var payload = bytes
    kind = .legacy
    if first < 0xC0 {
      guard let kind = Transaction.Kind(rawValue: first), kind != .legacy else {
        throw ChainDecodingError(
          "receipt.type", .unknownValue(expected: "1 to 4 or an RLP list", found: "\(first)"))
      }
      self.kind = kind
      payload.removeFirst()
    }
    var reader = try FieldReader(RLP(payload, of: "receipt"), of: "receipt")
    try reader.expectCount(4...4)
    let statusOrRoot = try reader.bytes("status")
    switch (statusOrRoot, Hash32(statusOrRoot)) {
    case ([], _): outcome = .status(false)
    case ([1], _): outcome = .status(true)
    case (_, let root?): outcome = .stateRoot(root)
    default:
      throw reader.error(
        "status", .unknownValue(expected: "0, 1 or a 32-byte root", found: Hex.encodePrefixed(statusOrRoot)))
    }
    cumulativeGasUsed = try reader.uint64("cumulativeGasUsed")
    logsBloom = try reader.bloom("logsBloom")
    logs = []
    for item in try reader.list("logs") {
      logs.append(try Log(item, path: "receipt.logs[\(logs.count)]"))
    }
  }
}

extension Log {
  fileprivate init(_ item: RLP, path: String) throws(ChainDecodingError) {
    var reader = try FieldReader(item, of: path)
    try reader.expectCount(3...3)
    let address = try reader.address("address")
    var items = FieldReader(try reader.list("topics")[...], of: path + ".topics")
    guard items.count <= 4 else {
      throw reader.error("topics", .wrongFieldCount(expected: "0 to 4", found: items.count))
    }
    var topics: [Hash32] = []
    while !items.isAtEnd { topics.append(try items.hash("[\(topics.count)]")) }
    self.init(address: address, topics: topics, data: try reader.bytes("data"))
  }
}
