/// c0 + c1·v + c2·v² over Fp2, with v³ = ξ.
struct Fp6<Curve: PairingCurve>: FieldElement {
  typealias Base = Fp2<Curve>

  var c0: Base
  var c1: Base
  var c2: Base

  @inline(__always)
  init(_ c0: Base, _ c1: Base, _ c2: Base) {
    self.c0 = c0
    self.c1 = c1
    self.c2 = c2
  }

  static var zero: Self { Self(.zero, .zero, .zero) }
  static var one: Self { Self(.one, .zero, .zero) }
  var isZero: Bool { c0.isZero && c1.isZero && c2.isZero }
  static func + (a: Self, b: Self) -> Self { Self(a.c0 + b.c0, a.c1 + b.c1, a.c2 + b.c2) }
  static func - (a: Self, b: Self) -> Self { Self(a.c0 - b.c0, a.c1 - b.c1, a.c2 - b.c2) }
  static prefix func - (a: Self) -> Self { Self(-a.c0, -a.c1, -a.c2) }

  /// Karatsuba: six products in Fp2.
  static func * (a: Self, b: Self) -> Self {
    let p0 = a.c0 * b.c0
    let p1 = a.c1 * b.c1
    let p2 = a.c2 * b.c2
    return Self(
      p0 + ((a.c1 + a.c2) * (b.c1 + b.c2) - p1 - p2).timesXi,
      (a.c0 + a.c1) * (b.c0 + b.c1) - p0 - p1 + p2.timesXi,
      (a.c0 + a.c2) * (b.c0 + b.c2) - p0 - p2 + p1)
  }

  /// The product with an element of Fp2.
  static func * (a: Self, b: Base) -> Self { Self(a.c0 * b, a.c1 * b, a.c2 * b) }

  /// The product with `b0 + b1·v`: five products in Fp2.
  func timesSparse(_ b0: Base, _ b1: Base) -> Self {
    let p0 = c0 * b0
    let p1 = c1 * b1
    return Self(
      p0 + (c2 * b1).timesXi,
      (c0 + c1) * (b0 + b1) - p0 - p1,
      p1 + c2 * b0)
  }

  /// v·self.
  @inline(__always)
  var timesV: Self { Self(c2.timesXi, c0, c1) }

  /// Chung and Hasan's SQR2: two products and three squares.
  func squared() -> Self {
    let s0 = c0.squared()
    let s1 = (c0 * c1).doubled()
    let s2 = (c0 - c1 + c2).squared()
    let s3 = (c1 * c2).doubled()
    let s4 = c2.squared()
    return Self(s0 + s3.timesXi, s1 + s4.timesXi, s1 + s2 + s3 - s0 - s4)
  }

  func inverted() -> Self {
    let t0 = c0.squared() - (c1 * c2).timesXi
    let t1 = c2.squared().timesXi - c0 * c1
    let t2 = c1.squared() - c0 * c2
    let norm = c0 * t0 + (c2 * t1 + c1 * t2).timesXi
    return Self(t0, t1, t2) * norm.inverted()
  }
}
