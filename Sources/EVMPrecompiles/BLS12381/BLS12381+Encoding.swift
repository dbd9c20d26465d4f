// EIP-2537's encodings: a coordinate is 64 bytes, the first 16 of them zero; infinity is all zeros.

extension BLS12381 {
  /// The sizes of a coordinate, of the groups' points and of a scalar, in bytes.
  enum Size {
    static let coordinate = 64
    static let firstPoint = 128
    static let secondPoint = 256
    static let scalar = 32
  }

  /// A coordinate, or nil where its padding is not zero or it is not below p.
  static func coordinate(_ input: Span<UInt8>, at offset: Int) -> Fp? {
    guard input.bigEndianWord(at: offset) | input.bigEndianWord(at: offset + 8) == 0 else { return nil }
    return Fp(canonical: input.limbs(at: offset + 16))
  }

  /// c0 and c1 in that order.
  static func quadraticCoordinate(_ input: Span<UInt8>, at offset: Int) -> Fp2<BLS12381>? {
    guard let c0 = coordinate(input, at: offset),
      let c1 = coordinate(input, at: offset + Size.coordinate)
    else { return nil }
    return Fp2(c0, c1)
  }

  /// A point of the first group's curve, not necessarily of the group.
  static func firstCurvePoint(_ input: Span<UInt8>, at offset: Int) -> FirstPoint? {
    guard let x = coordinate(input, at: offset), let y = coordinate(input, at: offset + Size.coordinate)
    else { return nil }
    let point = FirstPoint(x, y)
    return point.isOnCurve(b: b) ? point : nil
  }

  /// A point of the twist, not necessarily of the second group.
  static func secondCurvePoint(_ input: Span<UInt8>, at offset: Int) -> SecondPoint? {
    guard let x = quadraticCoordinate(input, at: offset),
      let y = quadraticCoordinate(input, at: offset + 2 * Size.coordinate)
    else { return nil }
    let point = SecondPoint(x, y)
    return point.isOnCurve(b: twistedB) ? point : nil
  }

  static func append(_ coordinate: Fp, to output: inout [UInt8]) {
    output.appendZeros(16)
    output.append(bigEndian: coordinate.canonical)
  }

  static func append(_ p: FirstPoint, to output: inout [UInt8]) {
    append(p.x, to: &output)
    append(p.y, to: &output)
  }

  static func append(_ q: SecondPoint, to output: inout [UInt8]) {
    append(q.x.c0, to: &output)
    append(q.x.c1, to: &output)
    append(q.y.c0, to: &output)
    append(q.y.c1, to: &output)
  }
}
