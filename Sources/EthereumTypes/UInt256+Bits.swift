extension UInt256 {
  /// Bitwise and.
  @inlinable @inline(__always)
  public static func & (a: UInt256, b: UInt256) -> UInt256 {
    UInt256(limbs: a.l0 & b.l0, a.l1 & b.l1, a.l2 & b.l2, a.l3 & b.l3)
  }

  /// Bitwise or.
  @inlinable @inline(__always)
  public static func | (a: UInt256, b: UInt256) -> UInt256 {
    UInt256(limbs: a.l0 | b.l0, a.l1 | b.l1, a.l2 | b.l2, a.l3 | b.l3)
  }

  /// Bitwise exclusive or.
  @inlinable @inline(__always)
  public static func ^ (a: UInt256, b: UInt256) -> UInt256 {
    UInt256(limbs: a.l0 ^ b.l0, a.l1 ^ b.l1, a.l2 ^ b.l2, a.l3 ^ b.l3)
  }

  /// Bitwise complement.
  @inlinable @inline(__always)
  public static prefix func ~ (a: UInt256) -> UInt256 { UInt256(limbs: ~a.l0, ~a.l1, ~a.l2, ~a.l3) }

  /// Logical shift right by one bit.
  @inlinable @inline(__always)
  public var shiftedRightOnce: UInt256 {
    UInt256(
      limbs: (l0 >> 1) | (l1 << 63), (l1 >> 1) | (l2 << 63), (l2 >> 1) | (l3 << 63), l3 >> 1)
  }

  /// Logical shift left by `count` bits, 0 for counts of 256 and more (SHL, EIP-145).
  @inlinable @inline(__always)
  public static func << (a: UInt256, count: UInt256) -> UInt256 {
    count.fitsUInt64 && count.l0 < 256 ? a.shiftedLeft(count.l0) : .zero
  }

  /// Logical shift right by `count` bits, 0 for counts of 256 and more (SHR, EIP-145).
  @inlinable @inline(__always)
  public static func >> (a: UInt256, count: UInt256) -> UInt256 {
    count.fitsUInt64 && count.l0 < 256 ? a.shiftedRight(count.l0) : .zero
  }

  /// Shift left by fewer than 256 bits.
  @inlinable @inline(__always)
  public func shiftedLeft(_ count: UInt64) -> UInt256 {
    let bits = count & 63
    // `(x >> 1) >> (63 - bits)` is `x >> (64 - bits)` without the undefined shift by 64.
    let a = l0 &<< bits
    let b = (l1 &<< bits) | ((l0 &>> 1) &>> (63 &- bits))
    let c = (l2 &<< bits) | ((l1 &>> 1) &>> (63 &- bits))
    let d = (l3 &<< bits) | ((l2 &>> 1) &>> (63 &- bits))
    switch count >> 6 {
    case 0: return UInt256(limbs: a, b, c, d)
    case 1: return UInt256(limbs: 0, a, b, c)
    case 2: return UInt256(limbs: 0, 0, a, b)
    default: return UInt256(limbs: 0, 0, 0, a)
    }
  }

  /// Logical shift right by fewer than 256 bits.
  @inlinable @inline(__always)
  public func shiftedRight(_ count: UInt64) -> UInt256 {
    let bits = count & 63
    let a = (l0 &>> bits) | ((l1 &<< 1) &<< (63 &- bits))
    let b = (l1 &>> bits) | ((l2 &<< 1) &<< (63 &- bits))
    let c = (l2 &>> bits) | ((l3 &<< 1) &<< (63 &- bits))
    let d = l3 &>> bits
    switch count >> 6 {
    case 0: return UInt256(limbs: a, b, c, d)
    case 1: return UInt256(limbs: b, c, d, 0)
    case 2: return UInt256(limbs: c, d, 0, 0)
    default: return UInt256(limbs: d, 0, 0, 0)
    }
  }

  /// The number of leading zero bits, 256 for zero (CLZ, EIP-7939).
  @inlinable
  public var leadingZeroBitCount: Int {
    if l3 != 0 { return l3.leadingZeroBitCount }
    if l2 != 0 { return 64 + l2.leadingZeroBitCount }
    if l1 != 0 { return 128 + l1.leadingZeroBitCount }
    return 192 + l0.leadingZeroBitCount
  }

  /// The number of bits up to the highest set bit; 0 for zero.
  @inlinable
  public var bitWidthUsed: Int { 256 - leadingZeroBitCount }

  /// The number of bytes up to the highest set bit; 0 for zero.
  @inlinable
  public var byteWidthUsed: Int { (bitWidthUsed + 7) / 8 }

  /// Byte `index` counted from the most significant, 0 for an index of 32 and more (BYTE).
  @inlinable @inline(__always)
  public func byte(_ index: UInt256) -> UInt256 {
    guard index.fitsUInt64, index.l0 < 32 else { return .zero }
    let shift = (31 &- index.l0) &* 8
    return UInt256(shiftedRight(shift).l0 & 0xFF)
  }
}
