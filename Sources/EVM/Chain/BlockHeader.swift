public import EthereumTypes

/// A block header (Yellow Paper, section 4.3, and the EIPs named below).
///
/// The optional fields came one after the other; a header that has one has all before it.
public struct BlockHeader: Hashable, Sendable {
  /// The hash of the parent's header.
  public var parentHash = Hash32.zero
  /// Keccak-256 of the RLP list of uncle headers.
  public var unclesHash = Hash32.emptyListHash
  /// Who receives fees, and rewards before Paris.
  public var coinbase = Address.zero
  /// The root of the state trie after the block.
  public var stateRoot = Hash32.emptyTrieRoot
  /// The root of the trie of transactions.
  public var transactionsRoot = Hash32.emptyTrieRoot
  /// The root of the trie of receipts.
  public var receiptsRoot = Hash32.emptyTrieRoot
  /// The union of the receipts' blooms.
  public var logsBloom = Bloom()
  /// The difficulty; zero from Paris on.
  public var difficulty = UInt256.zero
  /// The number of ancestors.
  public var number: UInt64 = 0
  /// The most gas the transactions may use together.
  public var gasLimit: UInt64 = 0
  /// The gas the transactions used.
  public var gasUsed: UInt64 = 0
  /// Unix time in seconds.
  public var timestamp: UInt64 = 0
  /// At most 32 bytes of the miner's choice.
  public var extraData: Bytes = []
  /// The proof-of-work mix hash, or the beacon chain's randomness from Paris on (EIP-4399).
  public var mixHash = Hash32.zero
  /// The proof-of-work nonce; zero from Paris on.
  public var nonce: UInt64 = 0
  /// Wei burnt for each unit of gas (EIP-1559).
  public var baseFeePerGas: UInt256?
  /// The root of the trie of withdrawals (EIP-4895).
  public var withdrawalsRoot: Hash32?
  /// The blob gas the transactions used (EIP-4844).
  public var blobGasUsed: UInt64?
  /// The running excess of blob gas over the target (EIP-4844).
  public var excessBlobGas: UInt64?
  /// The root of the parent beacon block (EIP-4788).
  public var parentBeaconBlockRoot: Hash32?
  /// The hash of the execution-layer requests (EIP-7685).
  public var requestsHash: Hash32?
  /// The hash of the block access list (EIP-7928).
  public var blockAccessListHash: Hash32?
  /// The beacon chain's slot (EIP-7843).
  public var slotNumber: UInt64?

  /// Makes the header of an empty block of the first fork, to be filled in.
  public init() {}

  /// The block's hash: Keccak-256 of the header's RLP.
  public var hash: Hash32 { keccak256(rlp.encoded) }

  /// The header as an RLP list. Optional fields behind the first absent one are left out.
  public var rlp: RLP {
    var items: [RLP] = [
      .hash(parentHash), .hash(unclesHash), .address(coinbase), .hash(stateRoot), .hash(transactionsRoot),
      .hash(receiptsRoot), .bytes(logsBloom.bytes), .quantity(difficulty), .quantity(number),
      .quantity(gasLimit), .quantity(gasUsed), .quantity(timestamp), .bytes(extraData), .hash(mixHash),
      .bytes(Bytes(UInt256(nonce).bigEndianBytes.suffix(8))),
    ]
    let optional: [RLP?] = [
      baseFeePerGas.map { .quantity($0) }, withdrawalsRoot.map(RLP.hash), blobGasUsed.map { .quantity($0) },
      excessBlobGas.map { .quantity($0) }, parentBeaconBlockRoot.map(RLP.hash), requestsHash.map(RLP.hash),
      blockAccessListHash.map(RLP.hash), slotNumber.map { .quantity($0) },
    ]
    for case let item? in optional.prefix(while: { $0 != nil }) { items.append(item) }
    return .list(items)
  }

  /// Decodes a header from its RLP.
  public init(decoding bytes: Bytes) throws(ChainDecodingError) {
    try self.init(RLP(bytes, of: "header"))
  }

  /// Decodes a header from an RLP list of 15 to 23 fields.
  public init(_ value: RLP) throws(ChainDecodingError) {
    var reader = try FieldReader(value, of: "header")
    try reader.expectCount(15...23)
    parentHash = try reader.hash("parentHash")
    unclesHash = try reader.hash("sha3Uncles")
    coinbase = try reader.address("miner")
    stateRoot = try reader.hash("stateRoot")
    transactionsRoot = try reader.hash("transactionsRoot")
    receiptsRoot = try reader.hash("receiptsRoot")
    logsBloom = try reader.bloom("logsBloom")
    difficulty = try reader.word("difficulty")
    number = try reader.uint64("number")
    gasLimit = try reader.uint64("gasLimit")
    gasUsed = try reader.uint64("gasUsed")
    timestamp = try reader.uint64("timestamp")
    extraData = try reader.bytes("extraData")
    mixHash = try reader.hash("mixHash")
    let nonceBytes = try reader.bytes("nonce")
    guard nonceBytes.count == 8, let nonceWord = UInt256(bigEndian: nonceBytes) else {
      throw reader.error("nonce", .wrongLength(expected: "8", found: nonceBytes.count))
    }
    nonce = nonceWord.l0
    if !reader.isAtEnd { baseFeePerGas = try reader.word("baseFeePerGas") }
    if !reader.isAtEnd { withdrawalsRoot = try reader.hash("withdrawalsRoot") }
    if !reader.isAtEnd { blobGasUsed = try reader.uint64("blobGasUsed") }
    if !reader.isAtEnd { excessBlobGas = try reader.uint64("excessBlobGas") }
    if !reader.isAtEnd { parentBeaconBlockRoot = try reader.hash("parentBeaconBlockRoot") }
    if !reader.isAtEnd { requestsHash = try reader.hash("requestsHash") }
    if !reader.isAtEnd { blockAccessListHash = try reader.hash("blockAccessListHash") }
    if !reader.isAtEnd { slotNumber = try reader.uint64("slotNumber") }
  }
}
