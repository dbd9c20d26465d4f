/// How the sextic twist that carries the second group is taken from the curve y² = x³ + b.
enum Twist: Sendable {
  /// D-type: y² = x³ + b/ξ.
  case divisive
  /// M-type: y² = x³ + b·ξ.
  case multiplicative
}

/// All that tells one pairing-friendly curve with embedding degree 12 from another; tower, groups and
/// Miller loop are written once over it.
///
/// Both curves here have p ≡ 3 (mod 4), so Fp2 = Fp[u]/(u² + 1); Fp6 = Fp2[v]/(v³ − ξ) and
/// Fp12 = Fp6[w]/(w² − v).
protocol PairingCurve: Sendable {
  /// The base field.
  associatedtype Fp: BaseField
  /// ξ·a, with additions only.
  static func timesXi(_ a: Fp2<Self>) -> Fp2<Self>
  /// ξ^(i(p − 1)/6) for i in 0 ..< 6: what Frobenius multiplies the coefficient of wⁱ by.
  static var frobeniusFactors: InlineArray<6, Fp2<Self>> { get }
  static var twist: Twist { get }
  /// b of the first group's curve y² = x³ + b.
  static var b: Fp { get }
  /// b of the twisted curve, over Fp2.
  static var twistedB: Fp2<Self> { get }
  /// The Miller loop's count in signed binary, most significant digit first, which is 1 and left out.
  static var millerDigits: [Int8] { get }
  /// What follows the loop: sign and Frobenius steps.
  static func finishMillerLoop(_ f: inout Fp12<Self>, _ pairs: inout [MillerPair<Self>])
  /// Raises an element of the cyclotomic subgroup to a fixed multiple, prime to r, of (p⁴ − p² + 1)/r.
  static func hardExponentiation(_ f: Fp12<Self>) -> Fp12<Self>
}
