public import EthereumTypes

/// A Merkle-Patricia trie that can be read, changed and hashed (Yellow Paper, appendix D).
///
/// Nodes live in one arena and keep their hashes until something below them changes, so a root after k
/// changes costs O(k · depth) hashes. A trie may start from a root hash and a set of nodes known by their
/// hashes (`TrieNodeSet`); nodes are then loaded when an access comes by, and what is never visited need not
/// be known. Only such tries throw. A throwing call leaves the contents as they were.
///
/// A value type: a copy is independent and made on the first change.
public struct MerklePatriciaTrie: Sendable {
  /// Where nodes known only by hash come from.
  let source: TrieNodeSet
  /// All nodes, those not in use included.
  var slots: [TrieSlot] = []
  /// Places in `slots` that hold no node.
  var unused: [NodeID] = []
  /// Places that the change under way gives up; they turn `unused` when it succeeds.
  var abandoned: [NodeID] = []
  var root: NodeID = .none

  /// Makes an empty trie.
  public init() { source = .empty }

  /// Makes the trie with that root, whose nodes are looked up in `source` when needed.
  public init(root: Hash32, nodes source: TrieNodeSet) {
    self.source = source
    if root != .emptyTrieRoot { self.root = add(.unloaded(root), hash: root) }
  }

  /// Whether the trie has no entry. O(1).
  public var isEmpty: Bool { root.isNone }

  /// The value at `path`, or nil. Safe to call from several threads at once. O(depth).
  public func value(at path: NibblePath) throws(TrieError) -> Bytes? {
    var id = root
    var depth = 0
    while !id.isNone {
      switch self[id].node {
      case .leaf(let rest, let value):
        return rest == path.dropFirst(depth) ? value : nil
      case .extension(let piece, let child):
        guard path.dropFirst(depth).hasPrefix(piece) else { return nil }
        depth += piece.count
        id = child
      case .branch(let children, let value):
        guard depth < path.count else { return value.isEmpty ? nil : value }
        id = children[Int(path[depth])]
        depth += 1
      case .unloaded(let hash):
        return try source.value(at: path, from: depth, below: hash)
      }
    }
    return nil
  }

  /// Sets the value at `path`; an empty value removes it. O(depth).
  public mutating func update(_ path: NibblePath, to value: Bytes) throws(TrieError) {
    if value.isEmpty {
      try remove(path)
    } else {
      try insert(path, value)
    }
  }

  subscript(id: NodeID) -> TrieSlot {
    get { slots[Int(id.index)] }
    _modify { yield &slots[Int(id.index)] }
  }

  /// Puts a node into the arena.
  mutating func add(_ node: TrieNode, hash: Hash32? = nil) -> NodeID {
    if let id = unused.popLast() {
      self[id] = TrieSlot(node: node, hash: hash)
      return id
    }
    slots.append(TrieSlot(node: node, hash: hash))
    return NodeID(index: UInt32(truncatingIfNeeded: slots.count - 1))
  }

  /// Replaces a node, whose hash is then unknown.
  mutating func replace(_ id: NodeID, with node: TrieNode) -> NodeID {
    self[id] = TrieSlot(node: node, hash: nil)
    return id
  }

  /// The node at `id`, loaded first where only its hash was known. `depth` nibbles lead to it.
  mutating func loaded(_ id: NodeID, depth: Int) throws(TrieError) -> TrieNode {
    guard case .unloaded(let hash) = self[id].node else { return self[id].node }
    let source = source
    let node = try source.load(hash, depth: depth, into: &self)
    self[id].node = node
    return node
  }

  /// Whether a change below `old`, which gave `new`, found nothing to do: the node stayed in place and kept
  /// its hash. A node too small to have one counts as changed and is at worst rewritten as it was.
  func isUnchanged(_ old: NodeID, _ new: NodeID) -> Bool {
    old == new && (new.isNone || self[new].hash != nil)
  }
}
