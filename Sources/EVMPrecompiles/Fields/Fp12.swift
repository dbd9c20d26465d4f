/// c0 + c1·w over Fp6, with w² = v: the field pairings take their values in.
struct Fp12<Curve: PairingCurve>: FieldElement {
  typealias Base = Fp6<Curve>

  var c0: Base
  var c1: Base

  @inline(__always)
  init(_ c0: Base, _ c1: Base) {
    self.c0 = c0
    self.c1 = c1
  }

  static var zero: Self { Self(.zero, .zero) }
  static var one: Self { Self(.one, .zero) }
  var isZero: Bool { c0.isZero && c1.isZero }
  static func + (a: Self, b: Self) -> Self { Self(a.c0 + b.c0, a.c1 + b.c1) }
  static func - (a: Self, b: Self) -> Self { Self(a.c0 - b.c0, a.c1 - b.c1) }
  static prefix func - (a: Self) -> Self { Self(-a.c0, -a.c1) }

  static func * (a: Self, b: Self) -> Self {
    let low = a.c0 * b.c0
    let high = a.c1 * b.c1
    return Self(low + high.timesV, (a.c0 + a.c1) * (b.c0 + b.c1) - low - high)
  }

  /// The complex method: two products in Fp6.
  func squared() -> Self {
    let product = c0 * c1
    return Self(
      (c0 + c1) * (c0 + c1.timesV) - product - product.timesV,
      product + product)
  }

  /// self^(p⁶); in the cyclotomic subgroup it is the inverse.
  var conjugate: Self { Self(c0, -c1) }

  func inverted() -> Self {
    let inverseNorm = (c0.squared() - c1.squared().timesV).inverted()
    return Self(c0 * inverseNorm, -(c1 * inverseNorm))
  }

  /// self^p: conjugate every coefficient over Fp2, then scale that of wⁱ by ξ^(i(p − 1)/6).
  var frobenius: Self {
    let factors = Curve.frobeniusFactors
    return Self(
      Base(c0.c0.conjugate, c0.c1.conjugate * factors[2], c0.c2.conjugate * factors[4]),
      Base(c1.c0.conjugate * factors[1], c1.c1.conjugate * factors[3], c1.c2.conjugate * factors[5]))
  }

  /// The product with a line of the Miller loop, which has three of the six coefficients over Fp2:
  /// a + b·w + c·w³ on a D-type twist, a + b·w² + c·w³ on an M-type one. Thirteen products in Fp2.
  func times(_ line: Line<Curve>) -> Self {
    let low: Base
    let high: Base
    let cross: Base
    switch Curve.twist {
    case .divisive:
      low = c0 * line.a
      high = c1.timesSparse(line.b, line.c)
      cross = (c0 + c1).timesSparse(line.a + line.b, line.c)
    case .multiplicative:
      low = c0.timesSparse(line.a, line.b)
      high = (c1 * line.c).timesV
      cross = (c0 + c1).timesSparse(line.a, line.b + line.c)
    }
    return Self(low + high.timesV, cross - low - high)
  }
}

/// The value of a tangent or chord at a point: see ``Fp12/times(_:)`` for where the coefficients go.
struct Line<Curve: PairingCurve> {
  var a: Fp2<Curve>
  var b: Fp2<Curve>
  var c: Fp2<Curve>
}
