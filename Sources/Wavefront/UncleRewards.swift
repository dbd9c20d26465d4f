import ChainFormats
import EVM
import EVMState
import EthereumTypes

/// The rewards of uncles that a snapshot's header names by hash only.
///
/// Without the uncles' headers nobody knows whom to pay. But there are only so many possibilities: one or two uncles,
/// one to six blocks old, mined by accounts of the pre-state. If one of them leads to the header's state root, it is the
/// truth, as surely as Keccak-256 has no collisions, and all the rest of the state is right as well.
struct UncleRewards {
  private let snapshot: BlockSnapshot
  private let reward: UInt256

  init(_ snapshot: BlockSnapshot) {
    self.snapshot = snapshot
    reward = BlockProcessor.blockReward(snapshot.fork) ?? .zero
  }

  /// The header's state root if some assignment of rewards on top of `updates` leads to it, nil otherwise. At most
  /// (6 · accounts)² / 2 roots are computed.
  func root(after updates: [StateUpdate], in trie: SparseTrie) throws(StateReadError) -> Hash32? {
    guard !reward.isZero else { return nil }
    // Who is in the pre-state but was not needed by any transaction is there for a reward: try those first, and alone
    // if the pre-state is large.
    let touched = Set(updates.map(\.address))
    let idle = snapshot.preState.entries.keys.filter { !touched.contains($0) }.sorted()
    let busy = snapshot.preState.entries.keys.filter { touched.contains($0) }.sorted()
    let candidates = idle + (idle.count + busy.count <= 24 ? busy : [])
    let claims = candidates.flatMap { address in (1...6).map { Claim(address, UInt64($0), reward) } }
    for claim in claims {
      if let root = try matchingRoot([claim], updates, trie) { return root }
    }
    for (index, first) in claims.enumerated() {
      for second in claims[index...] {
        if let root = try matchingRoot([first, second], updates, trie) { return root }
      }
    }
    return nil
  }

  private struct Claim {
    let address: Address
    let amount: UInt256

    init(_ address: Address, _ age: UInt64, _ reward: UInt256) {
      self.address = address
      amount = (reward &* UInt256(8 - age)).divided(by: 8)
    }
  }

  private func matchingRoot(
    _ claims: [Claim], _ updates: [StateUpdate], _ trie: SparseTrie
  ) throws(StateReadError) -> Hash32? {
    let nephew = reward.divided(by: 32) &* UInt256(UInt64(claims.count))
    var updates = updates
    try credit(snapshot.block.header.coinbase, nephew, &updates)
    for claim in claims { try credit(claim.address, claim.amount, &updates) }
    let root = try trie.stateRoot(after: updates)
    return root == snapshot.block.header.stateRoot ? root : nil
  }

  private func credit(
    _ address: Address, _ amount: UInt256, _ updates: inout [StateUpdate]
  ) throws(StateReadError) {
    if let index = updates.firstIndex(where: { $0.address == address }) {
      var account = updates[index].account ?? Account()
      account.balance &+= amount
      updates[index].account = account
    } else {
      var account = try snapshot.preState.account(address) ?? Account()
      account.balance &+= amount
      updates.append(StateUpdate(address, account))
    }
  }
}
