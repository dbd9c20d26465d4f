/// A point of y² = x³ + b, b not zero. The point at infinity is (0, 0), which is on no such curve, as in the
/// encodings of EIP-196 and EIP-2537.
struct AffinePoint<Field: FieldElement>: Equatable, BitwiseCopyable, Sendable {
  var x: Field
  var y: Field

  @inline(__always)
  init(_ x: Field, _ y: Field) {
    self.x = x
    self.y = y
  }

  @inline(__always) static var infinity: Self { Self(.zero, .zero) }
  @inline(__always) var isInfinity: Bool { x.isZero && y.isZero }
  @inline(__always) static prefix func - (p: Self) -> Self { Self(p.x, -p.y) }

  /// Whether this is the point at infinity or satisfies y² = x³ + b.
  func isOnCurve(b: Field) -> Bool {
    isInfinity || y.squared() == x.squared() * x + b
  }
}
