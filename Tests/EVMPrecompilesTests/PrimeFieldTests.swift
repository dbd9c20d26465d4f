import EthereumTypes
import Testing

@testable import EVMPrecompiles

private func big(_ value: UInt64) -> BigUInt { BigUInt(value) }

@Suite("Prime fields agree with GMP")
struct PrimeFieldTests {
  @Test("Montgomery constants follow from the moduli")
  func constants() throws {
    try checkConstants(BN254Modulus.self, limbs: 4)
    try checkConstants(BLS12381Modulus.self, limbs: 6)
  }

  private func checkConstants<let N: Int, M: PrimeModulus>(_: M.Type, limbs: Int) throws
  where M.Limbs == InlineArray<N, UInt64> {
    let p = M.modulus.big
    let radix = BigUInt(bigEndian: [1] + Bytes(repeating: 0, count: 8 * limbs))
    #expect(M.modulus[limbs - 1] >> 62 == 0, "sums of products need two clear bits")
    #expect(try M.r.big == radix.remainder(p))
    #expect(try M.rSquared.big == (radix * radix).remainder(p))
  }

  @Test("the BN254 modulus is that of its parameter")
  func bn254Parameter() {
    let x = big(BN254.x)
    let x2 = x * x
    let p =
      big(36) * x2 * x2 + big(36) * x2 * x + big(24) * x2 + big(6) * x + big(1)
    #expect(BN254Modulus.modulus.big == p)
  }

  @Test("the BLS12-381 modulus is that of its parameter")
  func bls12381Parameter() {
    // x = −u: p = (x − 1)²(x⁴ − x² + 1)/3 + x.
    let u = big(0xd201_0000_0001_0000)
    let square = (u + big(1)) * (u + big(1))
    let order = (u * u * u * u + big(1)).subtractedOrZero(u * u)
    let p = (square * order).divided(by: big(3))?.subtractedOrZero(u)
    #expect(BLS12381Modulus.modulus.big == p)
  }

  @Test("sum, difference, product, negation, inverse of random elements")
  func arithmetic() throws {
    try checkArithmetic(PrimeField<4, BN254Modulus>.self)
    try checkArithmetic(PrimeField<6, BLS12381Modulus>.self)
  }

  private func checkArithmetic<let N: Int, M: PrimeModulus>(_: PrimeField<N, M>.Type) throws {
    typealias Field = PrimeField<N, M>
    let p = M.modulus.big
    var generator = SplitMix64(seed: 1)
    for _ in 0..<500 {
      let a = Field.random(&generator)
      let b = Field.random(&generator)
      let bigA = a.canonical.big
      let bigB = b.canonical.big
      #expect(bigA < p)
      #expect(try (a + b).canonical.big == (bigA + bigB).remainder(p))
      #expect(try (a - b).canonical.big == (bigA + p.subtractedOrZero(bigB)).remainder(p))
      #expect(try (a * b).canonical.big == (bigA * bigB).remainder(p))
      #expect(try a.squared().canonical.big == (bigA * bigA).remainder(p))
      let c = Field.random(&generator)
      let bigC = c.canonical.big
      #expect(
        try Field.sumOfProducts(a, b, b, c).canonical.big == (bigA * bigB + bigB * bigC).remainder(p))
      #expect((a + -a).isZero)
      #expect((a == b) == (bigA == bigB))
    }
    for _ in 0..<10 {
      let a = Field.random(&generator)
      #expect(a * a.inverted() == (a.isZero ? .zero : .one))
    }
  }

  @Test("values from the modulus on are refused")
  func canonicity() {
    #expect(PrimeField<4, BN254Modulus>(canonical: BN254Modulus.modulus) == nil)
    #expect(PrimeField<4, BN254Modulus>(canonical: .init(repeating: .max)) == nil)
    #expect(PrimeField<4, BN254Modulus>(canonical: BN254Modulus.modulus.subtracting(1)) == -.one)
    #expect(PrimeField<6, BLS12381Modulus>(canonical: BLS12381Modulus.modulus) == nil)
    #expect(PrimeField<6, BLS12381Modulus>(canonical: .init(repeating: .max)) == nil)
    #expect(PrimeField<6, BLS12381Modulus>(canonical: BLS12381Modulus.modulus.subtracting(1)) == -.one)
  }
}
