import EthereumTypes

/// The root of a trie whose whole contents are at hand, built from the leaves up without ever holding a node.
///
/// Sorting puts the keys below each node next to each other, so a node is a range of entries and a depth;
/// its encoding is hashed as soon as its children's are. O(n log n) for n entries; one builder may be reused
/// for many tries and then allocates nothing.
struct TrieBuilder {
  private struct Entry {
    var path: NibblePath
    var start: Int
    var end: Int
  }

  private var entries: [Entry] = []
  /// The values one after the other.
  private var values: Bytes = []
  private var encoder = NodeEncoder()

  /// Removes all contents and keeps the memory.
  mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
  }

  /// Makes room for `count` more entries.
  mutating func reserve(_ count: Int) { entries.reserveCapacity(entries.count + count) }

  /// Adds the value that `write` appends to the bytes it is given; an empty value is no entry. Of several
  /// values for one path the last one counts.
  @inline(__always)
  mutating func add(_ path: NibblePath, _ write: (inout Bytes) -> Void) {
    let start = values.count
    write(&values)
    if values.count > start { entries.append(Entry(path: path, start: start, end: values.count)) }
  }

  /// The root of what was added.
  mutating func root() -> Hash32 {
    sortAndDeduplicate()
    guard !entries.isEmpty else { return .emptyTrieRoot }
    defer { encoder.buffer.removeAll(keepingCapacity: true) }
    return encode(0..<entries.count, depth: 0) ?? encoder.takeShortRoot()
  }

  private mutating func sortAndDeduplicate() {
    // Values are appended in order, so `start` tells which of two entries came last.
    entries.sort { $0.path == $1.path ? $0.start < $1.start : $0.path < $1.path }
    var kept = 0
    for index in entries.indices {
      if index + 1 < entries.count, entries[index].path == entries[index + 1].path { continue }
      if kept != index { entries[kept] = entries[index] }
      kept += 1
    }
    entries.removeLast(entries.count - kept)
  }

  /// Encodes the node above the non-empty `range` of entries, which agree in their first `depth` nibbles, and
  /// leaves the reference to it on the encoder. Recurses at most once for each nibble of a key.
  ///
  /// - Returns: the node's hash, if it has one.
  @discardableResult
  private mutating func encode(_ range: Range<Int>, depth: Int) -> Hash32? {
    let first = entries[range.lowerBound]
    let node = encoder.begin()
    if range.count == 1 {
      encoder.append(path: first.path.dropFirst(depth), isLeaf: true)
      encoder.buffer.appendRLP(values[first.start..<first.end])
    } else {
      let fork = first.path.commonPrefixCount(entries[range.upperBound - 1].path)
      if fork > depth {
        encoder.append(path: first.path.prefix(fork).dropFirst(depth), isLeaf: false)
        let branch = encoder.begin()
        appendBranch(range, depth: fork)
        encoder.end(branch)
      } else {
        appendBranch(range, depth: depth)
      }
    }
    return encoder.end(node)
  }

  /// Appends the 17 items of the branch at `depth`.
  private mutating func appendBranch(_ range: Range<Int>, depth: Int) {
    let first = entries[range.lowerBound]
    var next = range.lowerBound
    // Only the shortest path, which sorts first, can end at the branch.
    let hasValue = first.path.count == depth
    if hasValue { next += 1 }
    for nibble in UInt8(0)..<16 {
      let start = next
      while next < range.upperBound, entries[next].path[depth] == nibble { next += 1 }
      if start == next { encoder.appendEmpty() } else { encode(start..<next, depth: depth + 1) }
    }
    if hasValue {
      encoder.buffer.appendRLP(values[first.start..<first.end])
    } else {
      encoder.appendEmpty()
    }
  }
}
