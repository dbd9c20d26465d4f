public import EthereumTypes

/// Why a trie of which only a part is known could not be read or changed.
public enum TrieError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The node with this hash is needed and not among the nodes given.
  case missingNode(Hash32)
  /// The node with this hash is not a canonical trie node.
  case malformedNode(Hash32, reason: String)

  /// One line for a person.
  public var description: String {
    switch self {
    case .missingNode(let hash): "the witness lacks the trie node \(hash)"
    case .malformedNode(let hash, let reason): "the trie node \(hash) of the witness is malformed: \(reason)"
    }
  }
}
