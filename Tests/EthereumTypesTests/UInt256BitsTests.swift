import EthereumTypes
import Testing

@Suite("256-bit shifts and bytes")
struct UInt256BitsTests {
  static let words: [UInt256] = {
    var generator = SplitMix64(seed: 4)
    return edgeWords + (0..<60).map { _ in generator.word() }
  }()

  /// The bits, most significant first: every definition below is in terms of them.
  static func bits(_ word: UInt256) -> [Bool] {
    word.bigEndianBytes.flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 == 1 } }
  }

  static func word(_ bits: [Bool]) -> UInt256? {
    UInt256(
      bigEndian: stride(from: 0, to: 256, by: 8).map { start in
        bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
      })
  }

  @Test("SHL, SHR and SAR move bits and fill", arguments: 0...258)
  func shifts(_ count: Int) {
    let n = min(count, 256)
    for word in Self.words {
      let bits = Self.bits(word)
      let zeros = Array(repeating: false, count: n)
      #expect(word << UInt256(count) == Self.word(bits.dropFirst(n) + zeros))
      #expect(word >> UInt256(count) == Self.word(zeros + bits.dropLast(n)))
      let signs = Array(repeating: bits[0], count: n)
      #expect(word.shiftedRightSigned(UInt256(count)) == Self.word(signs + bits.dropLast(n)))
    }
  }

  @Test("Huge shift counts leave nothing, or only the sign")
  func hugeShifts() {
    for count in [
      UInt256(limbs: 0, 1, 0, 0), UInt256(limbs: 1, 0, 0, 1), .one << 64, .max, UInt256(1) << 255,
    ] {
      for word in Self.words {
        #expect((word << count).isZero && (word >> count).isZero)
        #expect(word.shiftedRightSigned(count) == (word.isNegative ? .max : .zero))
      }
    }
  }

  /// The table of EIP-145.
  @Test("The vectors of EIP-145 hold")
  func eip145() {
    let minimum = UInt256.one << 255
    #expect(UInt256.one << 0xff == minimum && UInt256.one << 0x100 == 0 && UInt256.one << 0x101 == 0)
    #expect(UInt256.max << 1 == UInt256.max &- 1 && UInt256.max << 0xff == minimum)
    #expect(minimum >> 1 == .one << 254 && minimum >> 0xff == 1 && minimum >> 0x100 == 0)
    #expect(minimum.shiftedRightSigned(1) == UInt256(0b11) << 254)
    #expect(minimum.shiftedRightSigned(0xff) == .max && minimum.shiftedRightSigned(0x100) == .max)
    #expect((minimum &- 1).shiftedRightSigned(0xfe) == 1 && (minimum &- 1).shiftedRightSigned(0xff) == 0)
    #expect((UInt256.one << 254).shiftedRightSigned(0xfe) == 1)
  }

  @Test("BYTE counts from the most significant byte")
  func bytes() {
    for word in Self.words {
      for index in 0..<40 {
        let expected = index < 32 ? word.bigEndianBytes[index] : 0
        #expect(word.byte(UInt256(index)) == UInt256(UInt64(expected)))
      }
      #expect(word.byte(.max) == 0 && word.byte(.one << 64) == 0)
    }
  }

  @Test("SIGNEXTEND copies the top bit of a byte to all above")
  func signExtension() {
    for word in Self.words {
      let bits = Self.bits(word)
      for index in 0..<40 {
        let kept = min(8 * (index + 1), 256)
        let sign = Array(repeating: bits[256 - kept], count: 256 - kept)
        #expect(
          word.signExtended(fromByte: UInt256(index)) == Self.word(sign + bits.suffix(kept)),
          "\(word) \(index)")
      }
      #expect(word.signExtended(fromByte: .max) == word && word.signExtended(fromByte: .one << 64) == word)
    }
  }

  @Test("Leading zeros and widths agree with the bits")
  func widths() {
    for word in Self.words {
      let zeros = Self.bits(word).firstIndex(of: true) ?? 256
      #expect(word.leadingZeroBitCount == zeros)
      #expect(word.bitWidthUsed == 256 - zeros)
      #expect(word.byteWidthUsed == (256 - zeros + 7) / 8)
      #expect(word.minimalBigEndianBytes == Bytes(word.bigEndianBytes.drop { $0 == 0 }))
    }
  }

  @Test("Bitwise operators work bit by bit")
  func logic() {
    for a in Self.words {
      #expect(~a == Self.word(Self.bits(a).map { !$0 }))
      for b in Self.words.suffix(20) {
        let pairs = Array(zip(Self.bits(a), Self.bits(b)))
        #expect(a & b == Self.word(pairs.map { $0 && $1 }))
        #expect(a | b == Self.word(pairs.map { $0 || $1 }))
        #expect(a ^ b == Self.word(pairs.map { $0 != $1 }))
      }
    }
  }

  @Test("Words come from and go to bytes and integers")
  func conversions() {
    for word in Self.words {
      #expect(UInt256(bigEndian: word.bigEndianBytes) == word)
      #expect(UInt256(bigEndian: word.minimalBigEndianBytes) == word)
      #expect(UInt256(bigEndian: word.bigEndianBytes[...]) == word)
      #expect(UInt256(bigEndian: Array(word.bigEndianBytes.reversed()).reversed()) == word)
      #expect(word.asUInt64 == (word < .one << 64 ? word.l0 : nil))
      #expect(word.clampedToUInt64 == (word < .one << 64 ? word.l0 : .max))
    }
    #expect(UInt256(bigEndian: Bytes(repeating: 0, count: 33)) == nil)
    #expect(UInt256(bigEndian: []) == 0)
    #expect(
      UInt256(Int(-1)) == .max && UInt256(Int.min) == (.one << 63).negated
        && UInt256(Int.max) == (.one << 63) &- 1
    )
  }
}
