// Scalars modulo r, split by the endomorphisms: as x⁴ ≈ r, four digits in base |x| make a scalar, and
// multiplications by powers of x are cheap.

extension BLS12381 {
  /// The digits of `scalar` modulo r in base |x|, least significant first: each below |x|.
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

  /// [d₀ + d₁|x|]P + [d₂ + d₃|x|][x²]P, where [x²]P = −φ(P).
  static func appendTerms(
    _ p: FirstPoint, times scalar: InlineArray<4, UInt64>, to terms: inout [ScalarTerm<Fp>]
  ) {
    if p.isInfinity { return }
    let d = digits(scalar)
    let x = UInt128(absoluteX)
    terms.append(ScalarTerm(point: p, scalar: UInt128(d[0]) + UInt128(d[1]) * x))
    terms.append(ScalarTerm(point: -phi(p), scalar: UInt128(d[2]) + UInt128(d[3]) * x))
  }

  /// The sum of [dᵢ][|x|ⁱ]Q, where [|x|]Q = −ψ(Q).
  static func appendTerms(
    _ q: SecondPoint, times scalar: InlineArray<4, UInt64>, to terms: inout [ScalarTerm<Fp2<BLS12381>>]
  ) {
    if q.isInfinity { return }
    let d = digits(scalar)
    var power = q
    for i in 0..<4 {
      terms.append(ScalarTerm(point: power, scalar: UInt128(d[i])))
      power = -psi(power)
    }
  }
}
