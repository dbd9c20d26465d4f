import EthereumTypes
import Testing

@testable import EVMPrecompiles

/// The laws of a field, which tie each shortcut (squares, sparse products, Frobenius) to plain products.
@Suite("Extension towers are fields")
struct TowerTests {
  @Test("BN254")
  func bn254() { check(BN254.self) }

  @Test("BLS12-381")
  func bls12381() { check(BLS12381.self) }

  private func check<Curve: PairingCurve>(_: Curve.Type) where Curve.Fp: RandomField {
    var generator = SplitMix64(seed: 2)
    checkLaws(Fp2<Curve>.self, &generator)
    checkLaws(Fp6<Curve>.self, &generator)
    checkLaws(Fp12<Curve>.self, &generator)
    checkGenerators(Curve.self)
    checkShortcuts(Curve.self, &generator)
  }

  private func checkLaws<Field: RandomField>(_: Field.Type, _ generator: inout SplitMix64) {
    for _ in 0..<5 {
      let a = Field.random(&generator)
      let b = Field.random(&generator)
      let c = Field.random(&generator)
      #expect(a * b == b * a)
      #expect((a * b) * c == a * (b * c))
      #expect((a + b) * c == a * c + b * c)
      #expect((a - b) + b == a)
      #expect(a.squared() == a * a)
      #expect(a * .one == a)
      #expect((a + -a).isZero)
      #expect(a.isZero || a * a.inverted() == .one)
    }
    #expect(Field.zero.inverted().isZero)
  }

  private func checkGenerators<Curve: PairingCurve>(_: Curve.Type) {
    let u = Fp2<Curve>(.zero, .one)
    let v = Fp6<Curve>(.zero, .one, .zero)
    let w = Fp12<Curve>(.zero, .one)
    let xi = Fp2<Curve>.one.timesXi
    #expect(u * u == -.one)
    #expect(v * v * v == Fp6(xi, .zero, .zero))
    #expect(w * w == Fp12(v, .zero))
  }

  private func checkShortcuts<Curve: PairingCurve>(_: Curve.Type, _ generator: inout SplitMix64)
  where Curve.Fp: RandomField {
    let a = Fp12<Curve>.random(&generator)
    let b = Fp12<Curve>.random(&generator)
    let b0 = Fp2<Curve>.random(&generator)
    let b1 = Fp2<Curve>.random(&generator)
    #expect(a.c0.timesSparse(b0, b1) == a.c0 * Fp6(b0, b1, .zero))
    #expect(a.c0.timesV == a.c0 * Fp6(.zero, .one, .zero))

    let line = Line<Curve>(a: b0, b: b1, c: b.c1.c1)
    let full =
      switch Curve.twist {
      case .divisive: Fp12(Fp6(line.a, .zero, .zero), Fp6(line.b, line.c, .zero))
      case .multiplicative: Fp12(Fp6(line.a, line.b, .zero), Fp6(.zero, line.c, .zero))
      }
    #expect(a.times(line) == a * full)

    #expect((a * b).frobenius == a.frobenius * b.frobenius)
    #expect(b0.conjugate == Fp12(Fp6(b0, .zero, .zero), .zero).frobenius.c0.c0)
    #expect((0..<6).reduce(a) { power, _ in power.frobenius } == a.conjugate)

    let easy = a.conjugate * a.inverted()
    let cyclotomic = easy.frobenius.frobenius * easy
    #expect(cyclotomic.cyclotomicSquared() == cyclotomic * cyclotomic)
    #expect(cyclotomic * cyclotomic.conjugate == .one)
    #expect(cyclotomic.cyclotomicPower(13) == cyclotomic.power([13]))
  }
}
