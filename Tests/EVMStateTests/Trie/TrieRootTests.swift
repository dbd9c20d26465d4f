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

  @Test(
    "Lists of every length class agree with the definition",
    arguments: [1, 2, 3, 16, 17, 127, 128, 129, 130, 255, 256, 257, 300])
  func lists(_ count: Int) {
    let items = (0..<count).map { Bytes(repeating: UInt8($0 & 0xFF), count: 1 + $0 * 7 % 90) }
    let contents = items.enumerated().map { (RLP.quantity(UInt64($0)).encoded, $1) }
    let expected = ReferenceTrie.nodes(of: Dictionary(uniqueKeysWithValues: contents)).root
    #expect(MerklePatriciaTrie.orderedRoot(of: items) == expected)
  }

  @Test("Of several values for one key the last one counts, and empty ones are none")
  func duplicates() throws {
    let path = try #require(NibblePath([1, 2] as Bytes))
    let other = try #require(NibblePath([1, 3] as Bytes))
    let once = MerklePatriciaTrie.root(of: [(key: path, value: [7])])
    #expect(
      MerklePatriciaTrie.root(
        of: [(key: path, value: [9]), (key: other, value: []), (key: path, value: [7])]) == once)
  }

  @Test("A state's root does not depend on the order of its accounts, nor on slots that are zero")
  func states() {
    let accounts = (UInt64(1)..<40).map {
      (
        address: Address($0), account: Account(nonce: $0, balance: 5),
        storage: [UInt256($0): 7, 900: 1] as [UInt256: UInt256]
      )
    }
    let expected = stateRoot(of: accounts)
    #expect(stateRoot(of: accounts.reversed()) == expected)
    var builder = StateRootBuilder()
    for (address, account, storage) in accounts {
      builder.add(address, account, storage: storage.merging([1000: 0]) { $1 })
    }
    #expect(builder.finish() == expected)
    #expect(builder.finish() == .emptyTrieRoot)
  }

  @Test("Paths longer than a key are refused")
  func paths() {
    #expect(NibblePath(Bytes(repeating: 1, count: 32))?.count == 64)
    #expect(NibblePath(Bytes(repeating: 1, count: 33)) == nil)
    #expect(NibblePath([0x12, 0xAB] as Bytes)?.description == "12ab")
    #expect(NibblePath([] as Bytes) == .empty)
  }
}
