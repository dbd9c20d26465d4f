/// A point (x/z², y/z³) of a curve y² = x³ + b; z is zero at infinity. Formulas are complete: every
/// special case (infinity, equal and opposite points) is handled. Variable time.
struct JacobianPoint<Field: FieldElement>: BitwiseCopyable, Sendable {
  var x: Field
  var y: Field
  var z: Field

  @inline(__always)
  init(_ x: Field, _ y: Field, _ z: Field) {
    self.x = x
    self.y = y
    self.z = z
  }

  init(_ p: AffinePoint<Field>) {
    self = p.isInfinity ? .infinity : Self(p.x, p.y, .one)
  }

  static var infinity: Self { Self(.one, .one, .zero) }
  var isInfinity: Bool { z.isZero }
  static prefix func - (p: Self) -> Self { Self(p.x, -p.y, p.z) }

  /// One inversion in the field.
  var affine: AffinePoint<Field> {
    if isInfinity { return .infinity }
    let inverse = z.inverted()
    let square = inverse.squared()
    return AffinePoint(x * square, y * square * inverse)
  }

  /// Whether this is the same point as `p`, without an inversion.
  func isEqual(to p: AffinePoint<Field>) -> Bool {
    if isInfinity || p.isInfinity { return isInfinity && p.isInfinity }
    let zz = z.squared()
    return x == p.x * zz && y == p.y * zz * z
  }

  /// `2·self` ("dbl-2009-l" of the Explicit-Formulas Database, a = 0).
  func doubled() -> Self {
    let a = x.squared()
    let b = y.squared()
    let c = b.squared()
    let d = ((x + b).squared() - a - c).doubled()
    let e = a.doubled() + a
    let x3 = e.squared() - d.doubled()
    return Self(
      x3,
      e * (d - x3) - c.doubled().doubled().doubled(),
      (y * z).doubled())
  }

  /// The sum with an affine point ("madd-2007-bl").
  static func + (p: Self, q: AffinePoint<Field>) -> Self {
    if q.isInfinity { return p }
    if p.isInfinity { return Self(q) }
    let zz = p.z.squared()
    let h = q.x * zz - p.x
    let s = q.y * p.z * zz - p.y
    if h.isZero { return s.isZero ? p.doubled() : .infinity }
    let hh = h.squared()
    let i = hh.doubled().doubled()
    let j = h * i
    let r = s.doubled()
    let v = p.x * i
    let x3 = r.squared() - j - v.doubled()
    return Self(
      x3,
      r * (v - x3) - (p.y * j).doubled(),
      (p.z + h).squared() - zz - hh)
  }

  /// The sum of two points ("add-2007-bl").
  static func + (p: Self, q: Self) -> Self {
    if q.isInfinity { return p }
    if p.isInfinity { return q }
    let pzz = p.z.squared()
    let qzz = q.z.squared()
    let u = p.x * qzz
    let h = q.x * pzz - u
    let s1 = p.y * q.z * qzz
    let s = q.y * p.z * pzz - s1
    if h.isZero { return s.isZero ? p.doubled() : .infinity }
    let i = h.doubled().squared()
    let j = h * i
    let r = s.doubled()
    let v = u * i
    let x3 = r.squared() - j - v.doubled()
    return Self(
      x3,
      r * (v - x3) - (s1 * j).doubled(),
      ((p.z + q.z).squared() - pzz - qzz) * h)
  }

  /// `scalar·self` for a little-endian scalar of any size, in four-bit windows.
  func times<let N: Int>(_ scalar: InlineArray<N, UInt64>) -> Self {
    var table = InlineArray<16, Self>(repeating: .infinity)
    for i in 1..<16 { table[i] = table[i - 1] + self }
    var result = Self.infinity
    let top = (scalar.bitWidth + 3) / 4 * 4
    for position in stride(from: top - 4, through: 0, by: -4) {
      result = result.doubled().doubled().doubled().doubled()
      let digit = Int((scalar[position &>> 6] &>> UInt64(position & 63)) & 15)
      if digit != 0 { result = result + table[digit] }
    }
    return result
  }

  /// `scalar·self`, bit by bit: for short, sparse scalars.
  func times(_ scalar: UInt64) -> Self {
    if scalar == 0 { return .infinity }
    var result = self
    for i in (0..<(63 - scalar.leadingZeroBitCount)).reversed() {
      result = result.doubled()
      if (scalar &>> UInt64(i)) & 1 == 1 { result = result + self }
    }
    return result
  }
}
