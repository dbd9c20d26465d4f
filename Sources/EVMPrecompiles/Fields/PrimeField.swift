/// A prime modulus and the two powers of the Montgomery radix R = 2^(64·limbs) that conversions need.
///
/// All are little-endian; the tests derive `r` and `rSquared` from `modulus` with GMP.
protocol PrimeModulus: Sendable {
  /// `InlineArray<N, UInt64>`: the number of limbs is the type's own choice.
  associatedtype Limbs: BitwiseCopyable, Sendable
  /// The odd prime p; its two top bits are clear.
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

extension PrimeField: BaseField {
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

  /// a − (p − b): subtracting a constant from a sum costs LLVM a branch that predicts badly, this way round none.
  @inline(__always)
  static func + (a: Self, b: Self) -> Self {
    let p = Modulus.modulus
    var complement = b.montgomery
    var borrow: UInt64 = 0
    for i in 0..<N { complement[i] = subtractWithBorrow(p[i], b.montgomery[i], &borrow) }
    return a - Self(montgomery: complement)
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

  /// Montgomery's product a·b/R, one limb of b at a time with the reduction interleaved (CIOS).
  static func * (a: Self, b: Self) -> Self {
    var t = Limbs(repeating: 0)
    // Unrolled by hand: to index b in a loop LLVM copies it in 16-byte pieces, and right after a
    // product has stored its 8-byte limbs those loads stall. N is 4 or 6.
    accumulate(&t, a, b.montgomery[0])
    accumulate(&t, a, b.montgomery[1])
    accumulate(&t, a, b.montgomery[2])
    accumulate(&t, a, b.montgomery[3])
    for i in 4..<N { accumulate(&t, a, b.montgomery[i]) }
    return reduced(t)
  }

  /// a·b + c·d, with one reduction for both products: cheaper than the two products and the sum it stands for.
  static func sumOfProducts(_ a: Self, _ b: Self, _ c: Self, _ d: Self) -> Self {
    var t = Limbs(repeating: 0)
    accumulate(&t, a, b.montgomery[0], c, d.montgomery[0])
    accumulate(&t, a, b.montgomery[1], c, d.montgomery[1])
    accumulate(&t, a, b.montgomery[2], c, d.montgomery[2])
    accumulate(&t, a, b.montgomery[3], c, d.montgomery[3])
    for i in 4..<N { accumulate(&t, a, b.montgomery[i], c, d.montgomery[i]) }
    return reduced(t)
  }

  /// t ← (t + a·first + m·p)/2⁶⁴ with the m that makes the sum divisible. The clear top bit of p keeps t within its
  /// limbs: it stays below 2p.
  @inline(__always)
  private static func accumulate(_ t: inout Limbs, _ a: Self, _ first: UInt64) {
    let p = Modulus.modulus
    var carry: UInt64 = 0
    var reductionCarry: UInt64 = 0
    let lowest = multiplyAdd(t[0], a.montgomery[0], first, &carry)
    let m = lowest &* negativeInverse
    _ = multiplyAdd(lowest, m, p[0], &reductionCarry)
    for j in 1..<N {
      let product = multiplyAdd(t[j], a.montgomery[j], first, &carry)
      t[j - 1] = multiplyAdd(product, m, p[j], &reductionCarry)
    }
    t[N - 1] = carry &+ reductionCarry
  }

  /// t ← (t + a·first + c·second + m·p)/2⁶⁴. Now t stays below 3p, which fits because p has two clear bits.
  @inline(__always)
  private static func accumulate(
    _ t: inout Limbs, _ a: Self, _ first: UInt64, _ c: Self, _ second: UInt64
  ) {
    let p = Modulus.modulus
    var carry1: UInt64 = 0
    var carry2: UInt64 = 0
    var reductionCarry: UInt64 = 0
    let partial = multiplyAdd(t[0], a.montgomery[0], first, &carry1)
    let lowest = multiplyAdd(partial, c.montgomery[0], second, &carry2)
    let m = lowest &* negativeInverse
    _ = multiplyAdd(lowest, m, p[0], &reductionCarry)
    for j in 1..<N {
      let partial = multiplyAdd(t[j], a.montgomery[j], first, &carry1)
      let product = multiplyAdd(partial, c.montgomery[j], second, &carry2)
      t[j - 1] = multiplyAdd(product, m, p[j], &reductionCarry)
    }
    t[N - 1] = carry1 &+ carry2 &+ reductionCarry
  }

  @inline(__always)
  func squared() -> Self { self * self }
}
