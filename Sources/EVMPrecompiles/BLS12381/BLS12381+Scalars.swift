extension BLS12381 {
  /// The digits of `scalar` modulo r in base |x|, least significant first: each below |x|. As x⁴ ≈ r, four are
  /// enough; and the endomorphisms make multiplications by powers of x cheap.
  static func digits(_ scalar: InlineArray<4, UInt64>) -> InlineArray<4, UInt64> {
    var rest = scalar
    // r > 2²⁵⁴, so that a 256-bit scalar holds it at most twice.
    while !rest.isLess(than: order) {
      var borrow: UInt64 = 0
      for i in 0..<4 { rest[i] = subtractWithBorrow(rest[i], order[i], &borrow) }
    }
    return InlineArray { _ in
      var digit: UInt64 = 0
      for i in (0..<4).reversed() {
        (rest[i], digit) = absoluteX.dividingFullWidth((digit, rest[i]))
      }
      return digit
    }
  }
}
