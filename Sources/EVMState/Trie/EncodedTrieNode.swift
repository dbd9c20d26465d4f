import EthereumTypes

/// A trie node in its encoded form, taken apart and checked, with nothing copied.
struct EncodedTrieNode {
  /// What kind of node it is and where its items lie.
  enum Content {
    case leaf(NibblePath, value: RLPItem)
    case `extension`(NibblePath, child: RLPItem)
    /// Sixteen children and the value: the byte each item starts at.
    case branch(InlineArray<17, UInt32>)
  }

  /// How a node names a child.
  enum Reference {
    case none
    case hash(Hash32)
    /// The child stands inside its parent.
    case embedded
  }

  let bytes: Bytes
  /// The hash of the whole encoded node, of which this one may be an embedded part.
  let hash: Hash32
  let content: Content

  /// Takes apart the list at `item` of the encoded node `hash`; `depth` nibbles lead to it.
  init(_ bytes: Bytes, at item: RLPItem, of hash: Hash32, depth: Int) throws(TrieError) {
    self.bytes = bytes
    self.hash = hash
    guard item.isList, bytes.count <= UInt32.max else {
      throw .malformedNode(hash, reason: "expected a list of at most 4 GiB")
    }
    var starts = InlineArray<17, UInt32>(repeating: 0)
    var count = 0
    var next = item.payloadStart
    while next < item.end {
      if count < 17 { starts[count] = UInt32(truncatingIfNeeded: next) }
      count += 1
      next = try Self.item(bytes, at: next, before: item.end, hash).end
    }
    switch count {
    case 2:
      let path = try Self.item(bytes, at: Int(starts[0]), before: item.end, hash)
      let second = try Self.item(bytes, at: Int(starts[1]), before: item.end, hash)
      content = try Self.short(bytes, path, second, hash, depth)
    case 17:
      guard depth < NibblePath.maximumCount, bytes[Int(starts[16])] < 0xC0 else {
        throw .malformedNode(hash, reason: "expected a branch above the last nibble with a string for value")
      }
      content = .branch(starts)
    default:
      throw .malformedNode(hash, reason: "expected 2 or 17 items, found \(count)")
    }
  }

  /// The item that starts at byte `start`.
  func item(at start: UInt32) throws(TrieError) -> RLPItem {
    try Self.item(bytes, at: Int(start), before: bytes.count, hash)
  }

  private static func item(
    _ bytes: Bytes, at start: Int, before end: Int, _ hash: Hash32
  ) throws(TrieError) -> RLPItem {
    do { return try RLP.item(of: bytes, at: start, end: end) } catch {
      throw .malformedNode(hash, reason: "\(error)")
    }
  }

  /// A leaf or extension: checks the hex-prefix form (Yellow Paper, appendix C) and the length of the path.
  private static func short(
    _ bytes: Bytes, _ path: RLPItem, _ second: RLPItem, _ hash: Hash32, _ depth: Int
  ) throws(TrieError) -> Content {
    guard !path.isList, (1...33).contains(path.payloadCount) else {
      throw .malformedNode(hash, reason: "expected a path of 1 to 33 bytes")
    }
    let flags = bytes[path.payloadStart]
    let isOdd = flags & 0x10 != 0
    guard flags < 0x40, isOdd || flags & 0x0F == 0 else {
      throw .malformedNode(hash, reason: "expected a hex-prefix path, found the flags \(flags)")
    }
    let head = isOdd ? NibblePath(nibble: flags) : .empty
    guard let tail = NibblePath(bytes[path.payloadStart + 1..<path.end]), let piece = head.appending(tail),
      depth + piece.count <= NibblePath.maximumCount
    else { throw .malformedNode(hash, reason: "the path is longer than a key") }
    if flags & 0x20 != 0 {
      guard !second.isList, second.payloadCount > 0 else {
        throw .malformedNode(hash, reason: "expected a leaf with a non-empty string for value")
      }
      return .leaf(piece, value: second)
    }
    guard piece.count > 0, second.isList || second.payloadCount == 32 else {
      throw .malformedNode(hash, reason: "expected an extension with a path and a child")
    }
    return .extension(piece, child: second)
  }

  /// Which node an item of this one, other than a value, stands for.
  func reference(_ item: RLPItem) throws(TrieError) -> Reference {
    if item.isList {
      guard item.encoded.count < 32 else {
        throw .malformedNode(hash, reason: "a child of 32 bytes or more stands for itself")
      }
      return .embedded
    }
    if item.payloadCount == 0 { return .none }
    guard let child = Hash32(bytes[item.payload]) else {
      throw .malformedNode(hash, reason: "expected a child hash of 32 bytes, found \(item.payloadCount)")
    }
    return .hash(child)
  }
}
