/// A prime modulus and the two powers of the Montgomery radix R = 2^(64·limbs) that conversions need.
///
/// All are little-endian; the tests derive `r` and `rSquared` from `modulus` with GMP.
protocol PrimeModulus: Sendable {
  /// `InlineArray<N, UInt64>`: the number of limbs is the type's own choice.
  associatedtype Limbs: BitwiseCopyable, Sendable
  /// The odd prime p; its top bit is clear.
  static var modulus: Limbs { get }
  /// R mod p: the Montgomery form of one.
  static var r: Limbs { get }
  /// R² mod p.
  static var rSquared: Limbs { get }
}

/// An element of the field of integers modulo `Modulus.modulus`, held in Montgomery form (a·R mod p) and
/// always fully reduced, so equality is equality of limbs.
struct PrimeField<let N: Int, Modulus: PrimeModulus>: BitwiseCopyable, Sendable
where Modulus.Limbs == InlineArray<N, UInt64> {
  typealias Limbs = InlineArray<N, UInt64>

  /// a·R mod p, little-endian.
  var montgomery: Limbs

  @inline(__always)
  init(montgomery: Limbs) { self.montgomery = montgomery }

  /// The element with this canonical value, or nil when `value` is not below the modulus.
  init?(canonical value: Limbs) {
    guard value.isLess(than: Modulus.modulus) else { return nil }
    self = Self(montgomery: value) * Self(montgomery: Modulus.rSquared)
  }

  /// The canonical value, 0 ..< p, little-endian.
  var canonical: Limbs {
    var one = Limbs(repeating: 0)
    one[0] = 1
    return (self * Self(montgomery: one)).montgomery
  }

  /// −p⁻¹ mod 2⁶⁴ by Newton's iteration; the compiler folds it to a constant.
  @inline(__always)
  private static var negativeInverse: UInt64 {
    let p = Modulus.modulus[0]
    var inverse: UInt64 = 1
    for _ in 0..<6 { inverse = inverse &* (2 &- p &* inverse) }
    return 0 &- inverse
  }

  /// Subtracts the modulus once when `t`, which is below 2p, reaches it.
  @inline(__always)
  private static func reduced(_ t: Limbs) -> Self {
    let p = Modulus.modulus
    var difference = t
    var borrow: UInt64 = 0
    for i in 0..<N { difference[i] = subtractWithBorrow(t[i], p[i], &borrow) }
    let keep = 0 &- borrow
    for i in 0..<N { difference[i] = difference[i] ^ ((difference[i] ^ t[i]) & keep) }
    return Self(montgomery: difference)
  }
}

extension PrimeField: FieldElement {
  @inline(__always)
  static var zero: Self { Self(montgomery: Limbs(repeating: 0)) }

  @inline(__always)
  static var one: Self { Self(montgomery: Modulus.r) }

  @inline(__always)
  static func == (a: Self, b: Self) -> Bool {
    var bits: UInt64 = 0
    for i in 0..<N { bits |= a.montgomery[i] ^ b.montgomery[i] }
    return bits == 0
  }

  @inline(__always)
  var isZero: Bool { montgomery.isZero }

  @inline(__always)
  static func + (a: Self, b: Self) -> Self {
    var sum = a.montgomery
    var carry: UInt64 = 0
    for i in 0..<N { sum[i] = addWithCarry(a.montgomery[i], b.montgomery[i], &carry) }
    return reduced(sum)
  }

  @inline(__always)
  static func - (a: Self, b: Self) -> Self {
    let p = Modulus.modulus
    var difference = a.montgomery
    var borrow: UInt64 = 0
    for i in 0..<N {
      difference[i] = subtractWithBorrow(a.montgomery[i], b.montgomery[i], &borrow)
    }
    let wrapped = 0 &- borrow
    var carry: UInt64 = 0
    for i in 0..<N { difference[i] = addWithCarry(difference[i], p[i] & wrapped, &carry) }
    return Self(montgomery: difference)
  }

  @inline(__always)
  static prefix func - (a: Self) -> Self { zero - a }

  /// Montgomery's product a·b/R, one multiplier limb at a time with the reduction interleaved (CIOS).
  /// The clear top bit of p keeps every partial sum within the limbs.
  static func * (a: Self, b: Self) -> Self {
    let p = Modulus.modulus
    var t = Limbs(repeating: 0)
    for i in 0..<N {
      var carry: UInt64 = 0
      var reductionCarry: UInt64 = 0
      let multiplier = b.montgomery[i]
      let lowest = multiplyAdd(t[0], a.montgomery[0], multiplier, &carry)
      let quotient = lowest &* negativeInverse
      _ = multiplyAdd(lowest, quotient, p[0], &reductionCarry)
      for j in 1..<N {
        let product = multiplyAdd(t[j], a.montgomery[j], multiplier, &carry)
        t[j - 1] = multiplyAdd(product, quotient, p[j], &reductionCarry)
      }
      t[N - 1] = carry &+ reductionCarry
    }
    return reduced(t)
  }

  @inline(__always)
  func squared() -> Self { self * self }

  /// By Fermat's little theorem: self^(p − 2).
  func inverted() -> Self { power(Modulus.modulus.subtracting(2)) }
}
