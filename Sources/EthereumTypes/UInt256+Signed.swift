extension UInt256 {
  /// Two's-complement order (SLT).
  @inlinable @inline(__always)
  public func isLessSigned(_ b: UInt256) -> Bool {
    // Flipping the sign bits turns signed order into unsigned order.
    let flip: UInt64 = 1 << 63
    return UInt256(limbs: l0, l1, l2, l3 ^ flip) < UInt256(limbs: b.l0, b.l1, b.l2, b.l3 ^ flip)
  }

  /// The magnitude of the two's-complement value.
  @inlinable @inline(__always)
  public var magnitudeSigned: UInt256 { isNegative ? negated : self }

  /// Two's-complement quotient rounded towards zero, 0 for a zero divisor (SDIV).
  @inlinable
  public func dividedSigned(by b: UInt256) -> UInt256 {
    let quotient = magnitudeSigned.divided(by: b.magnitudeSigned)
    return isNegative != b.isNegative ? quotient.negated : quotient
  }

  /// Two's-complement remainder with the sign of the dividend, 0 for a zero divisor (SMOD).
  @inlinable
  public func remainderSigned(dividingBy b: UInt256) -> UInt256 {
    let remainder = magnitudeSigned.remainder(dividingBy: b.magnitudeSigned)
    return isNegative ? remainder.negated : remainder
  }

  /// Arithmetic shift right (SAR, EIP-145).
  @inlinable @inline(__always)
  public func shiftedRightSigned(_ count: UInt256) -> UInt256 {
    let sign = UInt64(bitPattern: Int64(bitPattern: l3) >> 63)
    guard count.fitsUInt64, count.l0 < 256 else { return UInt256(limbs: sign, sign, sign, sign) }
    return shiftedRight(count.l0, filling: sign)
  }

  /// Extends the sign of byte `index`, counted from the least significant, to all higher bytes (SIGNEXTEND).
  @inlinable @inline(__always)
  public func signExtended(fromByte index: UInt256) -> UInt256 {
    guard index.fitsUInt64, index.l0 < 31 else { return self }
    let limb = index.l0 >> 3
    let unused = 56 &- (index.l0 & 7) &* 8
    let chosen = limb & 2 == 0 ? (limb & 1 == 0 ? l0 : l1) : (limb & 1 == 0 ? l2 : l3)
    let extended = Int64(bitPattern: chosen &<< unused) &>> Int64(bitPattern: unused)
    let (low, sign) = (UInt64(bitPattern: extended), UInt64(bitPattern: extended &>> 63))
    return UInt256(
      limbs: limb == 0 ? low : l0, limb < 1 ? sign : limb == 1 ? low : l1,
      limb < 2 ? sign : limb == 2 ? low : l2, limb < 3 ? sign : low)
  }
}
