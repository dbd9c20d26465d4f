public import EVM
public import EVMBytecode
public import EVMState
public import EthereumTypes

/// A block with everything needed to run it and to judge the result: the format `block-snapshot/1`.
///
/// One JSON object: `chainId`, `number`, `hash`, `fork`; `header` and `parentHeader` with JSON-RPC names;
/// `blockHashes` by number; `transactions` in consensus encoding; `senders` or null; `withdrawals` and
/// `uncles`; `pre` with the state before the block; `codes` by hash; `witness` or null; `expected`.
public struct BlockSnapshot: Sendable {
  /// The file's path as it was given.
  public var file: String
  /// The chain (EIP-155).
  public var chainID: UInt64
  /// The rules to run the block by.
  public var fork: Fork
  /// The block. Its uncles may be missing: see `lacksUncles`.
  public var block: Block
  /// The hash the file gives for the block, which its header was checked against.
  public var hash: Hash32
  /// The parent's header where known.
  public var parent: BlockHeader?
  /// The hashes of the uncles.
  public var uncleHashes: [Hash32]
  /// The senders as the chain recorded them; nil where they are not recorded.
  public var recordedSenders: [Address]?
  /// The state before the block with codes and block hashes. Accounts and slots it lacks do not exist.
  public var preState: MemoryState
  /// Trie nodes that prove the pre-state and suffice for the root after the block.
  public var witness: Witness?
  /// What the chain recorded.
  public var expected: Expected
  /// `expected.access`, read on demand.
  let accessRecords: JSONValue?

  /// A partial state trie.
  public struct Witness: Hashable, Sendable {
    /// The root of the state before the block.
    public var preStateRoot: Hash32
    /// RLP of trie nodes, in no order.
    public var nodes: [Bytes]
  }

  /// The recorded outcome of the block.
  public struct Expected: Hashable, Sendable {
    /// Gas used by the whole block.
    public var gasUsed: UInt64
    /// Gas used by each transaction.
    public var transactionGasUsed: [UInt64]
    /// Consensus encodings of the receipts.
    public var receipts: [Bytes]
    /// Whether an independent run reproduced the header's receipts root.
    public var receiptsRootChecked: Bool
    /// Whether an independent run reproduced the header's state root.
    public var stateRootChecked: Bool
  }

  /// Whether the header names uncles that the file does not have, so that their rewards cannot be paid.
  public var lacksUncles: Bool { block.uncles.isEmpty && block.header.unclesHash != .emptyListHash }

  /// Recovers the senders on several threads and compares them with the recorded ones.
  public func recoverSenders(workers: Int) throws(FormatError) -> [Address] {
    let results = Transaction.recoverSenders(
      of: block.transactions, workers: workers, allowingHighS: fork < .homestead)
    var senders: [Address] = []
    senders.reserveCapacity(results.count)
    for (index, result) in results.enumerated() {
      switch result {
      case .failure(let error):
        throw FormatError(
          file: file, field: "transactions[\(index)]",
          .unexpected(expected: "a transaction with a valid signature", found: "\(error)"))
      case .success(let sender):
        if let recorded = recordedSenders?[index], recorded != sender {
          throw FormatError(
            file: file, field: "senders[\(index)]",
            .contradiction(expected: "\(sender)", found: "\(recorded)"))
        }
        senders.append(sender)
      }
    }
    return senders
  }
}

/// What a transaction read and changed as an independent implementation recorded it.
public struct RecordedAccess: Hashable, Sendable {
  /// Storage slots read, those of reverted frames included.
  public var reads: [Location]
  /// Storage slots changed.
  public var writes: [Location]
  /// Accounts whose nonce, balance or code changed, or that were created or deleted.
  public var changedAccounts: [Address]
  /// Accounts that were looked at.
  public var touched: [Address]
}

extension BlockSnapshot {
  /// The access records of the transactions in order; empty where the file has none.
  public func recordedAccess() throws(FormatError) -> [RecordedAccess] {
    guard let records = try accessRecords?.elements() else { return [] }
    var result: [RecordedAccess] = []
    result.reserveCapacity(records.count)
    for record in records {
      var changed: [Address] = []
      for member in try record.member("accountChanged").members() {
        changed.append(try member.keyAsValue.address())
      }
      var touched: [Address] = []
      for address in try record.member("touched").elements() { touched.append(try address.address()) }
      result.append(
        RecordedAccess(
          reads: try Self.locations(record.member("reads")),
          writes: try Self.locations(record.member("writes")), changedAccounts: changed, touched: touched))
    }
    return result
  }

  private static func locations(_ list: JSONValue) throws(FormatError) -> [Location] {
    var locations: [Location] = []
    for value in try list.elements() {
      guard let location = Location(try value.string()), location.field == .storage else {
        throw value.unexpected("0xaddress/0xslot")
      }
      locations.append(location)
    }
    return locations
  }
}
