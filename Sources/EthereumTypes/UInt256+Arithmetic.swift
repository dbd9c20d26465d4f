// The carry is kept a UInt64 on purpose: written like this Swift emits add/adc/adc/adc, while a Bool
// carry branches.

extension UInt256 {
  /// Bits 0 to 127.
  @inlinable @inline(__always)
  var low128: UInt128 { UInt128(_low: l0, _high: l1) }

  /// Bits 128 to 255.
  @inlinable @inline(__always)
  var high128: UInt128 { UInt128(_low: l2, _high: l3) }

  /// Makes a word from its halves.
  @inlinable @inline(__always)
  init(low: UInt128, high: UInt128) { self.init(limbs: low._low, low._high, high._low, high._high) }

  /// Adds two limbs and a carry of 0 or 1.
  @inlinable @inline(__always)
  static func add(_ a: UInt64, _ b: UInt64, carry: inout UInt64) -> UInt64 {
    let (s, c1) = a.addingReportingOverflow(b)
    let (t, c2) = s.addingReportingOverflow(carry)
    carry = (c1 ? 1 : 0) | (c2 ? 1 : 0)
    return t
  }

  /// Subtracts a limb and a borrow of 0 or 1.
  @inlinable @inline(__always)
  static func subtract(_ a: UInt64, _ b: UInt64, borrow: inout UInt64) -> UInt64 {
    let (s, c1) = a.subtractingReportingOverflow(b)
    let (t, c2) = s.subtractingReportingOverflow(borrow)
    borrow = (c1 ? 1 : 0) | (c2 ? 1 : 0)
    return t
  }

  /// Adds a·b + c + carry, which never exceeds 128 bits; the high half becomes the carry.
  @inlinable @inline(__always)
  static func multiplyAdd(_ a: UInt64, _ b: UInt64, _ c: UInt64, carry: inout UInt64) -> UInt64 {
    let (high, low) = a.multipliedFullWidth(by: b)
    let (s, c1) = low.addingReportingOverflow(c)
    let (t, c2) = s.addingReportingOverflow(carry)
    carry = high &+ (c1 ? 1 : 0) &+ (c2 ? 1 : 0)
    return t
  }

  /// The sum modulo 2²⁵⁶ and whether it wrapped.
  @inlinable @inline(__always)
  public func addingReportingOverflow(_ b: UInt256) -> (partialValue: UInt256, overflow: Bool) {
    let (r0, c) = low128.addingReportingOverflow(b.low128)
    let (sum, c1) = high128.addingReportingOverflow(b.high128)
    let (r1, c2) = sum.addingReportingOverflow(c ? 1 : 0)
    return (UInt256(low: r0, high: r1), c1 || c2)
  }

  /// The difference modulo 2²⁵⁶ and whether it wrapped.
  @inlinable @inline(__always)
  public func subtractingReportingOverflow(_ b: UInt256) -> (partialValue: UInt256, overflow: Bool) {
    let (r0, c) = low128.subtractingReportingOverflow(b.low128)
    let (difference, c1) = high128.subtractingReportingOverflow(b.high128)
    let (r1, c2) = difference.subtractingReportingOverflow(c ? 1 : 0)
    return (UInt256(low: r0, high: r1), c1 || c2)
  }

  /// Sum modulo 2²⁵⁶.
  @inlinable @inline(__always)
  public static func &+ (a: UInt256, b: UInt256) -> UInt256 {
    let (low, carry) = a.low128.addingReportingOverflow(b.low128)
    return UInt256(low: low, high: a.high128 &+ b.high128 &+ (carry ? 1 : 0))
  }

  /// Difference modulo 2²⁵⁶.
  @inlinable @inline(__always)
  public static func &- (a: UInt256, b: UInt256) -> UInt256 {
    let (low, borrow) = a.low128.subtractingReportingOverflow(b.low128)
    return UInt256(low: low, high: a.high128 &- b.high128 &- (borrow ? 1 : 0))
  }

  /// Adds in place modulo 2²⁵⁶.
  @inlinable @inline(__always)
  public static func &+= (a: inout UInt256, b: UInt256) { a = a &+ b }

  /// Subtracts in place modulo 2²⁵⁶.
  @inlinable @inline(__always)
  public static func &-= (a: inout UInt256, b: UInt256) { a = a &- b }

  /// Two's complement.
  @inlinable @inline(__always)
  public var negated: UInt256 { UInt256.zero &- self }

  /// Product modulo 2²⁵⁶.
  @inlinable @inline(__always)
  public static func &* (a: UInt256, b: UInt256) -> UInt256 {
    var c: UInt64 = 0
    let r0 = multiplyAdd(a.l0, b.l0, 0, carry: &c)
    var r1 = multiplyAdd(a.l0, b.l1, 0, carry: &c)
    var r2 = multiplyAdd(a.l0, b.l2, 0, carry: &c)
    var r3 = a.l0 &* b.l3 &+ c
    c = 0
    r1 = multiplyAdd(a.l1, b.l0, r1, carry: &c)
    r2 = multiplyAdd(a.l1, b.l1, r2, carry: &c)
    r3 = a.l1 &* b.l2 &+ r3 &+ c
    c = 0
    r2 = multiplyAdd(a.l2, b.l0, r2, carry: &c)
    r3 = a.l2 &* b.l1 &+ r3 &+ c
    r3 = a.l3 &* b.l0 &+ r3
    return UInt256(limbs: r0, r1, r2, r3)
  }

  /// The whole 512-bit product.
  @inlinable
  public func multipliedFullWidth(by b: UInt256) -> (high: UInt256, low: UInt256) {
    var r4: UInt64 = 0
    let r0 = Self.multiplyAdd(l0, b.l0, 0, carry: &r4)
    var r1 = Self.multiplyAdd(l0, b.l1, 0, carry: &r4)
    var r2 = Self.multiplyAdd(l0, b.l2, 0, carry: &r4)
    var r3 = Self.multiplyAdd(l0, b.l3, 0, carry: &r4)
    var r5: UInt64 = 0
    r1 = Self.multiplyAdd(l1, b.l0, r1, carry: &r5)
    r2 = Self.multiplyAdd(l1, b.l1, r2, carry: &r5)
    r3 = Self.multiplyAdd(l1, b.l2, r3, carry: &r5)
    r4 = Self.multiplyAdd(l1, b.l3, r4, carry: &r5)
    var r6: UInt64 = 0
    r2 = Self.multiplyAdd(l2, b.l0, r2, carry: &r6)
    r3 = Self.multiplyAdd(l2, b.l1, r3, carry: &r6)
    r4 = Self.multiplyAdd(l2, b.l2, r4, carry: &r6)
    r5 = Self.multiplyAdd(l2, b.l3, r5, carry: &r6)
    var r7: UInt64 = 0
    r3 = Self.multiplyAdd(l3, b.l0, r3, carry: &r7)
    r4 = Self.multiplyAdd(l3, b.l1, r4, carry: &r7)
    r5 = Self.multiplyAdd(l3, b.l2, r5, carry: &r7)
    r6 = Self.multiplyAdd(l3, b.l3, r6, carry: &r7)
    return (UInt256(limbs: r4, r5, r6, r7), UInt256(limbs: r0, r1, r2, r3))
  }

  /// The product, or nil where it exceeds 256 bits.
  @inlinable
  public func multipliedIfFits(by b: UInt256) -> UInt256? {
    let (high, low) = multipliedFullWidth(by: b)
    return high.isZero ? low : nil
  }

  /// The product, or nil where it exceeds 256 bits.
  @inlinable
  public func multipliedIfFits(byLimb b: UInt64) -> UInt256? {
    var carry: UInt64 = 0
    let r0 = Self.multiplyAdd(l0, b, 0, carry: &carry)
    let r1 = Self.multiplyAdd(l1, b, 0, carry: &carry)
    let r2 = Self.multiplyAdd(l2, b, 0, carry: &carry)
    let r3 = Self.multiplyAdd(l3, b, 0, carry: &carry)
    return carry == 0 ? UInt256(limbs: r0, r1, r2, r3) : nil
  }

  /// The sum, or nil where it exceeds 256 bits.
  @inlinable @inline(__always)
  public func addedIfFits(_ b: UInt256) -> UInt256? {
    let (sum, overflow) = addingReportingOverflow(b)
    return overflow ? nil : sum
  }

  /// The difference, 0 where it would be negative.
  @inlinable @inline(__always)
  public func subtractedOrZero(_ b: UInt256) -> UInt256 {
    let (difference, overflow) = subtractingReportingOverflow(b)
    return overflow ? .zero : difference
  }

  /// `self` to the power `exponent` modulo 2²⁵⁶ (EXP). Square and multiply: at most 512 products.
  @inlinable
  public func power(_ exponent: UInt256) -> UInt256 {
    // A power of two needs no products at all, and 2^n is what real contracts ask for most.
    if l0 == 2 && fitsUInt64 { return UInt256.one << exponent }
    var result = UInt256.one
    var base = self
    var e = exponent
    while !e.isZero {
      if e.l0 & 1 == 1 { result = result &* base }
      e = e.shiftedRightOnce
      if !e.isZero { base = base &* base }
    }
    return result
  }
}
