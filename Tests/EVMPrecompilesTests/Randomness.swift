import EthereumTypes
import Testing

@testable import EVMPrecompiles

extension SplitMix64 {
  mutating func limbs<let N: Int>() -> InlineArray<N, UInt64> { InlineArray { _ in next() } }
}

/// A field whose elements the tests can draw.
protocol RandomField: FieldElement {
  static func random(_ generator: inout SplitMix64) -> Self
}

extension PrimeField: RandomField {
  /// Any element, with the ends of the range drawn often.
  static func random(_ generator: inout SplitMix64) -> Self {
    switch generator.next() % 16 {
    case 0: return .zero
    case 1: return .one
    case 2: return -.one
    case 3: return Self(small: generator.next() % 4)
    default:
      while true {
        var limbs: Limbs = generator.limbs()
        limbs[N - 1] &= .max >> UInt64(Modulus.modulus[N - 1].leadingZeroBitCount)
        if let element = Self(canonical: limbs) { return element }
      }
    }
  }
}

extension Fp2: RandomField where Curve.Fp: RandomField {
  static func random(_ generator: inout SplitMix64) -> Self {
    Self(Curve.Fp.random(&generator), Curve.Fp.random(&generator))
  }
}

extension Fp6: RandomField where Curve.Fp: RandomField {
  static func random(_ generator: inout SplitMix64) -> Self {
    Self(Base.random(&generator), Base.random(&generator), Base.random(&generator))
  }
}

extension Fp12: RandomField where Curve.Fp: RandomField {
  static func random(_ generator: inout SplitMix64) -> Self {
    Self(Base.random(&generator), Base.random(&generator))
  }
}

extension InlineArray where Element == UInt64 {
  /// The number's value on GMP.
  var big: BigUInt {
    var bytes: Bytes = []
    bytes.append(bigEndian: self)
    return BigUInt(bigEndian: bytes)
  }
}

extension BigUInt {
  func remainder(_ modulus: BigUInt) throws -> BigUInt {
    let quotient = try #require(divided(by: modulus))
    return subtractedOrZero(quotient * modulus)
  }
}
