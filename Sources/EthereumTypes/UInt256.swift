/// An unsigned 256-bit integer: the word of the EVM (Yellow Paper, section 9.1).
///
/// Four little-endian 64-bit limbs, plain old data, 32 bytes. All arithmetic wraps modulo 2²⁵⁶ unless a
/// name says otherwise; nothing here traps.
@frozen
public struct UInt256: Hashable, Sendable, BitwiseCopyable {
  /// Bits 0 to 63.
  public var l0: UInt64
  /// Bits 64 to 127.
  public var l1: UInt64
  /// Bits 128 to 191.
  public var l2: UInt64
  /// Bits 192 to 255.
  public var l3: UInt64

  /// Makes a word from its limbs, least significant first.
  @inlinable @inline(__always)
  public init(limbs l0: UInt64, _ l1: UInt64, _ l2: UInt64, _ l3: UInt64) {
    self.l0 = l0
    self.l1 = l1
    self.l2 = l2
    self.l3 = l3
  }

  /// Makes a word from a 64-bit value.
  @inlinable @inline(__always)
  public init(_ value: UInt64) { self.init(limbs: value, 0, 0, 0) }

  /// Makes a word from a non-negative `Int`; negative values become their two's complement.
  @inlinable @inline(__always)
  public init(_ value: Int) {
    let sign = UInt64(bitPattern: Int64(value >> 63))
    self.init(limbs: UInt64(bitPattern: Int64(value)), sign, sign, sign)
  }

  /// 0.
  @inlinable @inline(__always)
  public static var zero: UInt256 { UInt256(limbs: 0, 0, 0, 0) }
  /// 1.
  @inlinable @inline(__always)
  public static var one: UInt256 { UInt256(limbs: 1, 0, 0, 0) }
  /// 2²⁵⁶ − 1.
  @inlinable @inline(__always)
  public static var max: UInt256 { UInt256(limbs: .max, .max, .max, .max) }

  /// Whether the word is 0.
  @inlinable @inline(__always)
  public var isZero: Bool { (l0 | l1 | l2 | l3) == 0 }

  /// Whether the word fits 64 bits.
  @inlinable @inline(__always)
  public var fitsUInt64: Bool { (l1 | l2 | l3) == 0 }

  /// The word as a 64-bit value, or nil where it does not fit.
  @inlinable @inline(__always)
  public var asUInt64: UInt64? { fitsUInt64 ? l0 : nil }

  /// The word as a 64-bit value, `UInt64.max` where it does not fit.
  @inlinable @inline(__always)
  public var clampedToUInt64: UInt64 { fitsUInt64 ? l0 : .max }

  /// Bit 255: the sign in two's complement.
  @inlinable @inline(__always)
  public var isNegative: Bool { l3 >> 63 != 0 }

  /// Limb-wise equality without branches.
  @inlinable @inline(__always)
  public static func == (a: UInt256, b: UInt256) -> Bool {
    ((a.l0 ^ b.l0) | (a.l1 ^ b.l1) | (a.l2 ^ b.l2) | (a.l3 ^ b.l3)) == 0
  }

  /// Feeds one mixed limb to the hasher: words are table keys everywhere, so hashing must be cheap.
  @inlinable
  public func hash(into hasher: inout Hasher) { hasher.combine(mixedBits) }

  /// The four limbs mixed into one with the secret of this process; for hash tables of our own.
  @inlinable @inline(__always)
  public var mixedBits: UInt64 { mixedBits(with: .process) }

  /// The same with a key that is at hand.
  @inlinable @inline(__always)
  public func mixedBits(with key: HashKey) -> UInt64 { key.mix(l0, l1, l2, l3) }
}

extension UInt256: Comparable {
  /// Unsigned order.
  @inlinable @inline(__always)
  public static func < (a: UInt256, b: UInt256) -> Bool {
    let borrow = a.low128 < b.low128
    let (difference, isLess) = a.high128.subtractingReportingOverflow(b.high128)
    return isLess || (difference == 0 && borrow)
  }
}

extension UInt256: ExpressibleByIntegerLiteral {
  /// Makes a word from a literal of up to 64 bits.
  @inlinable @inline(__always)
  public init(integerLiteral value: UInt64) { self.init(value) }
}
