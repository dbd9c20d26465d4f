import EVMState
import EthereumTypes
import Testing

/// Nodes that hash as they should and are wrong all the same.
@Suite("Hostile trie nodes")
struct HostileTrieTests {
  static let key = NibblePath(keccak256([1]))

  /// The tries' answer to a root node of these bytes: nil where it was accepted.
  static func error(_ node: Bytes) -> TrieError? {
    let trie = MerklePatriciaTrie(root: keccak256(node), nodes: TrieNodeSet([node]))
    do {
      _ = try trie.value(at: key)
      return nil
    } catch {
      return error
    }
  }

  static let hash = RLP.bytes(Bytes(repeating: 7, count: 32))
  static let empty = RLP.bytes([])

  static let malformed: [(String, Bytes)] = [
    ("no bytes", []),
    ("a string", RLP.bytes([1, 2, 3]).encoded),
    ("bytes behind the list", RLP.list([.bytes([0x20]), .bytes([1])]).encoded + [0]),
    ("a truncated list", Bytes(RLP.list([.bytes([0x20]), hash]).encoded.dropLast())),
    ("an empty list", RLP.list([]).encoded),
    ("three items", RLP.list([.bytes([0x20]), hash, hash]).encoded),
    ("sixteen items", RLP.list(Array(repeating: empty, count: 16)).encoded),
    ("eighteen items", RLP.list(Array(repeating: empty, count: 18)).encoded),
    ("a leaf without path", RLP.list([empty, hash]).encoded),
    ("a list for path", RLP.list([.list([]), hash]).encoded),
    ("unknown path flags", RLP.list([.bytes([0x40]), hash]).encoded),
    ("padding in an even path", RLP.list([.bytes([0x21]), hash]).encoded),
    ("a path longer than a key", RLP.list([.bytes([0x31] + Bytes(repeating: 1, count: 32)), hash]).encoded),
    ("a path of 40 bytes", RLP.list([.bytes(Bytes(repeating: 0, count: 40)), hash]).encoded),
    ("a leaf without value", RLP.list([.bytes([0x20]), empty]).encoded),
    ("a list for a leaf's value", RLP.list([.bytes([0x20]), .list([])]).encoded),
    ("an extension without path", RLP.list([.bytes([0x00]), hash]).encoded),
    ("an extension without child", RLP.list([.bytes([0x11]), empty]).encoded),
    ("a short child hash", RLP.list(Array(repeating: .bytes([1, 2, 3]), count: 16) + [empty]).encoded),
    (
      "an embedded child of 32 bytes",
      RLP.list(Array(repeating: .list([.bytes(Bytes(repeating: 9, count: 31))]), count: 16) + [empty]).encoded
    ),
    (
      "a malformed embedded child",
      RLP.list(Array(repeating: .list([.bytes([1])]), count: 16) + [empty]).encoded
    ),
    ("a list for a branch's value", RLP.list(Array(repeating: empty, count: 16) + [.list([])]).encoded),
    ("a length in longer form than needed", [0xF8, 0x03, 0x20, 0x81, 0x80]),
    ("a length beyond the end of memory", [0xFF] + Bytes(repeating: 0xFF, count: 8)),
  ]

  @Test("Malformed nodes are refused with their hash", arguments: malformed)
  func refused(_ name: String, _ node: Bytes) {
    guard case .malformedNode(let hash, _)? = Self.error(node) else {
      Issue.record("\(name): accepted")
      return
    }
    #expect(hash == keccak256(node))
    var trie = MerklePatriciaTrie(root: hash, nodes: TrieNodeSet([node]))
    #expect(throws: TrieError.self) { try trie.update(Self.key, to: [1]) }
    #expect(throws: TrieError.self) { try trie.update(Self.key, to: []) }
    #expect(trie.rootHash() == hash)
  }

  @Test("A path that goes on beyond the longest key ends in an error")
  func tooDeep() {
    // Each branch holds sixteen times the one below: 16^70 nodes to whoever follows them all.
    var nodes: [Bytes] = [RLP.list([.bytes([0x20]), .bytes([1])]).encoded]
    for _ in 0..<70 {
      let child: RLP =
        nodes.count == 1 ? .list([.bytes([0x20]), .bytes([1])]) : .bytes(keccak256(nodes.last ?? []).bytes)
      nodes.append(RLP.list(Array(repeating: child, count: 16) + [Self.empty]).encoded)
    }
    var trie = MerklePatriciaTrie(root: keccak256(nodes.last ?? []), nodes: TrieNodeSet(nodes))
    #expect(throws: TrieError.self) { try trie.value(at: Self.key) }
    #expect(throws: TrieError.self) { try trie.update(Self.key, to: [1]) }
    #expect(throws: TrieError.self) { try trie.update(Self.key, to: []) }
    #expect(trie.rootHash() == keccak256(nodes.last ?? []))
  }

  @Test("Branches and extensions that no honest trie has do not break removal")
  func uncanonical() throws {
    let leaf = RLP.list([.bytes([0x31]), .bytes([5])])
    for chain in 1..<20 {
      // Branches with one child each, and extensions in a row.
      var node = leaf
      var nodes: [Bytes] = []
      var path: [UInt8] = [1]
      for level in 0..<chain {
        let encoded = node.encoded
        nodes.append(encoded)
        let reference = encoded.count < 32 ? node : RLP.bytes(keccak256(encoded).bytes)
        var items = Array(repeating: Self.empty, count: 17)
        items[3] = reference
        node = level % 3 == 2 ? .list([.bytes([0x13]), reference]) : .list(items)
        path.insert(3, at: 0)
      }
      nodes.append(node.encoded)
      if path.count % 2 == 1 { continue }
      let key = try #require(
        NibblePath(stride(from: 0, to: path.count, by: 2).map { path[$0] << 4 | path[$0 + 1] }))
      var trie = MerklePatriciaTrie(root: keccak256(node.encoded), nodes: TrieNodeSet(nodes))
      #expect(try trie.value(at: key) == [5])
      try trie.update(key, to: [])
      #expect(try trie.value(at: key) == nil)
      _ = trie.rootHash()
      try trie.update(key, to: [6])
      #expect(try trie.value(at: key) == [6])
    }
  }

  @Test("Nodes with random changes never crash reading, changing or hashing", arguments: UInt64(0)..<40)
  func mutated(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    var contents: [Bytes: Bytes] = [:]
    for _ in 0..<12 {
      contents[TriePropertyTests.key(&generator, fixedLength: 3)] = TriePropertyTests.value(&generator)
    }
    let (_, nodes) = ReferenceTrie.nodes(of: contents)
    for _ in 0..<100 {
      var root = nodes.last ?? []
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: 0..<root.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: root[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: root.insert(UInt8.random(in: 0...255, using: &generator), at: index)
        default: if root.count > 1 { root.remove(at: index) }
        }
      }
      var trie = MerklePatriciaTrie(root: keccak256(root), nodes: TrieNodeSet(nodes + [root]))
      for key in contents.keys {
        let path = try #require(NibblePath(key))
        _ = try? trie.value(at: path)
        try? trie.update(path, to: Bool.random(using: &generator) ? [] : [1])
        _ = trie.rootHash()
      }
    }
  }

  @Test("Leaves that are not accounts or slot values are refused")
  func values() throws {
    let address = Address(1)
    for value in [
      [1], RLP.list([.bytes([1])]).encoded,
      RLP.list([.bytes([0]), Self.empty, Self.hash, Self.hash]).encoded,
    ] {
      var trie = MerklePatriciaTrie()
      try trie.update(NibblePath(keccak256(address)), to: value as Bytes)
      let leaf = RLP.list([.bytes([0x20] + keccak256(address).bytes), .bytes(value)]).encoded
      #expect(trie.rootHash() == keccak256(leaf))
      let state = SparseTrie(preStateRoot: keccak256(leaf), nodes: [leaf])
      #expect(throws: StateReadError.self) { try state.account(address) }
    }
    for value in [
      [0x00], [0x80], [0x81, 0x80, 0x01], [0xC0], Bytes([0xA1]) + Bytes(repeating: 1, count: 33),
    ] as [Bytes] {
      let slot = RLP.list([.bytes([0x20] + keccak256(UInt256(5)).bytes), .bytes(value)]).encoded
      let account = RLP.list([
        .quantity(UInt64(1)), .quantity(UInt64(2)), .bytes(keccak256(slot).bytes), Self.hash,
      ])
      let leaf = RLP.list([.bytes([0x20] + keccak256(address).bytes), .bytes(account.encoded)]).encoded
      let state = SparseTrie(preStateRoot: keccak256(leaf), nodes: [leaf, slot])
      #expect(try state.account(address)?.balance == 2)
      #expect(throws: StateReadError.self) { try state.storage(address, 5) }
      #expect(try state.storage(address, 6) == 0)
    }
  }
}
