public import EthereumTypes

extension MerklePatriciaTrie {
  /// The root hash. Hashes what changed since the last call: O(changes · depth).
  public mutating func rootHash() -> Hash32 {
    if root.isNone { return .emptyTrieRoot }
    if let hash = self[root].hash { return hash }
    var encoder = NodeEncoder()
    return encode(root, &encoder) ?? encoder.takeShortRoot()
  }

  /// Leaves the reference to a node on the encoder. Recurses at most once for each nibble of a key.
  ///
  /// - Returns: the node's hash, if it has one.
  @discardableResult
  private mutating func encode(_ id: NodeID, _ encoder: inout NodeEncoder) -> Hash32? {
    if let hash = self[id].hash {
      encoder.buffer.appendRLP(hash)
      return hash
    }
    let start = encoder.begin()
    switch self[id].node {
    case .leaf(let path, let value):
      encoder.append(path: path, isLeaf: true)
      encoder.buffer.appendRLP(value[...])
    case .extension(let path, let child):
      encoder.append(path: path, isLeaf: false)
      encode(child, &encoder)
    case .branch(let children, let value):
      for nibble in children.indices {
        if children[nibble].isNone { encoder.appendEmpty() } else { encode(children[nibble], &encoder) }
      }
      encoder.buffer.appendRLP(value[...])
    case .unloaded(let hash):
      // Never reached: an unloaded node always carries its hash.
      return hash
    }
    let hash = encoder.end(start)
    self[id].hash = hash
    return hash
  }
}
