import EthereumTypes
import Testing

@Suite("Unbounded integers")
struct BigUIntTests {
  static func power(_ exponent: Int) -> BigUInt {
    BigUInt(bigEndian: [1 << UInt8(exponent % 8)] + Bytes(repeating: 0, count: exponent / 8))
  }

  @Test("Sums and products go on beyond 256 bits")
  func beyond() {
    let maximum = BigUInt(UInt256.max)
    let one = BigUInt(UInt64(1))
    #expect(maximum.asUInt256 == .max && (maximum + one).asUInt256 == nil)
    #expect(maximum + one == Self.power(256))
    // (2^256 - 1)^2 = 2^512 - 2^257 + 1
    #expect(maximum * maximum == Self.power(512).subtractedOrZero(Self.power(257)) + one)
    #expect((maximum * maximum).divided(by: maximum)?.asUInt256 == .max)
    #expect((Self.power(512).divided(by: Self.power(300)))?.asUInt256 == UInt256.one << 212)
  }

  @Test("Differences stop at zero and division by zero has no result")
  func edges() {
    let (two, three) = (BigUInt(UInt64(2)), BigUInt(UInt64(3)))
    #expect(two.subtractedOrZero(three) == .zero && three.subtractedOrZero(two) == BigUInt(UInt64(1)))
    #expect(two.subtractedOrZero(two) == .zero)
    #expect(two.divided(by: .zero) == nil && BigUInt.zero.divided(by: .zero) == nil)
    #expect(three.divided(by: two) == BigUInt(UInt64(1)) && two.divided(by: three) == .zero)
    #expect(two < three && !(three < two) && two <= two)
  }

  @Test("Words go in and come out")
  func words() {
    var generator = SplitMix64(seed: 8)
    for word in edgeWords + (0..<200).map({ _ in generator.word() }) {
      #expect(BigUInt(word).asUInt256 == word)
      #expect(BigUInt(bigEndian: [0, 0] + word.bigEndianBytes).asUInt256 == word)
      #expect(BigUInt(word.l0).asUInt256 == UInt256(word.l0))
    }
    #expect(BigUInt(bigEndian: []) == .zero && BigUInt.zero.asUInt256 == 0)
    #expect(BigUInt(UInt64.max).asUInt256 == UInt256(UInt64.max))
  }
}
