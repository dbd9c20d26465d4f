import EVMState
import EthereumTypes
import Foundation
import TestFiles
import Testing

/// The witnesses of real mainnet blocks.
@Suite(
  "Mainnet witnesses", .enabled(if: TestFiles.fixture("blocks") != nil, "mainnet block fixtures are absent"))
struct MainnetWitnessTests {
  static let files = TestFiles.fixtures(in: "blocks")

  /// Contracts that only receive withdrawals in their block, whose code hash the snapshot lacks.
  static let isListedWithoutCode = Set(
    [
      "0x926720ae39114d0e2043b79570a1e08f00d01cce", "0x259a36d8c99d996ba87185e301fa51e51d41e100",
      "0xf897e5cbab216805ded275c3d8caf0a3477e3400", "0xb9d7934878b5fb9610b3fe8a5e441e8fad7e293f",
    ].compactMap { Address(hex: $0) })

  @Test("Header roots are those of the lists", arguments: files)
  func lists(_ file: String) throws {
    let block = try TrieFixtures.object(file)
    let header = try #require(block["header"] as? [String: Any])
    let transactions = try #require(block["transactions"] as? [String]).compactMap { Hex.decode($0) }
    let root = MerklePatriciaTrie.orderedRoot(of: transactions)
    #expect(root.description == header["transactionsRoot"] as? String)
    let expected = try #require(block["expected"] as? [String: Any])
    guard expected["receiptsRootChecked"] as? Bool == true else { return }
    let receipts = try #require(expected["receipts"] as? [String]).compactMap { Hex.decode($0) }
    #expect(MerklePatriciaTrie.orderedRoot(of: receipts).description == header["receiptsRoot"] as? String)
  }

  @Test("Every account and slot of the pre-state is proved by the witness", arguments: files)
  func reads(_ file: String) throws {
    let block = try TrieFixtures.object(file)
    guard let witness = block["witness"] as? [String: Any] else { return }
    let root = try #require((witness["preStateRoot"] as? String).flatMap { Hash32(hex: $0) })
    let nodes = try #require(witness["nodes"] as? [String]).compactMap { Hex.decode($0) }
    let pre = try #require(TestState(block["pre"]))
    var trie = SparseTrie(preStateRoot: root, nodes: nodes)
    for (address, entry) in pre.entries {
      let proved = try trie.account(address)
      if Self.isListedWithoutCode.contains(address) {
        #expect(proved?.nonce == entry.account.nonce && proved?.balance == entry.account.balance)
      } else {
        #expect(proved == entry.account, "\(address)")
      }
      for (slot, value) in entry.storage {
        #expect(try trie.storage(address, slot) == value, "\(Location.storage(address, slot))")
      }
    }
    // Changing every value and changing it back hashes every node on the way anew.
    let same = try pre.entries.map { address, entry in
      StateUpdate(address, try trie.account(address), slots: entry.storage.map { (key: $0, value: $1) })
    }
    var changed = same.filter { $0.account != nil }
    for index in changed.indices {
      changed[index].account?.balance &+= 1
      for slot in changed[index].slots.indices {
        changed[index].slots[slot].value = changed[index].slots[slot].value == 1 ? 2 : 1
      }
    }
    try trie.apply(changed)
    #expect(trie.stateRoot() != root || changed.isEmpty)
    try trie.apply(same)
    #expect(trie.stateRoot() == root)
  }
}
