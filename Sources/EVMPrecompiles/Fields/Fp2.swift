/// c0 + c1·u with u² = −1.
struct Fp2<Curve: PairingCurve>: FieldElement {
  var c0: Curve.Fp
  var c1: Curve.Fp

  @inline(__always)
  init(_ c0: Curve.Fp, _ c1: Curve.Fp) {
    self.c0 = c0
    self.c1 = c1
  }

  @inline(__always) static var zero: Self { Self(.zero, .zero) }
  @inline(__always) static var one: Self { Self(.one, .zero) }
  @inline(__always) var isZero: Bool { c0.isZero && c1.isZero }
  @inline(__always) static func + (a: Self, b: Self) -> Self { Self(a.c0 + b.c0, a.c1 + b.c1) }
  @inline(__always) static func - (a: Self, b: Self) -> Self { Self(a.c0 - b.c0, a.c1 - b.c1) }
  @inline(__always) static prefix func - (a: Self) -> Self { Self(-a.c0, -a.c1) }

  /// Four products with two reductions (Longa, "Efficient algorithms for large prime characteristic fields and
  /// their application to bilinear pairings", 2022): beats Karatsuba's three products and five sums.
  static func * (a: Self, b: Self) -> Self {
    Self(
      Curve.Fp.sumOfProducts(a.c0, b.c0, -a.c1, b.c1),
      Curve.Fp.sumOfProducts(a.c0, b.c1, a.c1, b.c0))
  }

  /// The product with an element of the base field.
  @inline(__always)
  static func * (a: Self, b: Curve.Fp) -> Self { Self(a.c0 * b, a.c1 * b) }

  func squared() -> Self {
    let product = c0 * c1
    return Self((c0 + c1) * (c0 - c1), product + product)
  }

  /// c0 − c1·u, which is also the Frobenius map.
  @inline(__always)
  var conjugate: Self { Self(c0, -c1) }

  func inverted() -> Self {
    let inverseNorm = (c0.squared() + c1.squared()).inverted()
    return Self(c0 * inverseNorm, -(c1 * inverseNorm))
  }

  /// ξ·self.
  @inline(__always)
  var timesXi: Self { Curve.timesXi(self) }
}
