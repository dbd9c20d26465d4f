import CGMP

extension UInt256 {
  /// Quotient, 0 for a zero divisor (DIV).
  @inlinable
  public func divided(by b: UInt256) -> UInt256 {
    if (l1 | l2 | l3 | b.l1 | b.l2 | b.l3) == 0 { return b.l0 == 0 ? .zero : UInt256(l0 / b.l0) }
    return quotientAndRemainder(dividingBy: b).quotient
  }

  /// Remainder, 0 for a zero divisor (MOD).
  @inlinable
  public func remainder(dividingBy b: UInt256) -> UInt256 {
    if (l1 | l2 | l3 | b.l1 | b.l2 | b.l3) == 0 { return b.l0 == 0 ? .zero : UInt256(l0 % b.l0) }
    return quotientAndRemainder(dividingBy: b).remainder
  }

  /// Quotient and remainder, both 0 for a zero divisor.
  public func quotientAndRemainder(dividingBy b: UInt256) -> (quotient: UInt256, remainder: UInt256) {
    if b.fitsUInt64 {
      guard b.l0 != 0 else { return (.zero, .zero) }
      let (q, r) = dividedByLimb(b.l0)
      return (q, UInt256(r))
    }
    if self < b { return (.zero, self) }
    return LimbDivision.divide(low: self, high: .zero, by: b)
  }

  /// Division by one non-zero limb: four hardware divisions.
  @usableFromInline
  func dividedByLimb(_ b: UInt64) -> (quotient: UInt256, remainder: UInt64) {
    let (q3, r3) = l3.quotientAndRemainder(dividingBy: b)
    let (q2, r2) = b.dividingFullWidth((r3, l2))
    let (q1, r1) = b.dividingFullWidth((r2, l1))
    let (q0, r0) = b.dividingFullWidth((r1, l0))
    return (UInt256(limbs: q0, q1, q2, q3), r0)
  }

  /// `(self + b) mod modulus` over the integers, 0 for a zero modulus (ADDMOD).
  public func addingModulo(_ b: UInt256, _ modulus: UInt256) -> UInt256 {
    let (sum, overflow) = addingReportingOverflow(b)
    if !overflow { return sum.remainder(dividingBy: modulus) }
    if modulus.isZero { return .zero }
    return LimbDivision.divide(low: sum, high: .one, by: modulus).remainder
  }

  /// `(self · b) mod modulus` over the integers, 0 for a zero modulus (MULMOD).
  public func multipliedModulo(_ b: UInt256, _ modulus: UInt256) -> UInt256 {
    let (high, low) = multipliedFullWidth(by: b)
    if high.isZero { return low.remainder(dividingBy: modulus) }
    if modulus.isZero { return .zero }
    return LimbDivision.divide(low: low, high: high, by: modulus).remainder
  }
}

/// Division of up to 512 bits through GMP's `mpn_tdiv_qr`, whose assembly beats what we would write.
enum LimbDivision {
  /// Divides `high·2²⁵⁶ + low` by a non-zero divisor; the quotient is truncated to 256 bits.
  static func divide(
    low: UInt256, high: UInt256, by divisor: UInt256
  ) -> (quotient: UInt256, remainder: UInt256) {
    var n = (low.l0, low.l1, low.l2, low.l3, high.l0, high.l1, high.l2, high.l3)
    var d = (divisor.l0, divisor.l1, divisor.l2, divisor.l3)
    var q: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0, 0)
    var r: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    let nn = high.isZero ? 4 : 8
    let dn = (divisor.bitWidthUsed + 63) / 64
    // Invariant: all four buffers live on this stack for the whole call and hold at least the limbs
    // `mpn_tdiv_qr` may touch: nn ≤ 8 for n, dn ≤ 4 for d and r, nn − dn + 1 ≤ 8 for q; the top limb of
    // d is not zero by choice of dn, and nn ≥ dn.
    unsafe withUnsafeMutablePointer(to: &n) { n in
      unsafe withUnsafeMutablePointer(to: &d) { d in
        unsafe withUnsafeMutablePointer(to: &q) { q in
          unsafe withUnsafeMutablePointer(to: &r) { r in
            unsafe __gmpn_tdiv_qr(
              UnsafeMutableRawPointer(q).assumingMemoryBound(to: mp_limb_t.self),
              UnsafeMutableRawPointer(r).assumingMemoryBound(to: mp_limb_t.self), 0,
              UnsafeMutableRawPointer(n).assumingMemoryBound(to: mp_limb_t.self), nn,
              UnsafeMutableRawPointer(d).assumingMemoryBound(to: mp_limb_t.self), mp_size_t(dn))
          }
        }
      }
    }
    return (UInt256(limbs: q.0, q.1, q.2, q.3), UInt256(limbs: r.0, r.1, r.2, r.3))
  }
}
