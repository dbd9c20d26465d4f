import EVMState
import EthereumTypes

/// The definition of a trie, written down once more and as plainly as possible (Yellow Paper, appendix D),
/// to have something to compare the real ones with. Quadratic and worse.
enum ReferenceTrie {
  /// The root, and all nodes of 32 bytes or more, of the trie with these contents.
  static func nodes(of contents: [Bytes: Bytes]) -> (root: Hash32, nodes: [Bytes]) {
    var nodes: [Bytes] = []
    let entries = contents.map { (nibbles: $0.flatMap { [$0 >> 4, $0 & 15] }, value: $1) }
    guard !entries.isEmpty else { return (.emptyTrieRoot, []) }
    let root = node(entries, &nodes).encoded
    nodes.append(root)
    return (keccak256(root), nodes)
  }

  private typealias Entry = (nibbles: [UInt8], value: Bytes)

  private static func node(_ entries: [Entry], _ nodes: inout [Bytes]) -> RLP {
    if entries.count == 1 { return .list([path(entries[0].nibbles, true), .bytes(entries[0].value)]) }
    var shared = 0
    while entries.allSatisfy({ $0.nibbles.count > shared && $0.nibbles[shared] == entries[0].nibbles[shared] }
    ) {
      shared += 1
    }
    if shared > 0 {
      let below = entries.map { (nibbles: Array($0.nibbles.dropFirst(shared)), value: $0.value) }
      return .list([path(Array(entries[0].nibbles.prefix(shared)), false), reference(below, &nodes)])
    }
    var items = (UInt8(0)..<16).map { nibble in
      let below = entries.filter { $0.nibbles.first == nibble }
      return reference(below.map { (nibbles: Array($0.nibbles.dropFirst()), value: $0.value) }, &nodes)
    }
    items.append(.bytes(entries.first { $0.nibbles.isEmpty }?.value ?? []))
    return .list(items)
  }

  private static func reference(_ entries: [Entry], _ nodes: inout [Bytes]) -> RLP {
    guard !entries.isEmpty else { return .bytes([]) }
    let child = node(entries, &nodes)
    let encoded = child.encoded
    if encoded.count < 32 { return child }
    nodes.append(encoded)
    return .bytes(keccak256(encoded).bytes)
  }

  private static func path(_ nibbles: [UInt8], _ isLeaf: Bool) -> RLP {
    let flag: UInt8 = isLeaf ? 2 : 0
    let padded = nibbles.count.isMultiple(of: 2) ? [flag, 0] + nibbles : [flag + 1] + nibbles
    return .bytes(stride(from: 0, to: padded.count, by: 2).map { padded[$0] << 4 | padded[$0 + 1] })
  }
}
