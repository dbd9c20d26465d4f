extension BLS12381 {
  /// The points of order r on y² = x³ + 4 over Fp.
  enum FirstGroup: BLS12381Group {
    typealias Point = AffinePoint<Fp>

    static let generator = Point(
      "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
      "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1")

    static var b: Fp { BLS12381.b }

    /// RFC 9380, section 8.8.1, without hashing.
    static let map = CurveMap<Fp>(
      a: "00144698a3b8e9433d693a02c96d4982b0ea985383ee66a8d8e8981aefd881ac98936f8da0e0f97f5cf428082d584c1d",
      b: "12e2908d11688030018b12e8753eee3b2016c1f0f24f4070a0b9c14fcef35ef55a23215a316ceaa5d1cc48e98e172be0",
      z: 11,
      xNumerator: FirstGroupIsogeny.xNumerator, xDenominator: FirstGroupIsogeny.xDenominator,
      yNumerator: FirstGroupIsogeny.yNumerator, yDenominator: FirstGroupIsogeny.yDenominator)

    static var coordinateSize: Int { 64 }

    static func coordinate(_ input: Span<UInt8>, at offset: Int) -> Fp? {
      guard input.bigEndianWord(at: offset) | input.bigEndianWord(at: offset + 8) == 0 else { return nil }
      return Fp(canonical: input.limbs(at: offset + 16))
    }

    static func append(_ coordinate: Fp, to output: inout [UInt8]) {
      output.appendZeros(16)
      output.append(bigEndian: coordinate.canonical)
    }

    /// The cube root of unity by which φ multiplies x.
    private static let beta = Fp(2).power(BLS12381Modulus.modulus.subtracting(1).divided(by: 3))

    /// φ(x, y) = (βx, y): on the group, multiplication by −x².
    static func phi(_ p: Point) -> Point { Point(p.x * beta, p.y) }

    /// φ(P) = −[x²]P (Scott, "A note on group membership tests for G1, G2 and GT on BLS pairing-friendly curves", 2021).
    static func isMember(_ p: Point) -> Bool {
      (-JacobianPoint(p).times(absoluteX).times(absoluteX)).isEqual(to: phi(p))
    }

    /// [1 − x]P.
    static func clearingCofactor(_ p: JacobianPoint<Fp>) -> JacobianPoint<Fp> { p.times(absoluteX) + p }

    static var termBits: Int { 128 }

    /// [d₀ + d₁|x|]P + [d₂ + d₃|x|][x²]P, where [x²]P = −φ(P).
    static func appendTerms(
      _ p: Point, times scalar: InlineArray<4, UInt64>, to terms: inout [ScalarTerm<Fp>]
    ) {
      if p.isInfinity { return }
      let d = digits(scalar)
      let x = UInt128(absoluteX)
      terms.append(ScalarTerm(point: p, scalar: UInt128(d[0]) + UInt128(d[1]) * x))
      terms.append(ScalarTerm(point: -phi(p), scalar: UInt128(d[2]) + UInt128(d[3]) * x))
    }
  }
}
