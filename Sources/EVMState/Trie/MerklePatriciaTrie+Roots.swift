public import EthereumTypes

extension MerklePatriciaTrie {
  /// The root of the trie with exactly these contents; an empty value is no entry, and of several values for
  /// one path the last one counts. O(n log n); no trie is built.
  public static func root(of contents: some Sequence<(key: NibblePath, value: Bytes)>) -> Hash32 {
    var builder = TrieBuilder()
    for (path, value) in contents { builder.add(path) { $0.append(contentsOf: value) } }
    return builder.root()
  }

  /// The root of a list: the trie from RLP-encoded index to item. With consensus-encoded transactions,
  /// receipts or RLP-encoded withdrawals it is the root in the block header.
  public static func orderedRoot(of items: some Collection<Bytes>) -> Hash32 {
    var builder = TrieBuilder()
    builder.reserve(items.count)
    for (index, item) in items.enumerated() {
      builder.add(NibblePath(index: UInt64(index))) { $0.append(contentsOf: item) }
    }
    return builder.root()
  }

  /// The root of an account's storage; slots with the value zero do not exist.
  public static func storageRoot(of storage: some Sequence<(key: UInt256, value: UInt256)>) -> Hash32 {
    var builder = TrieBuilder()
    for (slot, value) in storage where !value.isZero {
      builder.add(.slot(slot)) { $0.appendRLP(quantity: value) }
    }
    return builder.root()
  }
}
