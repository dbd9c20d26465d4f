/// A 20-byte account address.
///
/// Kept as a number (most significant part first) so that it converts to and from an EVM word by moves.
@frozen
public struct Address: Hashable, Sendable, BitwiseCopyable {
  /// Bits 128 to 159: the first four bytes.
  public var hi: UInt32
  /// Bits 64 to 127.
  public var mid: UInt64
  /// Bits 0 to 63: the last eight bytes.
  public var lo: UInt64

  /// Makes an address from its parts.
  @inlinable @inline(__always)
  public init(hi: UInt32, mid: UInt64, lo: UInt64) {
    self.hi = hi
    self.mid = mid
    self.lo = lo
  }

  /// The low 160 bits of a word: how the EVM reads an address off its stack.
  @inlinable @inline(__always)
  public init(truncating word: UInt256) {
    self.init(hi: UInt32(truncatingIfNeeded: word.l2), mid: word.l1, lo: word.l0)
  }

  /// A small address, such as that of a precompile.
  @inlinable @inline(__always)
  public init(_ number: UInt64) { self.init(hi: 0, mid: 0, lo: number) }

  /// Makes an address from exactly 20 bytes; nil otherwise.
  @inlinable
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 20, let word = UInt256(bigEndian: bytes) else { return nil }
    self.init(truncating: word)
  }

  /// Parses 40 hexadecimal digits with or without `0x`.
  public init?(hex text: some StringProtocol) {
    guard let bytes = Hex.decode(text) else { return nil }
    self.init(bytes)
  }

  /// The zero address.
  @inlinable @inline(__always)
  public static var zero: Address { Address(hi: 0, mid: 0, lo: 0) }

  /// The address as an EVM word.
  @inlinable @inline(__always)
  public var word: UInt256 { UInt256(limbs: lo, mid, UInt64(hi), 0) }

  /// The 20 bytes.
  public var bytes: Bytes { Bytes(word.bigEndianBytes.suffix(20)) }

  /// Equality without branches.
  @inlinable @inline(__always)
  public static func == (a: Address, b: Address) -> Bool {
    ((a.lo ^ b.lo) | (a.mid ^ b.mid) | UInt64(a.hi ^ b.hi)) == 0
  }

  /// Feeds one mixed limb to the hasher.
  @inlinable
  public func hash(into hasher: inout Hasher) { hasher.combine(mixedBits) }

  /// The parts mixed into one limb with the secret of this process; for hash tables of our own.
  @inlinable @inline(__always)
  public var mixedBits: UInt64 { mixedBits(with: .process) }

  /// The same with a key that is at hand.
  @inlinable @inline(__always)
  public func mixedBits(with key: HashKey) -> UInt64 { key.mix(lo, mid, UInt64(hi), 0) }
}

extension Address: Comparable {
  /// The order of the 160-bit numbers, which is also that of the byte strings.
  @inlinable
  public static func < (a: Address, b: Address) -> Bool {
    if a.hi != b.hi { return a.hi < b.hi }
    if a.mid != b.mid { return a.mid < b.mid }
    return a.lo < b.lo
  }
}

extension Address: CustomStringConvertible {
  /// Lower-case hexadecimal with `0x`.
  public var description: String { Hex.encodePrefixed(bytes) }
}
