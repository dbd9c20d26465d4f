public import ChainFormats
public import EVM
public import EVMState
public import EthereumTypes

/// What a run gives for the fields of a header that depend on execution, beside what the chain recorded.
public struct HeaderCheck: Hashable, Sendable {
  /// Gas used by the block.
  public var gasUsed: UInt64
  /// Whether the gas of the block and of each transaction is as recorded.
  public var gasMatches: Bool
  /// Root of the receipts; nil where receipts carry state roots (before Byzantium) and the snapshot has no witness
  /// to compute them with.
  public var receiptsRoot: Hash32?
  /// Whether the receipts root is the header's; nil where there is none.
  public var receiptsRootMatches: Bool?
  /// Bloom of all logs.
  public var logsBloom: Bloom
  /// Whether the bloom is the header's.
  public var logsBloomMatches: Bool
  /// Root of the state behind the block; nil without a witness that suffices for it.
  public var stateRoot: Hash32?
  /// Whether the state root is the header's; nil where there is none.
  public var stateRootMatches: Bool?
  /// Why there is no state root although the snapshot has a witness.
  public var stateRootProblem: StateReadError?

  /// Whether everything that could be computed is as recorded.
  public var matches: Bool {
    gasMatches && receiptsRootMatches != false && logsBloomMatches && stateRootMatches != false
  }

  /// Compares a run of a snapshot's block with the snapshot.
  ///
  /// - Parameters:
  ///   - snapshot: the block as recorded.
  ///   - result: the outcome.
  ///   - state: the state behind the block, on top of the snapshot's pre-state.
  public init(_ snapshot: BlockSnapshot, result: BlockResult, state: MemoryState) {
    let header = snapshot.block.header
    gasUsed = result.gasUsed
    gasMatches =
      result.gasUsed == header.gasUsed
      && result.transactions.map(\.gasUsed) == snapshot.expected.transactionGasUsed
    logsBloom = result.logsBloom
    logsBloomMatches = logsBloom == header.logsBloom

    let hasStatus = ForkRules(snapshot.fork).hasReceiptStatus
    let trie = snapshot.witness.map { SparseTrie(preStateRoot: $0.preStateRoot, nodes: $0.nodes) }
    let roots = hasStatus ? nil : trie.flatMap { Self.intermediateRoots($0, snapshot, result) }
    if hasStatus || roots != nil {
      let receipts = result.receipts(of: snapshot.block, stateRoots: roots)
      let root = MerklePatriciaTrie.orderedRoot(of: receipts.map(\.encoded))
      receiptsRoot = root
      receiptsRootMatches = root == header.receiptsRoot
    }
    guard let trie else { return }
    do throws(StateReadError) {
      let updates = try Self.restoringCodeHashes(state.updates, snapshot, trie)
      var root = try trie.stateRoot(after: updates)
      if root != header.stateRoot, snapshot.lacksUncles {
        root = try UncleRewards(snapshot).root(after: updates, in: trie) ?? root
      }
      stateRoot = root
      stateRootMatches = root == header.stateRoot
    } catch { stateRootProblem = error }
  }

  /// Snapshots made from witnesses give accounts whose code nobody looked at as if they had none. The trie knows
  /// better: where the block left the code alone, the trie's code hash counts.
  private static func restoringCodeHashes(
    _ updates: [StateUpdate], _ snapshot: BlockSnapshot, _ trie: SparseTrie
  ) throws(StateReadError) -> [StateUpdate] {
    var updates = updates
    for index in updates.indices {
      let before = try snapshot.preState.account(updates[index].address)
      guard let before, updates[index].account?.codeHash == before.codeHash,
        let known = try trie.account(updates[index].address)
      else { continue }
      updates[index].account?.codeHash = known.codeHash
    }
    return updates
  }

  /// The state root behind each transaction, which receipts carried before Byzantium; nil where the witness does not
  /// suffice.
  private static func intermediateRoots(
    _ trie: SparseTrie, _ snapshot: BlockSnapshot, _ result: BlockResult
  ) -> [Hash32]? {
    var trie = trie
    let state = MemoryState(base: snapshot.preState)
    var roots: [Hash32] = []
    do throws(StateReadError) {
      for transaction in result.transactions {
        try state.apply(transaction.effects)
        try trie.apply(try transaction.effects.updates(leading: state))
        roots.append(trie.stateRoot())
      }
    } catch { return nil }
    return roots
  }
}
