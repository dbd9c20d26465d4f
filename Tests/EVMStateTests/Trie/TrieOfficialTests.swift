import EVMState
import EthereumTypes
import Foundation
import TestFiles
import Testing

/// ethereum/tests, `TrieTests`.
@Suite("Official trie tests")
struct TrieOfficialTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    /// In order; a nil value deletes.
    let steps: [(key: NibblePath, value: Bytes?)]
    let root: Hash32
    var testDescription: String { name }

    /// The contents after the last step.
    var contents: [NibblePath: Bytes] {
      var contents: [NibblePath: Bytes] = [:]
      for (key, value) in steps { contents[key] = value }
      return contents
    }
  }

  static let folder = TestFiles.fixture("ethereum-tests/TrieTests")

  static let cases: [Case] =
    ["trietest", "trieanyorder"].flatMap { load($0, isSecure: false) }
    + ["trietest_secureTrie", "trieanyorder_secureTrie", "hex_encoded_securetrie_test"]
    .flatMap { load($0, isSecure: true) }

  static func load(_ file: String, isSecure: Bool) -> [Case] {
    guard let folder, let tests = try? TrieFixtures.object("\(folder)/\(file).json") else { return [] }
    return tests.sorted { $0.key < $1.key }.compactMap { name, body in
      guard let body = body as? [String: Any], let text = body["root"] as? String,
        let root = Hash32(hex: text)
      else { return nil }
      var pairs: [(String, String?)] = []
      if let list = body["in"] as? [[Any]] {
        pairs = list.compactMap { item in (item[0] as? String).map { ($0, item[1] as? String) } }
      } else if let object = body["in"] as? [String: Any] {
        pairs = object.map { ($0, $1 as? String) }
      }
      let steps = pairs.compactMap { key, value -> (key: NibblePath, value: Bytes?)? in
        let bytes = TrieFixtures.bytes(key)
        let path = isSecure ? NibblePath(keccak256(bytes)) : NibblePath(bytes)
        return path.map { ($0, value.map(TrieFixtures.bytes)) }
      }
      guard steps.count == pairs.count else { return nil }
      return Case(name: "\(file)/\(name)", steps: steps, root: root)
    }
  }

  @Test("The fixtures are complete", .enabled(if: folder != nil, "TrieTests fixtures are absent"))
  func complete() { #expect(Self.cases.count == 25) }

  @Test("Building from all contents gives the official root", arguments: cases)
  func bottomUp(_ test: Case) {
    #expect(MerklePatriciaTrie.root(of: test.contents.map { (key: $0, value: $1) }) == test.root)
  }
}
