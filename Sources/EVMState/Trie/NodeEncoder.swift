import EthereumTypes

/// Encodes trie nodes depth first on one growing buffer (Yellow Paper, appendix D).
///
/// Used like a stack: `begin` opens a node, the node's items are appended, and `end` replaces what was
/// appended by the *reference* to the node, which is then an item of the node around it: the node itself
/// where it has fewer than 32 bytes, its Keccak-256 otherwise. No node costs an allocation.
struct NodeEncoder {
  /// Room for the longest RLP header, written before its payload is known and filled from the right.
  private static let headerRoom = 9

  /// The open nodes' items so far.
  var buffer: Bytes = []

  init() { buffer.reserveCapacity(1024) }

  /// Opens a node and tells where it starts.
  @inline(__always)
  mutating func begin() -> Int {
    let start = buffer.count
    for _ in 0..<Self.headerRoom { buffer.append(0) }
    return start
  }

  /// Appends the place of an absent child or value.
  @inline(__always)
  mutating func appendEmpty() { buffer.append(0x80) }

  /// Appends a path in hex-prefix form (Yellow Paper, appendix C).
  mutating func append(path: NibblePath, isLeaf: Bool) {
    let count = path.count / 2 + 1
    if count > 1 { buffer.append(0x80 + UInt8(truncatingIfNeeded: count)) }
    let flag: UInt8 = isLeaf ? 0x20 : 0
    if path.count & 1 == 1 {
      buffer.append(flag | 0x10 | path[0])
      buffer.append(prefix: count - 1, of: path.dropFirst(1).word)
    } else {
      buffer.append(flag)
      buffer.append(prefix: count - 1, of: path.word)
    }
  }

  /// Closes the node opened at `start` and leaves the reference to it in its place.
  ///
  /// - Returns: the node's hash, or nil where it is short enough to stand for itself.
  @discardableResult
  mutating func end(_ start: Int) -> Hash32? {
    let first = closeHeader(start)
    let count = buffer.count - first
    guard count >= 32 else {
      for offset in 0..<count { buffer[start + offset] = buffer[first + offset] }
      buffer.removeLast(first - start)
      return nil
    }
    let hash = keccak256(buffer[first...])
    buffer.removeSubrange(start...)
    buffer.appendRLP(hash)
    return hash
  }

  /// The hash of an outermost node that stands for itself, which a root never does.
  mutating func takeShortRoot() -> Hash32 {
    defer { buffer.removeAll(keepingCapacity: true) }
    return keccak256(buffer)
  }

  /// Writes the list header right before the payload and tells where it starts.
  private mutating func closeHeader(_ start: Int) -> Int {
    let payload = start + Self.headerRoom
    let count = buffer.count - payload
    if count < 56 {
      buffer[payload - 1] = 0xC0 + UInt8(truncatingIfNeeded: count)
      return payload - 1
    }
    var rest = count
    var first = payload
    while rest > 0 {
      first -= 1
      buffer[first] = UInt8(truncatingIfNeeded: rest)
      rest >>= 8
    }
    buffer[first - 1] = 0xF7 + UInt8(truncatingIfNeeded: payload - first)
    return first - 1
  }
}
