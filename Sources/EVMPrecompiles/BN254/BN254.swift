/// The curve y² = x³ + 3 of EIP-196 and EIP-197 ("alt_bn128"), of order r and with parameter
/// x = 4965661367192848881. First group: all points over Fp; second group: the points of order r on the
/// D-type twist y² = x³ + 3/ξ over Fp2, ξ = 9 + u.
enum BN254: PairingCurve {
  typealias Fp = PrimeField<4, BN254Modulus>

  /// The parameter of the Barreto-Naehrig family.
  static let x: UInt64 = 4_965_661_367_192_848_881

  static let xi = Fp2<BN254>(Fp(small: 9), .one)

  @inline(__always)
  static func timesXi(_ a: Fp2<BN254>) -> Fp2<BN254> {
    let nine = a.doubled().doubled().doubled() + a
    return Fp2(nine.c0 - a.c1, nine.c1 + a.c0)
  }

  static let frobeniusFactors = powers(
    of: xi.power(BN254Modulus.modulus.subtracting(1).divided(by: 6)))

  static var twist: Twist { .divisive }
  static let b = Fp(small: 3)
  static let twistedB = xi.inverted() * b

  /// 6x + 2 = 2⁶⁵ − 2⁶³ + … in non-adjacent form.
  static let millerDigits: [Int8] = nonAdjacentDigits(of: 6 * UInt128(x) + 2)

  /// The two extra chords of the optimal ate pairing on this family: through π(Q), then −π²(Q).
  static func finishMillerLoop(_ f: inout Fp12<BN254>, _ pairs: inout [MillerPair<BN254>]) {
    for i in pairs.indices {
      let image = psi(pairs[i].q)
      f = f.times(pairs[i].add(image))
      f = f.times(pairs[i].add(-psi(image)))
    }
  }

  /// Fuentes-Castañeda, Knapp and Rodríguez-Henríquez, "Faster hashing to G2" (SAC 2011), section 6: powers
  /// of f to λ₀ + λ₁p + λ₂p² + λ₃p³, which is a multiple of (p⁴ − p² + 1)/r.
  static func hardExponentiation(_ f: Fp12<BN254>) -> Fp12<BN254> {
    let fx = f.cyclotomicPower(x).conjugate
    let fx2 = fx.cyclotomicSquared()
    let fx6 = fx2.cyclotomicSquared() * fx2
    let fxx6 = fx6.cyclotomicPower(x).conjugate
    let fxxx12 = fxx6.cyclotomicSquared().cyclotomicPower(x).conjugate
    let lambda2 = fxxx12.conjugate * fxx6 * fx6.conjugate
    let lambda1 = lambda2 * fx2
    let lambda0 = lambda2 * fxx6 * f
    let lambda3 = f.conjugate * lambda1
    return lambda0 * lambda1.frobenius * lambda2.frobenius.frobenius
      * lambda3.frobenius.frobenius.frobenius
  }

  /// The endomorphism ψ of the twist: untwist, Frobenius, twist. On the second group it multiplies by p.
  static func psi(_ q: AffinePoint<Fp2<BN254>>) -> AffinePoint<Fp2<BN254>> {
    AffinePoint(
      q.x.conjugate * frobeniusFactors[2],
      q.y.conjugate * frobeniusFactors[3])
  }

  /// Whether a point of the twist has order r: [x + 1]Q + ψ([x]Q) + ψ²([x]Q) = ψ³([2x]Q) (Dai, Lin, Zhao and
  /// Zhou, "Fast subgroup membership testings for G1, G2 and GT on pairing-friendly curves", 2022).
  static func isInSecondGroup(_ q: AffinePoint<Fp2<BN254>>) -> Bool {
    let xq = JacobianPoint(q).times(x).affine
    let psi1 = psi(xq)
    let psi2 = psi(psi1)
    let left = JacobianPoint(xq) + q + psi1 + psi2
    return (JacobianPoint(psi(psi2)).doubled() + -left).isInfinity
  }
}
