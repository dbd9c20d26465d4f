/// Returns the low word of `t + a·b + carry` and leaves the high word in `carry`; the sum always fits
/// in two words.
@inline(__always)
func multiplyAdd(_ t: UInt64, _ a: UInt64, _ b: UInt64, _ carry: inout UInt64) -> UInt64 {
  #if DEBUG
    // Without the optimiser every UInt128 conversion is a generic call: this spelling is six times faster
    // there, and up to twice slower with the optimiser on.
    let (high, low) = a.multipliedFullWidth(by: b)
    let (x, overflow1) = low.addingReportingOverflow(t)
    let (y, overflow2) = x.addingReportingOverflow(carry)
    carry = high &+ (overflow1 ? 1 : 0) &+ (overflow2 ? 1 : 0)
    return y
  #else
    let sum = UInt128(a) &* UInt128(b) &+ UInt128(t) &+ UInt128(carry)
    carry = UInt64(truncatingIfNeeded: sum &>> 64)
    return UInt64(truncatingIfNeeded: sum)
  #endif
}

/// Returns `a + b + carry` modulo 2⁶⁴ and leaves the carry out (0 or 1) in `carry`.
@inline(__always)
func addWithCarry(_ a: UInt64, _ b: UInt64, _ carry: inout UInt64) -> UInt64 {
  let (x, overflow1) = a.addingReportingOverflow(b)
  let (y, overflow2) = x.addingReportingOverflow(carry)
  carry = (overflow1 ? 1 : 0) | (overflow2 ? 1 : 0)
  return y
}

/// Returns `a − b − borrow` modulo 2⁶⁴ and leaves the borrow out (0 or 1) in `borrow`.
@inline(__always)
func subtractWithBorrow(_ a: UInt64, _ b: UInt64, _ borrow: inout UInt64) -> UInt64 {
  let (x, overflow1) = a.subtractingReportingOverflow(b)
  let (y, overflow2) = x.subtractingReportingOverflow(borrow)
  borrow = (overflow1 ? 1 : 0) | (overflow2 ? 1 : 0)
  return y
}

extension InlineArray where Element == UInt64 {
  /// Whether all limbs are zero.
  @inline(__always)
  var isZero: Bool {
    var bits: UInt64 = 0
    for i in indices { bits |= self[i] }
    return bits == 0
  }

  /// Whether this little-endian number is less than `other`.
  @inline(__always)
  func isLess(than other: Self) -> Bool {
    var borrow: UInt64 = 0
    for i in indices { _ = subtractWithBorrow(self[i], other[i], &borrow) }
    return borrow != 0
  }

  /// The number of significant bits; 0 for zero.
  var bitWidth: Int {
    for i in indices.reversed() where self[i] != 0 {
      return 64 * (i + 1) - self[i].leadingZeroBitCount
    }
    return 0
  }

  /// Bit `i` of the little-endian number, 0 or 1; `i` is less than 64·`count`.
  @inline(__always)
  func bit(_ i: Int) -> UInt64 { (self[i &>> 6] &>> UInt64(i & 63)) & 1 }

  /// The number divided by a small `divisor` (not zero), rounded down.
  func divided(by divisor: UInt64) -> Self {
    var quotient = self
    var remainder: UInt64 = 0
    for i in indices.reversed() {
      (quotient[i], remainder) = divisor.dividingFullWidth((remainder, self[i]))
    }
    return quotient
  }

  /// The number plus or minus a small number, modulo 2^(64·count).
  func adding(_ addend: UInt64) -> Self {
    var sum = self
    var carry = addend
    for i in indices { sum[i] = addWithCarry(self[i], 0, &carry) }
    return sum
  }

  /// The number minus a small number, modulo 2^(64·count).
  func subtracting(_ subtrahend: UInt64) -> Self {
    var difference = self
    var borrow = subtrahend
    for i in indices { difference[i] = subtractWithBorrow(self[i], 0, &borrow) }
    return difference
  }
}
