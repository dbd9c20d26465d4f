extension BLS12381 {
  /// The points of order r on the twist y² = x³ + 4(1 + u) over Fp2.
  enum SecondGroup: BLS12381Group {
    typealias Field = Fp2<BLS12381>
    typealias Point = AffinePoint<Field>

    static let generator = Point(
      Field(
        "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8",
        "13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"),
      Field(
        "0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801",
        "0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be"))

    static var b: Field { twistedB }

    /// RFC 9380, section 8.8.2, without hashing.
    static let map = CurveMap<Field>(
      a: Field(0, 240), b: Field(1012, 1012), z: -Field(2, 1),
      xNumerator: SecondGroupIsogeny.xNumerator, xDenominator: SecondGroupIsogeny.xDenominator,
      yNumerator: SecondGroupIsogeny.yNumerator, yDenominator: SecondGroupIsogeny.yDenominator)

    static var coordinateSize: Int { 2 * FirstGroup.coordinateSize }

    /// c0, then c1.
    static func coordinate(_ input: Span<UInt8>, at offset: Int) -> Field? {
      guard let c0 = FirstGroup.coordinate(input, at: offset),
        let c1 = FirstGroup.coordinate(input, at: offset + FirstGroup.coordinateSize)
      else { return nil }
      return Field(c0, c1)
    }

    static func append(_ coordinate: Field, to output: inout [UInt8]) {
      FirstGroup.append(coordinate.c0, to: &output)
      FirstGroup.append(coordinate.c1, to: &output)
    }

    private static let psiX = frobeniusFactors[2].inverted()
    private static let psiY = frobeniusFactors[3].inverted()

    /// ψ, that is untwist, Frobenius, twist: on the group, multiplication by p, which is x modulo r.
    static func psi(_ q: Point) -> Point { Point(q.x.conjugate * psiX, q.y.conjugate * psiY) }

    /// ψ in Jacobian coordinates.
    private static func psi(_ q: JacobianPoint<Field>) -> JacobianPoint<Field> {
      JacobianPoint(q.x.conjugate * psiX, q.y.conjugate * psiY, q.z.conjugate)
    }

    /// ψ(Q) = [x]Q (Scott, as for the first group).
    static func isMember(_ q: Point) -> Bool {
      (-JacobianPoint(q).times(absoluteX)).isEqual(to: psi(q))
    }

    /// [x² − x − 1]Q + [x − 1]ψ(Q) + ψ²([2]Q) (Budroni and Pintore, "Efficient hash maps to G2 on BLS curves", 2017).
    static func clearingCofactor(_ q: JacobianPoint<Field>) -> JacobianPoint<Field> {
      let xq = -q.times(absoluteX)
      let image = psi(q)
      // [x]([x]Q + ψ(Q)) − [x]Q − Q − ψ(Q) + ψ²([2]Q)
      return -(xq + image).times(absoluteX) + -(xq + q + image) + psi(psi(q.doubled()))
    }

    static var termBits: Int { 64 }

    /// The sum of [dᵢ][|x|ⁱ]Q, where [|x|]Q = −ψ(Q).
    static func appendTerms(
      _ q: Point, times scalar: InlineArray<4, UInt64>, to terms: inout [ScalarTerm<Field>]
    ) {
      if q.isInfinity { return }
      let d = digits(scalar)
      var power = q
      for i in 0..<4 {
        terms.append(ScalarTerm(point: power, scalar: UInt128(d[i])))
        power = -psi(power)
      }
    }
  }
}
