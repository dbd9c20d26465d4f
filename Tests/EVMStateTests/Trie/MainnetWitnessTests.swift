import EVMState
import EthereumTypes
import Foundation
import Testing

/// The witnesses of real mainnet blocks.
@Suite(
  "Mainnet witnesses", .enabled(if: TrieFixtures.path("blocks") != nil, "mainnet block fixtures are absent"))
struct MainnetWitnessTests {
  /// The largest files take minutes in a debug build, which hashes some 50 times slower.
  #if DEBUG
    static let largestFile = 2_000_000
  #else
    static let largestFile = Int.max
  #endif

  static let files: [String] =
    TrieFixtures.path("blocks").map { folder in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return names.filter { $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }.filter { path in
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? Int ?? 0) <= largestFile
      }
    } ?? []

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
      #expect(try trie.account(address) == entry.account, "\(address)")
      for (slot, value) in entry.storage {
        #expect(try trie.storage(address, slot) == value, "\(Location.storage(address, slot))")
      }
    }
    // Writing every value as it is changes no hash.
    try trie.apply(
      pre.entries.map { address, entry in
        StateUpdate(address, entry.account, slots: entry.storage.map { (key: $0, value: $1) })
      })
    #expect(trie.stateRoot() == root)
  }
}
