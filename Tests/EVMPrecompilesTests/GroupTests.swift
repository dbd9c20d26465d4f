import EthereumTypes
import Testing

@testable import EVMPrecompiles

/// Group laws tie every shortcut (endomorphisms, windows, buckets) to plain doubling and adding.
@Suite("Curve groups")
struct GroupTests {
  private let bn254Order: InlineArray<4, UInt64> = [
    0x43e1_f593_f000_0001, 0x2833_e848_79b9_7091, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029,
  ]
  private let bn254Generator = AffinePoint<BN254.Fp>(1, 2)

  /// A point of the curve y² = x³ + b with a random x, in the group only by chance.
  private func curvePoint<Field: RootedField & RandomField>(
    b: Field, _ generator: inout SplitMix64
  ) -> AffinePoint<Field> {
    while true {
      let x = Field.random(&generator)
      if let y = (x.squared() * x + b).squareRoot() { return AffinePoint(x, y) }
    }
  }

  private func checkLaws<Field: FieldElement>(_ p: AffinePoint<Field>, b: Field) {
    let one = JacobianPoint(p)
    #expect(p.isOnCurve(b: b))
    #expect((one + p).isEqual(to: one.doubled().affine))
    #expect((one + one).isEqual(to: one.doubled().affine))
    #expect((one + -p).isInfinity)
    #expect((one + -one).isInfinity)
    #expect((one + AffinePoint.infinity).isEqual(to: p))
    #expect((JacobianPoint.infinity + p).isEqual(to: p))
    #expect((one + JacobianPoint.infinity).isEqual(to: p))
    #expect(JacobianPoint<Field>.infinity.doubled().isInfinity)
    let two = one.doubled()
    let three = two + p
    #expect((two + three).isEqual(to: (three + two).affine))
    #expect(((one + two) + three).isEqual(to: (one + (two + three)).affine))
    #expect((two + three).isEqual(to: one.times(5 as UInt64).affine))
    #expect((two + three).isEqual(to: one.times([5] as InlineArray<1, UInt64>).affine))
    #expect(one.times(0 as UInt64).isInfinity)
    #expect(three.affine.isOnCurve(b: b))
  }

  @Test("laws hold on all four curves")
  func laws() {
    var generator = SplitMix64(seed: 3)
    checkLaws(bn254Generator, b: BN254.b)
    checkLaws(curvePoint(b: BN254.b, &generator), b: BN254.b)
    checkLaws(BLS12381.FirstGroup.generator, b: BLS12381.b)
    checkLaws(curvePoint(b: BLS12381.b, &generator), b: BLS12381.b)
    checkLaws(BLS12381.SecondGroup.generator, b: BLS12381.twistedB)
    checkLaws(curvePoint(b: BLS12381.twistedB, &generator), b: BLS12381.twistedB)
  }

  @Test("the orders follow from the parameters")
  func orders() {
    let x = BigUInt(BN254.x)
    let u = BigUInt(BLS12381.absoluteX)
    let (one, six, eighteen, thirtySix) = (
      BigUInt(1 as UInt64), BigUInt(6 as UInt64), BigUInt(18 as UInt64), BigUInt(36 as UInt64)
    )
    let bn254 = thirtySix * x * x * x * x + thirtySix * x * x * x + eighteen * x * x + six * x + one
    #expect(bn254Order.big == bn254)
    #expect(BLS12381.order.big == (u * u * u * u + one).subtractedOrZero(u * u))
    #expect(JacobianPoint(bn254Generator).times(bn254Order).isInfinity)
    #expect(JacobianPoint(BLS12381.FirstGroup.generator).times(BLS12381.order).isInfinity)
    #expect(JacobianPoint(BLS12381.SecondGroup.generator).times(BLS12381.order).isInfinity)
  }

  @Test("membership by endomorphism is membership by order, inside and outside")
  func membership() {
    var generator = SplitMix64(seed: 4)
    #expect(BLS12381.FirstGroup.isMember(BLS12381.FirstGroup.generator))
    #expect(BLS12381.SecondGroup.isMember(BLS12381.SecondGroup.generator))
    #expect(BLS12381.FirstGroup.isMember(.infinity))
    #expect(BLS12381.SecondGroup.isMember(.infinity))
    for _ in 0..<4 {
      let p = curvePoint(b: BLS12381.b, &generator)
      #expect(BLS12381.FirstGroup.isMember(p) == JacobianPoint(p).times(BLS12381.order).isInfinity)
      let member = BLS12381.FirstGroup.clearingCofactor(JacobianPoint(p))
      #expect(BLS12381.FirstGroup.isMember(member.affine))
      #expect(member.times(BLS12381.order).isInfinity)

      let q = curvePoint(b: BLS12381.twistedB, &generator)
      #expect(BLS12381.SecondGroup.isMember(q) == JacobianPoint(q).times(BLS12381.order).isInfinity)
      let secondMember = BLS12381.SecondGroup.clearingCofactor(JacobianPoint(q))
      #expect(BLS12381.SecondGroup.isMember(secondMember.affine))
      #expect(secondMember.times(BLS12381.order).isInfinity)
    }
  }

  @Test("a point of order 3 on the first curve is no member")
  func smallOrder() {
    // x = 0 makes y² = 4: (0, ±2) are the 3-torsion points that a careless check lets through.
    let p = AffinePoint<BLS12381.Fp>(0, 2)
    #expect(p.isOnCurve(b: BLS12381.b))
    #expect(JacobianPoint(p).times(3 as UInt64).isInfinity)
    #expect(!BLS12381.FirstGroup.isMember(p))
  }

  @Test("the endomorphisms multiply by −x² and x")
  func endomorphisms() {
    var generator = SplitMix64(seed: 5)
    let p = JacobianPoint(BLS12381.FirstGroup.generator).times(generator.limbs() as InlineArray<4, UInt64>)
    let xxp = p.times(BLS12381.absoluteX).times(BLS12381.absoluteX)
    #expect((-xxp).isEqual(to: BLS12381.FirstGroup.phi(p.affine)))
    let q = JacobianPoint(BLS12381.SecondGroup.generator).times(generator.limbs() as InlineArray<4, UInt64>)
    #expect((-q.times(BLS12381.absoluteX)).isEqual(to: BLS12381.SecondGroup.psi(q.affine)))
  }

  @Test("a sum of multiples is the sum of the multiples", arguments: [1, 2, 5, 16, 17, 40, 150])
  func multiScalar(count: Int) {
    var generator = SplitMix64(seed: UInt64(count))
    var terms: [ScalarTerm<BLS12381.Fp>] = []
    var expected = JacobianPoint<BLS12381.Fp>.infinity
    var point = BLS12381.FirstGroup.generator
    for i in 0..<count {
      let scalar: UInt128 =
        switch i % 5 {
        case 0: .max
        case 1: 0
        case 2: UInt128(generator.next() % 40)
        default: UInt128(generator.next()) << 64 | UInt128(generator.next())
        }
      terms.append(ScalarTerm(point: point, scalar: scalar))
      let limbs: InlineArray<2, UInt64> = [UInt64(truncatingIfNeeded: scalar), UInt64(scalar >> 64)]
      expected = expected + JacobianPoint(point).times(limbs)
      point = i % 7 == 3 ? -point : (JacobianPoint(point).doubled() + BLS12381.FirstGroup.generator).affine
    }
    #expect(multiScalarSum(terms, bits: 128).isEqual(to: expected.affine))
  }

  @Test("digits in base |x| make up the scalar modulo the order")
  func digits() throws {
    var generator = SplitMix64(seed: 6)
    let x = BigUInt(BLS12381.absoluteX)
    var scalars: [InlineArray<4, UInt64>] = [
      .init(repeating: 0), .init(repeating: .max), BLS12381.order, BLS12381.order.subtracting(1),
    ]
    for _ in 0..<50 { scalars.append(generator.limbs()) }
    for scalar in scalars {
      let d = BLS12381.digits(scalar)
      let value = ((BigUInt(d[3]) * x + BigUInt(d[2])) * x + BigUInt(d[1])) * x + BigUInt(d[0])
      #expect(try value == scalar.big.remainder(BLS12381.order.big))
      for i in 0..<4 { #expect(d[i] < BLS12381.absoluteX) }
    }
  }

  @Test("square roots square back, and exist where Euler says so")
  func squareRoots() {
    var generator = SplitMix64(seed: 7)
    for _ in 0..<6 {
      let a = Fp2<BLS12381>.random(&generator)
      #expect(a.squared().squareRoot().map { $0.squared() } == a.squared())
      // ξ = 1 + u is no square in Fp2: of a and ξa exactly one is one, or both are zero.
      let roots = [a, a.timesXi].compactMap { $0.squareRoot() }
      #expect(roots.count == (a.isZero ? 2 : 1))
      let real = Fp2<BLS12381>(a.c0, .zero)
      #expect(real.squareRoot().map { $0.squared() } == real)
      #expect(a.c0.squared().squareRoot().map { $0.squared() } == a.c0.squared())
    }
  }

  @Test("maps to curves land on them")
  func maps() {
    var generator = SplitMix64(seed: 8)
    for _ in 0..<6 {
      #expect(BLS12381.FirstGroup.map.point(.random(&generator)).affine.isOnCurve(b: BLS12381.b))
      #expect(BLS12381.SecondGroup.map.point(.random(&generator)).affine.isOnCurve(b: BLS12381.twistedB))
    }
  }
}
