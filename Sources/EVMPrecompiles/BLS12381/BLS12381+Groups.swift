// The endomorphisms of the two groups, and what they are good for: membership (Scott, "A note on group
// membership tests for G1, G2 and GT on BLS pairing-friendly curves", 2021) and clearing cofactors.

extension BLS12381 {
  typealias FirstPoint = AffinePoint<Fp>
  typealias SecondPoint = AffinePoint<Fp2<BLS12381>>

  static let firstGenerator = FirstPoint(
    "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
    "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1")

  static let secondGenerator = SecondPoint(
    Fp2(
      "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8",
      "13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"),
    Fp2(
      "0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801",
      "0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be"))

  /// The cube root of unity by which φ multiplies x.
  private static let beta = Fp(2).power(BLS12381Modulus.modulus.subtracting(1).divided(by: 3))

  /// φ(x, y) = (βx, y): on the first group, multiplication by −x².
  static func phi(_ p: FirstPoint) -> FirstPoint { FirstPoint(p.x * beta, p.y) }

  private static let psiX = frobeniusFactors[2].inverted()
  private static let psiY = frobeniusFactors[3].inverted()

  /// ψ, that is untwist, Frobenius, twist: on the second group, multiplication by p, which is x modulo r.
  static func psi(_ q: SecondPoint) -> SecondPoint {
    SecondPoint(q.x.conjugate * psiX, q.y.conjugate * psiY)
  }

  /// ψ in Jacobian coordinates.
  private static func psi(_ q: JacobianPoint<Fp2<BLS12381>>) -> JacobianPoint<Fp2<BLS12381>> {
    JacobianPoint(q.x.conjugate * psiX, q.y.conjugate * psiY, q.z.conjugate)
  }

  /// Whether a point of the curve has order r: φ(P) = −[x²]P.
  static func isInFirstGroup(_ p: FirstPoint) -> Bool {
    (-JacobianPoint(p).times(absoluteX).times(absoluteX)).isEqual(to: phi(p))
  }

  /// Whether a point of the twist has order r: ψ(Q) = [x]Q.
  static func isInSecondGroup(_ q: SecondPoint) -> Bool {
    (-JacobianPoint(q).times(absoluteX)).isEqual(to: psi(q))
  }

  /// Maps a point of the curve into the first group: [1 − x]P.
  static func clearingFirstCofactor(_ p: JacobianPoint<Fp>) -> JacobianPoint<Fp> {
    p.times(absoluteX) + p
  }

  /// Maps a point of the twist into the second group: [x² − x − 1]Q + [x − 1]ψ(Q) + ψ²([2]Q) (Budroni and Pintore,
  /// "Efficient hash maps to G2 on BLS curves", 2017).
  static func clearingSecondCofactor(
    _ q: JacobianPoint<Fp2<BLS12381>>
  ) -> JacobianPoint<Fp2<BLS12381>> {
    let xq = -q.times(absoluteX)
    let image = psi(q)
    // [x]([x]Q + ψ(Q)) − [x]Q − Q − ψ(Q) + ψ²([2]Q)
    return -(xq + image).times(absoluteX) + -(xq + q + image) + psi(psi(q.doubled()))
  }
}
