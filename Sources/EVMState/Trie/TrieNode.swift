import EthereumTypes

/// The place of a node in its trie's arena.
struct NodeID: Hashable, BitwiseCopyable {
  var index: UInt32
  /// No node: an empty trie or an absent child.
  static let none = NodeID(index: .max)
  var isNone: Bool { index == .max }
}

/// A node of a trie (Yellow Paper, appendix D). An empty value is no value.
enum TrieNode: Sendable {
  /// The end of a key.
  case leaf(NibblePath, value: Bytes)
  /// A piece of path that all keys below share.
  case `extension`(NibblePath, child: NodeID)
  /// A fork by the next nibble, and the value of the key that ends here.
  case branch(InlineArray<16, NodeID>, value: Bytes)
  /// A node of which only the hash is known so far.
  case unloaded(Hash32)

  static let noChildren = InlineArray<16, NodeID>(repeating: .none)
}

/// An arena entry: a node, and its hash while that is known.
struct TrieSlot: Sendable {
  var node: TrieNode
  /// The hash where it was computed since the last change below; nil too for nodes under 32 bytes, which
  /// have none.
  var hash: Hash32?
}
