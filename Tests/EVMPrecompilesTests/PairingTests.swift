import Testing

@testable import EVMPrecompiles

@Suite("Pairings")
struct PairingTests {
  private func reduced<Curve: PairingCurve>(
    _ p: AffinePoint<Curve.Fp>, _ q: AffinePoint<Fp2<Curve>>
  ) -> Fp12<Curve> {
    var pairs = [MillerPair<Curve>(p, q)]
    return Curve.finalExponentiation(Curve.millerLoop(&pairs))
  }

  /// e([a]P, [b]Q) = e(P, Q)^(ab), not degenerate, and of order r.
  private func check<Curve: PairingCurve>(
    _: Curve.Type, _ p: AffinePoint<Curve.Fp>, _ q: AffinePoint<Fp2<Curve>>,
    order: InlineArray<4, UInt64>
  ) {
    let e = reduced(p, q)
    #expect(e != .one)
    #expect(e.power(order) == .one)
    let (a, b): (UInt64, UInt64) = (0x1234_5678_9abc_def1, 0x0fed_cba9)
    let ap = JacobianPoint(p).times(a).affine
    let bq = JacobianPoint(q).times(b).affine
    let (high, low) = a.multipliedFullWidth(by: b)
    let product: InlineArray<2, UInt64> = [low, high]
    #expect(reduced(ap, bq) == e.power(product))
    #expect(reduced(JacobianPoint(p).times(product).affine, q) == reduced(ap, bq))
    #expect(reduced(-p, q) == e.conjugate)
    #expect(reduced(p, -q) == e.conjugate)
    #expect(Curve.pairingProductIsOne([MillerPair(ap, q), MillerPair(-p, JacobianPoint(q).times(a).affine)]))
    #expect(!Curve.pairingProductIsOne([MillerPair(ap, q), MillerPair(p, q)]))
    #expect(Curve.pairingProductIsOne([]))
  }

  @Test("BLS12-381 is bilinear and not degenerate")
  func bls12381() {
    check(BLS12381.self, BLS12381.FirstGroup.generator, BLS12381.SecondGroup.generator, order: BLS12381.order)
  }

  @Test("BN254 is bilinear and not degenerate")
  func bn254() {
    // EIP-197's generator of the second group.
    let generator = AffinePoint(
      Fp2<BN254>(
        "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed",
        "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"),
      Fp2<BN254>(
        "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa",
        "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"))
    #expect(generator.isOnCurve(b: BN254.twistedB))
    #expect(BN254.isInSecondGroup(generator))
    check(
      BN254.self, AffinePoint(1, 2), generator,
      order: [0x43e1_f593_f000_0001, 0x2833_e848_79b9_7091, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029])
  }

  @Test("the setup's power of tau is a member of the second group")
  func tau() {
    #expect(KZG.tau.isOnCurve(b: BLS12381.twistedB))
    #expect(BLS12381.SecondGroup.isMember(KZG.tau))
  }
}
