/// What tells the two groups of BLS12-381 apart, for the operations of EIP-2537 that both have.
///
/// Encodings: an element of Fp is 64 bytes, the first 16 of them zero; infinity is all zeros.
protocol BLS12381Group {
  /// Fp or Fp2.
  associatedtype Field: RootedField
  /// The size of an encoded coordinate, in bytes.
  static var coordinateSize: Int { get }
  /// b of the group's curve y² = x³ + b.
  static var b: Field { get }
  /// The map from the field to the curve, cofactor not cleared.
  static var map: CurveMap<Field> { get }
  /// The coordinate at `offset`; nil where its padding is not zero or a part of it not below p.
  static func coordinate(_ input: Span<UInt8>, at offset: Int) -> Field?
  static func append(_ coordinate: Field, to output: inout [UInt8])
  /// Whether a point of the curve, infinity included, has an order that divides r.
  static func isMember(_ p: AffinePoint<Field>) -> Bool
  /// Maps a point of the curve into the group.
  static func clearingCofactor(_ p: JacobianPoint<Field>) -> JacobianPoint<Field>
  /// How many bits the scalars of `appendTerms` have at most.
  static var termBits: Int { get }
  /// Appends terms with short scalars that add up to [scalar]p, for a member p of the group.
  static func appendTerms(
    _ p: AffinePoint<Field>, times scalar: InlineArray<4, UInt64>, to terms: inout [ScalarTerm<Field>])
}

extension BLS12381Group {
  /// The size of an encoded point, in bytes.
  static var pointSize: Int { 2 * coordinateSize }

  /// A point of the curve, not necessarily of the group; nil where malformed or off the curve.
  static func curvePoint(_ input: Span<UInt8>, at offset: Int) -> AffinePoint<Field>? {
    guard let x = coordinate(input, at: offset), let y = coordinate(input, at: offset + coordinateSize)
    else { return nil }
    let point = AffinePoint(x, y)
    return point.isOnCurve(b: b) ? point : nil
  }

  /// A point of the group.
  static func member(_ input: Span<UInt8>, at offset: Int) -> AffinePoint<Field>? {
    guard let point = curvePoint(input, at: offset), isMember(point) else { return nil }
    return point
  }

  private static func append(_ p: JacobianPoint<Field>, to output: inout [UInt8]) {
    let affine = p.affine
    append(affine.x, to: &output)
    append(affine.y, to: &output)
  }
}

/// The precompiles; all fail on a wrong input size, a malformed coordinate and a point off the curve.
extension BLS12381Group {
  /// 0x0b and 0x0d: the sum of two points of the curve.
  static func add(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    guard input.count == 2 * pointSize, let p = curvePoint(input, at: 0),
      let q = curvePoint(input, at: pointSize)
    else { return false }
    append(JacobianPoint(p) + q, to: &output)
    return true
  }

  /// 0x0c and 0x0e: the sum of [scalar]point over one pair or more. Points must be of the group, scalars (32 bytes)
  /// need not be below its order.
  static func multiply(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    let pairSize = pointSize + 32
    guard input.count > 0, input.count % pairSize == 0 else { return false }
    var terms: [ScalarTerm<Field>] = []
    for offset in stride(from: 0, to: input.count, by: pairSize) {
      guard let point = member(input, at: offset) else { return false }
      appendTerms(point, times: input.limbs(at: offset + pointSize), to: &terms)
    }
    append(multiScalarSum(terms, bits: termBits), to: &output)
    return true
  }

  /// 0x10 and 0x11: a field element to a point of the group.
  static func map(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    guard input.count == coordinateSize, let u = coordinate(input, at: 0) else { return false }
    append(clearingCofactor(map.point(u)), to: &output)
    return true
  }
}
