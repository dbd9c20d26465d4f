import EVMState
import EthereumTypes

extension Block {
  /// The most bytes of a block's RLP from Osaka on (EIP-7934).
  public static let maximumSize = 8_388_608

  /// Checks that transactions, withdrawals and uncles are those that the header commits to.
  public func validateBody() throws(BlockRejection) {
    try require(
      MerklePatriciaTrie.orderedRoot(of: transactions.map(\.encoded)), equals: header.transactionsRoot,
      .transactionsRoot)
    try require(
      keccak256(RLP.list(uncles.map(\.rlp)).encoded), equals: header.unclesHash, .unclesHash)
    let root = withdrawals.map { MerklePatriciaTrie.orderedRoot(of: $0.map(\.rlp.encoded)) }
    guard root == header.withdrawalsRoot else {
      throw BlockRejection(
        .withdrawalsRoot, expected: header.withdrawalsRoot.map { "\($0)" } ?? "no withdrawals",
        found: root.map { "\($0)" } ?? "none")
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
    guard uncles.count <= 2 else { throw reject("at most two", "\(uncles.count)") }
    let recent = ancestors.prefix(7)
    var taken = Set(recent.map(\.hash))
    for ancestor in recent { taken.formUnion(ancestor.uncles.map(\.hash)) }
    for uncle in uncles {
      guard taken.insert(uncle.hash).inserted else {
        throw reject("a header not yet in the chain", "one that is")
      }
      guard let place = recent.firstIndex(where: { $0.hash == uncle.parentHash }), place > 0 else {
        throw reject("a parent among the six blocks before the parent", "\(uncle.parentHash)")
      }
      do {
        try uncle.validate(parent: recent[place].header, phase: phase(uncle), daoForkNumber: daoForkNumber)
      } catch { throw reject("a valid header", "one that breaks the rule \(error.reason)") }
    }
  }

  private func reject(_ expected: String, _ found: String) -> BlockRejection {
    BlockRejection(.uncle, expected: expected, found: found)
  }
}
