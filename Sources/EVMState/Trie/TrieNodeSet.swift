public import EthereumTypes

/// Encoded trie nodes known by their hashes: what a state proof or execution witness consists of.
///
/// The nodes are only trusted through the hash by which they were asked for, and are checked for canonical
/// form when visited. Immutable, so one set may serve many tries and threads.
public final class TrieNodeSet: Sendable {
  /// The set without nodes: behind tries that hold all of theirs.
  public static let empty = TrieNodeSet([])

  private let nodes: [Hash32: Bytes]

  /// Hashes every node. Nodes that are not part of any trie do no harm.
  public init(_ nodes: some Collection<Bytes>) {
    var byHash: [Hash32: Bytes] = [:]
    byHash.reserveCapacity(nodes.count)
    for node in nodes { byHash[keccak256(node)] = node }
    self.nodes = byHash
  }

  /// The number of different nodes.
  public var count: Int { nodes.count }

  /// Walks down from the node `hash`, to which the first `depth` nibbles of `path` lead.
  func value(at path: NibblePath, from depth: Int, below hash: Hash32) throws(TrieError) -> Bytes? {
    var depth = depth
    var node = try node(hash, depth: depth)
    // Every turn takes at least one nibble off the path, which has at most 64.
    while true {
      let item: RLPItem
      switch node.content {
      case .leaf(let piece, let value):
        return piece == path.dropFirst(depth) ? Bytes(node.bytes[value.payload]) : nil
      case .extension(let piece, let child):
        guard path.dropFirst(depth).hasPrefix(piece) else { return nil }
        depth += piece.count
        item = child
      case .branch(let items):
        guard depth < path.count else {
          let value = try node.item(at: items[16])
          return value.payloadCount == 0 ? nil : Bytes(node.bytes[value.payload])
        }
        item = try node.item(at: items[Int(path[depth])])
        depth += 1
      }
      switch try node.reference(item) {
      case .none: return nil
      case .hash(let hash): node = try self.node(hash, depth: depth)
      case .embedded: node = try EncodedTrieNode(node.bytes, at: item, of: node.hash, depth: depth)
      }
    }
  }

  /// Decodes the node `hash`, to which `depth` nibbles lead, and adds its children to `trie`: embedded ones
  /// as nodes, the others by their hashes.
  func load(_ hash: Hash32, depth: Int, into trie: inout MerklePatriciaTrie) throws(TrieError) -> TrieNode {
    try load(try node(hash, depth: depth), depth: depth, into: &trie)
  }

  /// Recurses into embedded nodes only, which are shorter each time and under 32 bytes.
  private func load(
    _ node: EncodedTrieNode, depth: Int, into trie: inout MerklePatriciaTrie
  ) throws(TrieError) -> TrieNode {
    switch node.content {
    case .leaf(let piece, let value):
      return .leaf(piece, value: Bytes(node.bytes[value.payload]))
    case .extension(let piece, let child):
      return .extension(piece, child: try add(child, of: node, depth: depth + piece.count, to: &trie))
    case .branch(let items):
      var children = TrieNode.noChildren
      for nibble in 0..<16 {
        let child = try node.item(at: items[nibble])
        children[nibble] = try add(child, of: node, depth: depth + 1, to: &trie)
      }
      return .branch(children, value: Bytes(node.bytes[try node.item(at: items[16]).payload]))
    }
  }

  private func add(
    _ item: RLPItem, of node: EncodedTrieNode, depth: Int, to trie: inout MerklePatriciaTrie
  ) throws(TrieError) -> NodeID {
    switch try node.reference(item) {
    case .none:
      return .none
    case .hash(let hash):
      return trie.add(.unloaded(hash), hash: hash)
    case .embedded:
      let child = try EncodedTrieNode(node.bytes, at: item, of: node.hash, depth: depth)
      return trie.add(try load(child, depth: depth, into: &trie))
    }
  }

  private func node(_ hash: Hash32, depth: Int) throws(TrieError) -> EncodedTrieNode {
    guard let bytes = nodes[hash] else { throw .missingNode(hash) }
    let item: RLPItem
    do { item = try RLP.item(of: bytes, at: 0, end: bytes.count) } catch {
      throw .malformedNode(hash, reason: "\(error)")
    }
    guard item.end == bytes.count else {
      throw .malformedNode(hash, reason: "expected one RLP list, found bytes behind it")
    }
    return try EncodedTrieNode(bytes, at: item, of: hash, depth: depth)
  }
}
