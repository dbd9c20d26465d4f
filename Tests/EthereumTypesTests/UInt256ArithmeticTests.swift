import EthereumTypes
import Testing

/// The same operations on unbounded integers of GMP, as the Yellow Paper (appendix H) defines them.
private enum Integers {
  static let one = BigUInt(UInt64(1))
  static let modulus = BigUInt(UInt256.max) + one

  static func mod(_ a: BigUInt, _ m: BigUInt) -> BigUInt {
    guard let quotient = a.divided(by: m) else { return .zero }
    return a.subtractedOrZero(quotient * m)
  }

  static func wrap(_ a: BigUInt) -> UInt256? { mod(a, modulus).asUInt256 }

  /// Sign and magnitude of a two's-complement word.
  static func signed(_ a: UInt256) -> (isNegative: Bool, magnitude: BigUInt) {
    let value = BigUInt(a)
    return value < BigUInt(UInt256.one << 255) ? (false, value) : (true, modulus.subtractedOrZero(value))
  }

  static func word(_ isNegative: Bool, _ magnitude: BigUInt) -> UInt256? {
    wrap(isNegative ? modulus.subtractedOrZero(mod(magnitude, modulus)) : magnitude)
  }
}

@Suite("256-bit arithmetic against GMP integers")
struct UInt256ArithmeticTests {
  static let pairs: [(UInt256, UInt256)] = {
    var generator = SplitMix64(seed: 1)
    let edges = edgeWords.flatMap { a in edgeWords.map { (a, $0) } }
    return edges + (0..<4000).map { _ in (generator.word(), generator.word()) }
  }()

  @Test("Sum, difference and product wrap and report it")
  func ring() {
    for (a, b) in Self.pairs {
      let (x, y) = (BigUInt(a), BigUInt(b))
      #expect(a &+ b == Integers.wrap(x + y), "\(a) + \(b)")
      #expect(a.addingReportingOverflow(b).overflow == (x + y >= Integers.modulus))
      #expect(a.addedIfFits(b) == (x + y).asUInt256)
      #expect(a &- b == Integers.wrap((x + Integers.modulus).subtractedOrZero(y)), "\(a) - \(b)")
      #expect(a.subtractingReportingOverflow(b).overflow == (x < y))
      #expect(a.subtractedOrZero(b) == x.subtractedOrZero(y).asUInt256)
      #expect(a.negated == Integers.wrap(Integers.modulus.subtractedOrZero(x)))
      #expect(a &* b == Integers.wrap(x * y), "\(a) * \(b)")
      #expect(a.multipliedIfFits(by: b) == (x * y).asUInt256)
      #expect(a.multipliedIfFits(byLimb: b.l0) == (x * BigUInt(b.l0)).asUInt256, "\(a) * \(b.l0)")
      let (high, low) = a.multipliedFullWidth(by: b)
      #expect(BigUInt(high) * Integers.modulus + BigUInt(low) == x * y, "\(a) * \(b)")
      #expect((a < b) == (x < y) && (a == b) == (x == y) && (a > b) == (x > y))
    }
  }

  @Test("Quotient and remainder, zero for a zero divisor")
  func division() {
    for (a, b) in Self.pairs {
      let quotient = BigUInt(a).divided(by: BigUInt(b)) ?? .zero
      let remainder = b.isZero ? .zero : Integers.mod(BigUInt(a), BigUInt(b))
      #expect(a.divided(by: b) == quotient.asUInt256, "\(a) / \(b)")
      #expect(a.remainder(dividingBy: b) == remainder.asUInt256, "\(a) % \(b)")
      let both = a.quotientAndRemainder(dividingBy: b)
      #expect(both.quotient == quotient.asUInt256 && both.remainder == remainder.asUInt256)
    }
  }

  @Test("ADDMOD and MULMOD work on the unbounded sum and product")
  func modular() {
    var generator = SplitMix64(seed: 2)
    let moduli = edgeWords + (0..<200).map { _ in generator.word() }
    for (index, (a, b)) in Self.pairs.enumerated() {
      for m in [moduli[index % moduli.count], a, b, generator.word()] {
        let (x, y, z) = (BigUInt(a), BigUInt(b), BigUInt(m))
        #expect(a.addingModulo(b, m) == Integers.mod(x + y, z).asUInt256, "(\(a) + \(b)) % \(m)")
        #expect(a.multipliedModulo(b, m) == Integers.mod(x * y, z).asUInt256, "(\(a) * \(b)) % \(m)")
      }
    }
  }

  @Test("EXP multiplies one by the base as often as the exponent says")
  func power() {
    for base in edgeWords {
      var expected = BigUInt(UInt64(1))
      for exponent in 0..<70 {
        #expect(base.power(UInt256(exponent)) == expected.asUInt256, "\(base) ^ \(exponent)")
        expected = Integers.mod(expected * BigUInt(base), Integers.modulus)
      }
    }
    // x^(a+b) = x^a · x^b, for exponents too large to count to.
    var generator = SplitMix64(seed: 3)
    for _ in 0..<100 {
      let (x, a, b) = (generator.word(), generator.word() >> 1, generator.word() >> 1)
      #expect(x.power(a &+ b) == x.power(a) &* x.power(b))
    }
    #expect(UInt256.zero.power(0) == 1)
    #expect(UInt256(2).power(256) == 0 && UInt256(2).power(255) == .one << 255)
    #expect(UInt256.max.power(.max) == .max)
  }

  @Test("Signed quotient and remainder round towards zero and follow the dividend")
  func signed() {
    for (a, b) in Self.pairs {
      let (x, y) = (Integers.signed(a), Integers.signed(b))
      let quotient = x.magnitude.divided(by: y.magnitude) ?? .zero
      let remainder = b.isZero ? .zero : Integers.mod(x.magnitude, y.magnitude)
      #expect(a.dividedSigned(by: b) == Integers.word(x.isNegative != y.isNegative, quotient), "\(a) / \(b)")
      #expect(a.remainderSigned(dividingBy: b) == Integers.word(x.isNegative, remainder), "\(a) % \(b)")
      let isLess =
        x.isNegative != y.isNegative
        ? x.isNegative : x.isNegative ? x.magnitude > y.magnitude : x.magnitude < y.magnitude
      #expect(a.isLessSigned(b) == isLess, "\(a) < \(b)")
    }
  }

  @Test("The published corner cases of signed division hold")
  func signedCorners() {
    let minimum = UInt256.one << 255
    let minusOne = UInt256.max
    #expect(minimum.dividedSigned(by: minusOne) == minimum)
    #expect(minimum.remainderSigned(dividingBy: minusOne) == 0)
    #expect(minimum.dividedSigned(by: 0) == 0 && minimum.remainderSigned(dividingBy: 0) == 0)
    #expect(UInt256(8).negated.remainderSigned(dividingBy: UInt256(3).negated) == UInt256(2).negated)
    #expect(UInt256(8).negated.remainderSigned(dividingBy: 3) == UInt256(2).negated)
    #expect(UInt256(8).remainderSigned(dividingBy: UInt256(3).negated) == 2)
    #expect(UInt256(7).negated.dividedSigned(by: 2) == UInt256(3).negated)
    #expect(minimum.isLessSigned(0) && !UInt256.zero.isLessSigned(minusOne) && minusOne.isLessSigned(0))
  }
}
