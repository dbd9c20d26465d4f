// The three precompiles over BN254: EIP-196 (addition, multiplication) and EIP-197 (pairing check).
// Input is read as if followed by zeros without end.

extension BN254 {
  /// 0x06: the sum of two points. Fails on a coordinate that is not below p and off the curve.
  static func add(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    guard let p = firstGroupPoint(input, at: 0), let q = firstGroupPoint(input, at: 64) else { return false }
    append((JacobianPoint(p) + q).affine, to: &output)
    return true
  }

  /// 0x07: a point times a 256-bit number, which need not be below the group order.
  static func multiply(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    guard let p = firstGroupPoint(input, at: 0) else { return false }
    let scalar = input.limbs(at: 64, as: InlineArray<4, UInt64>.self)
    append(JacobianPoint(p).times(scalar).affine, to: &output)
    return true
  }

  /// 0x08: whether the product of the pairings of all pairs is one, as a 32-byte number.
  static func pairingCheck(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    guard input.count % 192 == 0 else { return false }
    var pairs: [MillerPair<BN254>] = []
    pairs.reserveCapacity(input.count / 192)
    for offset in stride(from: 0, to: input.count, by: 192) {
      guard let p = firstGroupPoint(input, at: offset), let q = secondGroupPoint(input, at: offset + 64)
      else { return false }
      if !p.isInfinity && !q.isInfinity { pairs.append(MillerPair(p, q)) }
    }
    output.appendBoolean(pairingProductIsOne(pairs))
    return true
  }

  private static func firstGroupPoint(_ input: Span<UInt8>, at offset: Int) -> AffinePoint<Fp>? {
    guard let x = Fp(canonical: input.limbs(at: offset)), let y = Fp(canonical: input.limbs(at: offset + 32))
    else { return nil }
    let point = AffinePoint(x, y)
    return point.isOnCurve(b: b) ? point : nil
  }

  /// Coordinates over Fp2 come with the coefficient of u first.
  private static func secondGroupPoint(_ input: Span<UInt8>, at offset: Int) -> AffinePoint<Fp2<BN254>>? {
    guard let x1 = Fp(canonical: input.limbs(at: offset)),
      let x0 = Fp(canonical: input.limbs(at: offset + 32)),
      let y1 = Fp(canonical: input.limbs(at: offset + 64)),
      let y0 = Fp(canonical: input.limbs(at: offset + 96))
    else { return nil }
    let point = AffinePoint(Fp2<BN254>(x0, x1), Fp2<BN254>(y0, y1))
    guard point.isOnCurve(b: twistedB) else { return nil }
    return point.isInfinity || isInSecondGroup(point) ? point : nil
  }

  private static func append(_ p: AffinePoint<Fp>, to output: inout [UInt8]) {
    output.append(bigEndian: p.x.canonical)
    output.append(bigEndian: p.y.canonical)
  }
}
