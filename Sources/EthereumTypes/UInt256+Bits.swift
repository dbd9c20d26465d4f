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

  // Shifts choose limbs by halves and then by quarters: selections, where a switch over the whole limbs to shift by
  // would be a jump that goes wrong as often as the counts change.

  /// Shift left by fewer than 256 bits.
  @inlinable @inline(__always)
  public func shiftedLeft(_ count: UInt64) -> UInt256 {
    let byHalf = count & 128 != 0
    let (a0, a1) = byHalf ? (0, 0) : (l0, l1)
    let (a2, a3) = byHalf ? (l0, l1) : (l2, l3)
    let byQuarter = count & 64 != 0
    let (b0, b1, b2, b3) = byQuarter ? (0, a0, a1, a2) : (a0, a1, a2, a3)
    // `(x >> (63 - bits)) >> 1` is `x >> (64 - bits)` without the undefined shift by 64.
    let bits = count & 63
    return UInt256(
      limbs: b0 &<< bits, (b1 &<< bits) | ((b0 &>> (63 &- bits)) &>> 1),
      (b2 &<< bits) | ((b1 &>> (63 &- bits)) &>> 1), (b3 &<< bits) | ((b2 &>> (63 &- bits)) &>> 1))
  }

  /// Shift right by fewer than 256 bits.
  ///
  /// - Parameter fill: what comes in from the left: 0, or all ones for a negative number.
  @inlinable @inline(__always)
  public func shiftedRight(_ count: UInt64, filling fill: UInt64 = 0) -> UInt256 {
    let byHalf = count & 128 != 0
    let (a0, a1) = byHalf ? (l2, l3) : (l0, l1)
    let (a2, a3) = byHalf ? (fill, fill) : (l2, l3)
    let byQuarter = count & 64 != 0
    let (b0, b1, b2, b3) = byQuarter ? (a1, a2, a3, fill) : (a0, a1, a2, a3)
    let bits = count & 63
    return UInt256(
      limbs: (b0 &>> bits) | ((b1 &<< (63 &- bits)) &<< 1), (b1 &>> bits) | ((b2 &<< (63 &- bits)) &<< 1),
      (b2 &>> bits) | ((b3 &<< (63 &- bits)) &<< 1), (b3 &>> bits) | ((fill &<< (63 &- bits)) &<< 1))
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
