/// The curve y² = x³ + 4 of EIP-2537 with parameter x = −0xd201000000010000 and order r = x⁴ − x² + 1. First group:
/// the points of order r over Fp; second group: those on the M-type twist y² = x³ + 4ξ over Fp2, ξ = 1 + u.
enum BLS12381: PairingCurve {
  typealias Fp = PrimeField<6, BLS12381Modulus>

  /// |x|; the parameter itself is negative.
  static let absoluteX: UInt64 = 0xd201_0000_0001_0000

  /// The order of both groups.
  static var order: InlineArray<4, UInt64> {
    [0xffff_ffff_0000_0001, 0x53bd_a402_fffe_5bfe, 0x3339_d808_09a1_d805, 0x73ed_a753_299d_7d48]
  }

  @inline(__always)
  static func timesXi(_ a: Fp2<BLS12381>) -> Fp2<BLS12381> { Fp2(a.c0 - a.c1, a.c0 + a.c1) }

  static let frobeniusFactors = powers(
    of: Fp2<BLS12381>(1, 1).power(BLS12381Modulus.modulus.subtracting(1).divided(by: 6)))

  static var twist: Twist { .multiplicative }
  static let half = Fp(2).inverted()
  static let b: Fp = 4
  static let twistedB = Fp2<BLS12381>(4, 4)

  /// |x| in binary: only six of its bits are set.
  static let millerDigits: [Int8] = (0..<63).reversed().map { Int8((absoluteX >> UInt64($0)) & 1) }

  /// f_{−|x|} is the inverse of f_{|x|} up to what the final exponentiation removes.
  static func finishMillerLoop(_ f: inout Fp12<BLS12381>, _ pairs: inout [MillerPair<BLS12381>]) {
    f = f.conjugate
  }

  /// f to the (x − 1)²(x + p)(x² + p² − 1) + 3, three times (p⁴ − p² + 1)/r (Hayashida, Hayasaka and Teruya,
  /// "Efficient final exponentiation via cyclotomic structure", 2020).
  static func hardExponentiation(_ f: Fp12<BLS12381>) -> Fp12<BLS12381> {
    let a = toX(f) * f.conjugate
    let b = toX(a) * a.conjugate
    let c = toX(b) * b.frobenius
    let d = toX(toX(c)) * c.frobenius.frobenius * c.conjugate
    return d * f.cyclotomicSquared() * f
  }

  /// f^x, x being negative.
  private static func toX(_ f: Fp12<BLS12381>) -> Fp12<BLS12381> { f.cyclotomicPower(absoluteX).conjugate }
}
