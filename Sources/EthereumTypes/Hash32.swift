/// A 32-byte hash.
@frozen
public struct Hash32: Hashable, Sendable, BitwiseCopyable {
  /// The hash read as a big-endian number.
  public var word: UInt256

  /// Makes a hash from the number it reads as.
  @inlinable @inline(__always)
  public init(word: UInt256) { self.word = word }

  /// Makes a hash from exactly 32 bytes; nil otherwise.
  @inlinable
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 32, let word = UInt256(bigEndian: bytes) else { return nil }
    self.word = word
  }

  /// Parses 64 hexadecimal digits with or without `0x`.
  public init?(hex text: some StringProtocol) {
    guard let bytes = Hex.decode(text) else { return nil }
    self.init(bytes)
  }

  /// All zeros.
  @inlinable @inline(__always)
  public static var zero: Hash32 { Hash32(word: .zero) }

  /// Keccak-256 of the empty string: the code hash of an account without code.
  @inlinable @inline(__always)
  public static var emptyCode: Hash32 {
    Hash32(
      word: UInt256(
        limbs: 0x7BFA_D804_5D85_A470, 0xE500_B653_CA82_273B, 0x927E_7DB2_DCC7_03C0, 0xC5D2_4601_86F7_233C))
  }

  /// Keccak-256 of the RLP empty string: the root of an empty Merkle-Patricia trie.
  public static let emptyTrieRoot = keccak256([0x80])

  /// Keccak-256 of the RLP empty list: `sha3Uncles` of a block without uncles.
  public static let emptyListHash = keccak256([0xC0])

  /// The 32 bytes.
  public var bytes: Bytes { word.bigEndianBytes }
}

extension Hash32: Comparable {
  /// The order of the byte strings.
  @inlinable
  public static func < (a: Hash32, b: Hash32) -> Bool { a.word < b.word }
}

extension Hash32: CustomStringConvertible {
  /// Lower-case hexadecimal with `0x`.
  public var description: String { word.paddedHex }
}
