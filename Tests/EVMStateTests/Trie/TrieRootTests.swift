import EVMState
import EthereumTypes
import Testing

@Suite("Roots of whole tries")
struct TrieRootTests {
  @Test("An empty trie has the published empty root")
  func empty() {
    let published = Hash32(hex: "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
    #expect(MerklePatriciaTrie.orderedRoot(of: []) == published)
    #expect(MerklePatriciaTrie.storageRoot(of: [1: 0]) == published)
    #expect(stateRoot(of: []) == published)
  }
}
