/// A field that the simplified SWU map works over: it has square roots and signs.
protocol RootedField: FieldElement {
  /// A square root, or nil where there is none.
  func squareRoot() -> Self?
  /// RFC 9380, section 4.1: the parity of the first coordinate that is not zero.
  var isOdd: Bool { get }
}

/// A deterministic map from a field to a curve y² = x³ + b: simplified SWU onto an isogenous curve
/// y² = x³ + a'x + b', then the isogeny (RFC 9380, section 6.6.3). Cofactors are left to the caller.
struct CurveMap<Field: RootedField>: Sendable {
  /// a' of the isogenous curve.
  let a: Field
  /// b' of the isogenous curve.
  let b: Field
  /// The map's non-square constant Z.
  let z: Field
  /// The isogeny's rational functions, coefficients of the constant terms first.
  let xNumerator: [Field]
  let xDenominator: [Field]
  let yNumerator: [Field]
  let yDenominator: [Field]

  /// The image of `u`; infinity where the isogeny's denominators vanish.
  func point(_ u: Field) -> JacobianPoint<Field> {
    let (numerator, denominator, y) = isogenousPoint(u)
    let powers = denominatorPowers(denominator)
    let xn = evaluate(xNumerator, numerator, powers)
    let xd = evaluate(xDenominator, numerator, powers) * powers[xNumerator.count - xDenominator.count]
    let yn = evaluate(yNumerator, numerator, powers) * y
    let yd = evaluate(yDenominator, numerator, powers)
    // x = xn/xd and y = yn/yd with z = xd·yd.
    let xdyd = xd * yd
    let ydyd = yd.squared()
    return JacobianPoint(xn * xd * ydyd, yn * xd.squared() * xdyd * yd, xdyd)
  }

  /// Simplified SWU (RFC 9380, section 6.6.2): x as a fraction, and y.
  private func isogenousPoint(_ u: Field) -> (numerator: Field, denominator: Field, y: Field) {
    let zuu = z * u.squared()
    let t = zuu.squared() + zuu
    let numerator = b * (t + .one)
    let denominator = a * (t.isZero ? z : -t)
    // The curve's right-hand side at the first candidate is w/denominator³ = w·denominator/denominator⁴.
    let dd = denominator.squared()
    let w = (numerator.squared() + a * dd) * numerator + b * dd * denominator
    let square = w * denominator
    let inverse = dd.inverted()
    if let root = square.squareRoot() {
      return (numerator, denominator, sign(root * inverse, as: u))
    }
    // The second candidate is Zu² times the first; its right-hand side is (Zu²)³ times the first's, a square as Z
    // is none: (Zu²)³·square = Z·square·(Zu³)².
    let root = (z * square).squareRoot() ?? .zero
    return (zuu * numerator, denominator, sign(root * inverse * zuu * u, as: u))
  }

  private func sign(_ y: Field, as u: Field) -> Field { y.isOdd == u.isOdd ? y : -y }

  private func denominatorPowers(_ denominator: Field) -> [Field] {
    var powers: [Field] = [.one]
    while powers.count < yNumerator.count { powers.append(powers[powers.count - 1] * denominator) }
    return powers
  }

  /// The polynomial at numerator/denominator, times denominator^degree.
  private func evaluate(_ coefficients: [Field], _ numerator: Field, _ powers: [Field]) -> Field {
    var value = Field.zero
    for (i, coefficient) in coefficients.reversed().enumerated() {
      value = value * numerator + coefficient * powers[i]
    }
    return value
  }
}
