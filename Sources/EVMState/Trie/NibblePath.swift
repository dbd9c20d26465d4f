public import EthereumTypes

/// A key of a Merkle-Patricia trie, or a part of one: up to 64 nibbles.
///
/// Every trie of Ethereum has keys of at most 32 bytes (hashes, or RLP-encoded indices), so a path is plain
/// old data: nibble 0 sits in the four top bits of `word`, and bits past the last nibble are zero.
public struct NibblePath: Hashable, Sendable, BitwiseCopyable {
  /// The longest path: the nibbles of a hash.
  public static let maximumCount = 64

  /// The nibbles, left-aligned.
  let word: UInt256
  private let length: UInt8

  /// The number of nibbles, 0 to 64.
  @inline(__always)
  public var count: Int { Int(length) }

  /// The path without nibbles.
  public static let empty = NibblePath(word: .zero, count: 0)

  /// - Parameter word: nibbles, left-aligned, with nothing set past `count`.
  @inline(__always)
  private init(word: UInt256, count: Int) {
    self.word = word
    self.length = UInt8(truncatingIfNeeded: count)
  }

  /// The 64 nibbles of a hash.
  @inline(__always)
  public init(_ hash: Hash32) { self.init(word: hash.word, count: 64) }

  /// The nibbles of at most 32 bytes, high nibble first; nil for more.
  public init?(_ bytes: some Collection<UInt8>) {
    guard let number = UInt256(bigEndian: bytes) else { return nil }
    self.init(word: number << UInt256(256 - bytes.count * 8), count: bytes.count * 2)
  }

  /// The key of a list item: the nibbles of its RLP-encoded index.
  init(index: UInt64) {
    let number = UInt256(index)
    let bytes = number.byteWidthUsed
    if index != 0 && index < 0x80 {
      self.init(word: number << 248, count: 2)
    } else {
      let encoded = UInt256(UInt64(0x80 + bytes)) << UInt256(bytes * 8) | number
      self.init(word: encoded << UInt256(248 - bytes * 8), count: bytes * 2 + 2)
    }
  }

  /// The path of one nibble, of which the low four bits count.
  @inline(__always)
  init(nibble: UInt8) {
    self.init(word: UInt256(limbs: 0, 0, 0, UInt64(nibble & 15) << 60), count: 1)
  }

  /// The nibble at `index`, 0 to 15; zero past the end.
  @inline(__always)
  subscript(index: Int) -> UInt8 {
    guard index >= 0, index < 64 else { return 0 }
    let limb =
      switch index >> 4 {
      case 0: word.l3
      case 1: word.l2
      case 2: word.l1
      default: word.l0
      }
    return UInt8(truncatingIfNeeded: limb &>> UInt64(60 &- (index & 15) &* 4)) & 15
  }

  /// The path without its first `n` nibbles; empty where it has no more.
  @inline(__always)
  func dropFirst(_ n: Int) -> NibblePath {
    guard n < count else { return .empty }
    return NibblePath(word: word.shiftedLeft(UInt64(n) &* 4), count: count &- n)
  }

  /// The first `n` nibbles; all where it has no more.
  @inline(__always)
  func prefix(_ n: Int) -> NibblePath {
    guard n < count else { return self }
    guard n > 0 else { return .empty }
    return NibblePath(word: word & UInt256.max.shiftedLeft(UInt64(64 &- n) &* 4), count: n)
  }

  /// Both paths one after the other, or nil where that is longer than any key.
  func appending(_ other: NibblePath) -> NibblePath? {
    guard count + other.count <= Self.maximumCount else { return nil }
    guard other.count > 0 else { return self }
    return NibblePath(word: word | other.word.shiftedRight(UInt64(count) * 4), count: count + other.count)
  }

  /// How many nibbles both paths start with.
  @inline(__always)
  func commonPrefixCount(_ other: NibblePath) -> Int {
    min((word ^ other.word).leadingZeroBitCount >> 2, min(count, other.count))
  }

  /// Whether the path starts with all of `other`.
  @inline(__always)
  func hasPrefix(_ other: NibblePath) -> Bool { commonPrefixCount(other) == other.count }
}

extension NibblePath: Comparable {
  /// Lexicographic order; a path comes before its continuations.
  @inline(__always)
  public static func < (a: NibblePath, b: NibblePath) -> Bool {
    a.word == b.word ? a.length < b.length : a.word < b.word
  }
}

extension NibblePath: CustomStringConvertible {
  /// One hexadecimal digit for each nibble, without prefix.
  public var description: String { String(word.paddedHex.dropFirst(2).prefix(count)) }
}
