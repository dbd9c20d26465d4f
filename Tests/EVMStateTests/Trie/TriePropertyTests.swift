import EVMState
import EthereumTypes
import Testing

/// Random sequences of changes, on every way to compute a root.
@Suite("Trie properties")
struct TriePropertyTests {
  /// Keys of few different bytes, so that they share long prefixes and are prefixes of each other.
  static func key(_ generator: inout SplitMix64, fixedLength: Int?) -> Bytes {
    let alphabet: [UInt8] = [0x00, 0x01, 0x10, 0x11, 0x1F, 0xF0]
    let count = fixedLength ?? Int.random(in: 0...5, using: &generator)
    var key = (0..<count).map { _ in alphabet[Int.random(in: 0..<6, using: &generator)] }
    // Long keys get a tail of their own with the same few choices, to fork late as well as early.
    for index in key.indices where count > 5 && index > 2 && index < count - 2 { key[index] = 0xAB }
    return key
  }

  /// Values from one byte, embedded in their parents, to more than a block of Keccak.
  static func value(_ generator: inout SplitMix64) -> Bytes {
    let count = [1, 1, 2, 5, 20, 31, 32, 33, 56, 200].randomElement(using: &generator) ?? 1
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  static func pairs(_ contents: [Bytes: Bytes]) -> [(key: NibblePath, value: Bytes)] {
    contents.compactMap { key, value in NibblePath(key).map { (key: $0, value: value) } }
  }

  @Test("Updating agrees with building anew and with the definition", arguments: UInt64(0)..<30)
  func updatable(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let fixedLength = [nil, 2, 32][Int(seed % 3)]
    var trie = MerklePatriciaTrie()
    var contents: [Bytes: Bytes] = [:]
    for step in 0..<120 {
      let deletes = Int.random(in: 0..<10, using: &generator) < (step > 80 ? 7 : 3)
      let known = contents.keys.sorted { $0.lexicographicallyPrecedes($1) }.randomElement(using: &generator)
      let key = deletes ? known ?? [] : Self.key(&generator, fixedLength: fixedLength)
      let value = deletes ? [] : Self.value(&generator)
      contents[key] = value.isEmpty ? nil : value
      let path = try #require(NibblePath(key))
      try trie.update(path, to: value)
      #expect(try trie.value(at: path) == contents[key])
      let reference = ReferenceTrie.nodes(of: contents)
      #expect(MerklePatriciaTrie.root(of: Self.pairs(contents)) == reference.root)
      // Half of the time changes pile up before the next root.
      if Bool.random(using: &generator) { #expect(trie.rootHash() == reference.root) }
    }
    for (key, value) in contents { #expect(try trie.value(at: #require(NibblePath(key))) == value) }
    for key in contents.keys { try trie.update(#require(NibblePath(key)), to: []) }
    #expect(trie.isEmpty)
    #expect(trie.rootHash() == .emptyTrieRoot)
  }

  @Test("The order of changes does not matter", arguments: UInt64(100)..<110)
  func order(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    var contents: [Bytes: Bytes] = [:]
    for _ in 0..<60 { contents[Self.key(&generator, fixedLength: 4)] = Self.value(&generator) }
    let expected = ReferenceTrie.nodes(of: contents).root
    for _ in 0..<5 {
      let pairs = Self.pairs(contents).shuffled(using: &generator)
      #expect(MerklePatriciaTrie.root(of: pairs) == expected)
      var trie = MerklePatriciaTrie()
      for (path, value) in pairs { try trie.update(path, to: value) }
      #expect(trie.rootHash() == expected)
    }
  }

  @Test("A trie over nodes known by hash agrees with a whole one", arguments: UInt64(200)..<218)
  func sparse(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let fixedLength = [nil, 2, 32][Int(seed % 3)]
    var contents: [Bytes: Bytes] = [:]
    for _ in 0..<80 { contents[Self.key(&generator, fixedLength: fixedLength)] = Self.value(&generator) }
    let (root, nodes) = ReferenceTrie.nodes(of: contents)
    var trie = MerklePatriciaTrie(root: root, nodes: TrieNodeSet(nodes))
    #expect(trie.rootHash() == root)
    for _ in 0..<60 {
      let key = Self.key(&generator, fixedLength: fixedLength)
      let path = try #require(NibblePath(key))
      #expect(try trie.value(at: path) == contents[key])
      let value = Bool.random(using: &generator) ? [] : Self.value(&generator)
      contents[key] = value.isEmpty ? nil : value
      try trie.update(path, to: value)
      #expect(try trie.value(at: path) == contents[key])
    }
    #expect(trie.rootHash() == ReferenceTrie.nodes(of: contents).root)
  }

  @Test(
    "With nodes missing, changes throw and keep the contents, or give the right root",
    arguments: UInt64(300)..<315)
  func incomplete(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    var contents: [Bytes: Bytes] = [:]
    for _ in 0..<50 { contents[Self.key(&generator, fixedLength: 32)] = Self.value(&generator) }
    let (root, nodes) = ReferenceTrie.nodes(of: contents)
    let known = nodes.filter { _ in Int.random(in: 0..<4, using: &generator) > 0 }
    var trie = MerklePatriciaTrie(root: root, nodes: TrieNodeSet(known))
    for _ in 0..<60 {
      let old = contents.keys.sorted { $0.lexicographicallyPrecedes($1) }.randomElement(using: &generator)
      let key = Bool.random(using: &generator) ? old ?? [] : Self.key(&generator, fixedLength: 32)
      let path = try #require(NibblePath(key))
      let value = Bool.random(using: &generator) ? [] : Self.value(&generator)
      do {
        try trie.update(path, to: value)
        contents[key] = value.isEmpty ? nil : value
      } catch {
        guard case .missingNode = error else { throw error }
      }
      #expect(trie.rootHash() == ReferenceTrie.nodes(of: contents).root)
    }
  }

  @Test("A copy is independent")
  func copies() throws {
    let path = try #require(NibblePath([1, 2, 3] as Bytes))
    var first = MerklePatriciaTrie()
    try first.update(path, to: [1])
    var second = first
    try second.update(path, to: [2])
    #expect(try first.value(at: path) == [1])
    #expect(first.rootHash() != second.rootHash())
  }
}
