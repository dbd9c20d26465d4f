import EVMState
import EthereumTypes
import Foundation
import TestFiles
import Testing

/// Execution witnesses of official Amsterdam blocks (EIP-8025), which were made to hold no node more than the
/// state transition needs.
@Suite(
  "Official execution witnesses",
  .enabled(if: TestFiles.fixture("eest-witness") != nil, "eest-witness fixtures are absent")
)
struct WitnessFixtureTests {
  static let folder = TestFiles.fixture("eest-witness")

  static let files: [String] =
    folder.map { folder in
      (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? [])
        .filter { $0.hasSuffix(".json") }.sorted().map { "\(folder)/\($0)" }
    } ?? []

  /// Tests of one valid block, with its witness.
  struct Case {
    let name: String
    let pre: TestState
    let post: TestState
    let preRoot: Hash32
    let postRoot: Hash32
    let nodes: [Bytes]
  }

  static func cases(_ file: String) throws -> [Case] {
    try TrieFixtures.object(file).compactMap { name, body in
      guard let test = body as? [String: Any], let pre = TestState(test["pre"]),
        let post = TestState(test["postState"]),
        let genesis = test["genesisBlockHeader"] as? [String: Any],
        let preRoot = (genesis["stateRoot"] as? String).flatMap({ Hash32(hex: $0) }),
        let blocks = test["blocks"] as? [[String: Any]], blocks.count == 1,
        let header = blocks[0]["blockHeader"] as? [String: Any],
        let postRoot = (header["stateRoot"] as? String).flatMap({ Hash32(hex: $0) }),
        let witness = blocks[0]["executionWitness"] as? [String: Any],
        let nodes = (witness["state"] as? [String])?.compactMap({ Hex.decode($0) })
      else { return nil }
      return Case(name: name, pre: pre, post: post, preRoot: preRoot, postRoot: postRoot, nodes: nodes)
    }
  }

  /// Files whose witness lacks, on purpose, a node that the state difference alone shows to be needed.
  static func isIncomplete(_ file: String) -> Bool {
    [
      "absent_account_proof", "absent_slot_proof", "delete_auxiliary", "sender_account_proof",
      "storage_proof",
    ]
    .contains { file.contains("validation_state_missing_\($0)") }
  }

  @Test("Roots, reads and the state transition agree", arguments: files.filter { !isIncomplete($0) })
  func transition(_ file: String) throws {
    for test in try Self.cases(file) {
      #expect(test.pre.root == test.preRoot, "\(test.name)")
      #expect(test.post.root == test.postRoot, "\(test.name)")
      #expect(try Self.replay(test) == test.postRoot, "\(test.name)")
    }
  }

  @Test("A missing node is named, never guessed", arguments: files.filter(isIncomplete))
  func incomplete(_ file: String) throws {
    for test in try Self.cases(file) {
      let error = #expect(throws: StateReadError.self, "\(test.name)") { try Self.replay(test) }
      guard case .missingState = error else {
        Issue.record("\(test.name): expected missingState, found \(String(describing: error))")
        continue
      }
    }
  }

  /// Reads all that changes, and gives the root after the change.
  static func replay(_ test: Case) throws -> Hash32 {
    let trie = SparseTrie(preStateRoot: test.preRoot, nodes: test.nodes)
    let updates = test.pre.updates(to: test.post)
    for update in updates {
      #expect(try trie.account(update.address) == test.pre.entries[update.address]?.account)
      for (slot, _) in update.slots {
        let expected = test.pre.entries[update.address]?.storage[slot] ?? .zero
        #expect(try trie.storage(update.address, slot) == expected)
      }
    }
    return try trie.stateRoot(after: updates)
  }
}
