import EthereumTypes

extension MerklePatriciaTrie {
  /// Removes the value at `path`, if there is one.
  ///
  /// A branch that keeps a single child merges with it, so that child must be known even though its key is
  /// not the one removed: a witness has to hold it.
  mutating func remove(_ path: NibblePath) throws(TrieError) {
    abandoned.removeAll(keepingCapacity: true)
    root = try remove(path, at: root, depth: 0)
    unused += abandoned
  }

  /// Removes the value below `id`, to which the first `depth` nibbles of `path` lead. Recurses at most once
  /// for each nibble. Nothing is changed before the last call that may throw has returned.
  ///
  /// - Returns: the node now in the place of `id`, which is `id` itself where nothing changed.
  private mutating func remove(_ path: NibblePath, at id: NodeID, depth: Int) throws(TrieError) -> NodeID {
    if id.isNone { return id }
    let rest = path.dropFirst(depth)
    switch try loaded(id, depth: depth) {
    case .leaf(let piece, _):
      guard piece == rest else { return id }
      abandoned.append(id)
      return .none

    case .extension(let piece, let child):
      guard rest.hasPrefix(piece) else { return id }
      let changed = try remove(path, at: child, depth: depth + piece.count)
      if isUnchanged(child, changed) { return id }
      return try merge(piece, changed, into: id, depth: depth)

    case .branch(var children, var value):
      if rest.count == 0 {
        guard !value.isEmpty else { return id }
        value = []
      } else {
        let nibble = Int(rest[0])
        let changed = try remove(path, at: children[nibble], depth: depth + 1)
        if isUnchanged(children[nibble], changed) { return id }
        children[nibble] = changed
      }
      return try collapse(children, value, into: id, depth: depth)

    case .unloaded(let hash):
      throw .missingNode(hash)
    }
  }

  /// Puts the branch with these items in the place of `id`, or what it becomes where fewer than two are left.
  private mutating func collapse(
    _ children: InlineArray<16, NodeID>, _ value: Bytes, into id: NodeID, depth: Int
  ) throws(TrieError) -> NodeID {
    var only: Int?
    var count = 0
    for nibble in children.indices where !children[nibble].isNone {
      only = nibble
      count += 1
    }
    if count + (value.isEmpty ? 0 : 1) > 1 { return replace(id, with: .branch(children, value: value)) }
    if let only {
      return try merge(NibblePath(nibble: UInt8(only)), children[only], into: id, depth: depth)
    }
    if !value.isEmpty { return replace(id, with: .leaf(.empty, value: value)) }
    abandoned.append(id)
    return .none
  }

  /// Puts `piece` followed by the node `child`, which may need loading, in the place of `id`.
  private mutating func merge(
    _ piece: NibblePath, _ child: NodeID, into id: NodeID, depth: Int
  ) throws(TrieError) -> NodeID {
    if child.isNone {
      abandoned.append(id)
      return .none
    }
    switch try loaded(child, depth: depth + piece.count) {
    case .leaf(let rest, let value):
      // Loading checks that no path is longer than a key, so the paths fit together.
      guard let path = piece.appending(rest) else { return id }
      abandoned.append(child)
      return replace(id, with: .leaf(path, value: value))
    case .extension(let rest, let grandchild):
      guard let path = piece.appending(rest) else { return id }
      abandoned.append(child)
      return replace(id, with: .extension(path, child: grandchild))
    case .branch:
      return replace(id, with: .extension(piece, child: child))
    case .unloaded(let hash):
      throw .missingNode(hash)
    }
  }
}
