import EVMState
import EthereumTypes

extension Block {
  /// The most bytes of a block's RLP from Osaka on (EIP-7934).
  public static let maximumSize = 8_388_608

  /// Gas of the block's limit for each account and slot of its access list (EIP-7928).
  static let gasPerAccessListItem: UInt64 = 2000

  /// Checks that transactions and withdrawals are those that the header commits to.
  public func validateBody() throws(BlockRejection) {
    try require(
      header.transactionsRoot, equals: MerklePatriciaTrie.orderedRoot(of: transactions.map(\.encoded)),
      .transactionsRoot)
    if header.withdrawalsRoot != nil, withdrawals == nil {
      throw BlockRejection(.missingWithdrawals, expected: "a list of withdrawals", found: "none")
    }
    let root = withdrawals.map { MerklePatriciaTrie.orderedRoot(of: $0.map(\.rlp.encoded)) }
    guard root == header.withdrawalsRoot else {
      throw BlockRejection(
        .withdrawalsRoot, expected: root.map { "\($0)" } ?? "none, as there are no withdrawals",
        found: header.withdrawalsRoot.map { "\($0)" } ?? "none")
    }
  }

  /// Checks the uncles under proof of work (Yellow Paper, section 11.1).
  ///
  /// - Parameters:
  ///   - ancestors: the parent and its ancestors, newest first; seven are enough.
  ///   - phase: gives the rules of an uncle by its header.
  ///   - daoForkNumber: where the DAO fork happens, if it does.
  public func validateUncles(
    ancestors: [Block], daoForkNumber: UInt64?, phase: (BlockHeader) -> ChainConfiguration.Phase
  ) throws(BlockRejection) {
    try require(
      header.unclesHash, equals: keccak256(RLP.list(uncles.map(\.rlp)).encoded), .unclesHash)
    guard uncles.count <= 2 else {
      throw BlockRejection(.tooManyUncles, expected: "at most two", found: "\(uncles.count)")
    }
    let recent = ancestors.prefix(7)
    let recentHashes = recent.map(\.hash)
    let taken = Set(recent.flatMap { $0.uncles.map(\.hash) })
    for (index, uncle) in uncles.enumerated() {
      func reject(_ reason: BlockRejection.Reason, _ expected: String) -> BlockRejection {
        BlockRejection(reason, expected: expected, found: "\(uncle.hash)")
      }
      let hash = uncle.hash
      if recentHashes.contains(hash) { throw reject(.uncleIsAncestor, "an uncle that is no ancestor") }
      if taken.contains(hash) { throw reject(.uncleInChain, "an uncle that no ancestor has") }
      if uncles[..<index].contains(where: { $0.hash == hash }) {
        throw reject(.uncleTwice, "different uncles")
      }
      guard let place = recentHashes.firstIndex(of: uncle.parentHash) else {
        throw reject(.uncleParentUnknown, "a child of one of the six blocks before the parent")
      }
      guard place > 0 else { throw reject(.uncleParent, "an uncle, not a sibling") }
      do {
        try uncle.validate(parent: recent[place].header, phase: phase(uncle), daoForkNumber: daoForkNumber)
      } catch {
        throw BlockRejection(.uncleHeader(error.reason), expected: error.expected, found: error.found)
      }
    }
  }
}

extension Block {
  /// Checks that the outcome of running the block is what its header commits to.
  ///
  /// - Parameters:
  ///   - result: the outcome.
  ///   - stateRoots: the state root behind each transaction, which receipts carried before Byzantium.
  ///   - stateRoot: the state root behind the block.
  public func validate(
    _ result: BlockResult, stateRoots: [Hash32]? = nil, stateRoot: Hash32
  ) throws(BlockRejection) {
    try require(header.gasUsed, equals: result.gasUsed, .gasUsed)
    if let used = header.blobGasUsed { try require(used, equals: result.blobGasUsed, .blobGasUsed) }
    let receipts = result.receipts(of: self, stateRoots: stateRoots)
    try require(header.logsBloom, equals: result.logsBloom, .logsBloom)
    try require(
      header.receiptsRoot, equals: MerklePatriciaTrie.orderedRoot(of: receipts.map(\.encoded)), .receiptsRoot)
    if let requests = result.requests, let hash = header.requestsHash {
      try require(hash, equals: SystemContracts.requestsHash(requests), .requestsHash)
    }
    if let hash = header.blockAccessListHash {
      let list = result.accessList
      let limit = header.gasLimit / Self.gasPerAccessListItem
      guard list.itemCount <= limit else {
        throw BlockRejection(
          .blockAccessListSize, expected: "at most \(limit) items", found: "\(list.itemCount)")
      }
      try require(hash, equals: list.hash, .blockAccessList)
    }
    try require(header.stateRoot, equals: stateRoot, .stateRoot)
  }
}
