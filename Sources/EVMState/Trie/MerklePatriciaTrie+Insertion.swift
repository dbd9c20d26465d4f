import EthereumTypes

extension MerklePatriciaTrie {
  /// Sets the non-empty value at `path`.
  mutating func insert(_ path: NibblePath, _ value: Bytes) throws(TrieError) {
    root = try insert(path, value, at: root, depth: 0)
  }

  /// Sets the value below `id`, to which the first `depth` nibbles of `path` lead. Recurses at most once for
  /// each nibble.
  ///
  /// - Returns: the node now in the place of `id`.
  private mutating func insert(
    _ path: NibblePath, _ value: Bytes, at id: NodeID, depth: Int
  ) throws(TrieError) -> NodeID {
    let rest = path.dropFirst(depth)
    if id.isNone { return add(.leaf(rest, value: value)) }
    switch try loaded(id, depth: depth) {
    case .leaf(let piece, let old):
      if piece == rest { return old == value ? id : replace(id, with: .leaf(rest, value: value)) }
      let shared = piece.commonPrefixCount(rest)
      var fork = Fork()
      if shared == piece.count {
        fork.value = old
      } else {
        fork.children[Int(piece[shared])] = add(.leaf(piece.dropFirst(shared + 1), value: old))
      }
      return finish(fork, adding: rest, value, shared: shared, at: id)

    case .extension(let piece, let child):
      let shared = piece.commonPrefixCount(rest)
      if shared == piece.count {
        let changed = try insert(path, value, at: child, depth: depth + shared)
        if isUnchanged(child, changed) { return id }
        return replace(id, with: .extension(piece, child: changed))
      }
      var fork = Fork()
      let below = piece.dropFirst(shared + 1)
      fork.children[Int(piece[shared])] = below.count == 0 ? child : add(.extension(below, child: child))
      return finish(fork, adding: rest, value, shared: shared, at: id)

    case .branch(var children, let old):
      guard rest.count > 0 else { return replace(id, with: .branch(children, value: value)) }
      let nibble = Int(rest[0])
      let changed = try insert(path, value, at: children[nibble], depth: depth + 1)
      if isUnchanged(children[nibble], changed) { return id }
      children[nibble] = changed
      return replace(id, with: .branch(children, value: old))

    case .unloaded(let hash):
      throw .missingNode(hash)
    }
  }

  /// A branch in the making.
  private struct Fork {
    var children = TrieNode.noChildren
    var value: Bytes = []
  }

  /// Puts a fork, at which `rest` leaves the old path after `shared` nibbles, in the place of `id`.
  private mutating func finish(
    _ fork: Fork, adding rest: NibblePath, _ value: Bytes, shared: Int, at id: NodeID
  ) -> NodeID {
    var fork = fork
    if shared == rest.count {
      fork.value = value
    } else {
      fork.children[Int(rest[shared])] = add(.leaf(rest.dropFirst(shared + 1), value: value))
    }
    let branch = TrieNode.branch(fork.children, value: fork.value)
    return replace(id, with: shared == 0 ? branch : .extension(rest.prefix(shared), child: add(branch)))
  }
}
