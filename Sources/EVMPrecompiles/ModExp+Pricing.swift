extension ModExp {
  /// The three price lists: gas = complexity(longer of base and modulus) · iterations / divisor.
  enum Pricing: Sendable {
    /// Byzantium.
    case eip198
    /// Berlin.
    case eip2565
    /// Osaka; with EIP-7823's bounds.
    case eip7883

    /// A longer base or modulus, in bytes, costs more gas than there is: over 2⁵⁵ in any price list.
    static let largestLength: UInt64 = 1 << 32

    func gas(_ input: Span<UInt8>) -> UInt64 {
      let lengths = Lengths(input)
      if self == .eip7883 && !lengths.areBounded { return .max }
      let longest = max(lengths.base, lengths.modulus)
      guard longest <= Self.largestLength else { return .max }
      let complexity = complexity(UInt128(longest))
      if complexity == 0 { return minimum }
      guard lengths.exponent < 1 << 60 else { return .max }
      let (product, overflow) = complexity.multipliedReportingOverflow(
        by: UInt128(iterations(input, lengths)))
      let cost = overflow ? .max : product / divisor
      return max(minimum, UInt64(clamping: cost))
    }

    private var minimum: UInt64 {
      switch self {
      case .eip198: 0
      case .eip2565: 200
      case .eip7883: 500
      }
    }

    private var divisor: UInt128 {
      switch self {
      case .eip198: 20
      case .eip2565: 3
      case .eip7883: 1
      }
    }

    private func complexity(_ length: UInt128) -> UInt128 {
      let words = (length + 7) / 8
      switch self {
      case .eip198:
        if length <= 64 { return length * length }
        if length <= 1024 { return length * length / 4 + 96 * length - 3072 }
        return length * length / 16 + 480 * length - 199_680
      case .eip2565: return words * words
      case .eip7883: return length <= 32 ? 16 : 2 * words * words
      }
    }

    /// The exponent's bits below its highest, as far as its first 32 bytes tell, and a multiple of its further
    /// bytes; at least 1.
    private func iterations(_ input: Span<UInt8>, _ lengths: Lengths) -> UInt64 {
      let headLength = min(lengths.exponent, 32)
      let start = 96 + lengths.base
      var headBits: UInt64 = 0
      for i in 0..<headLength {
        let byte = start + i < UInt64(input.count) ? input[Int(start + i)] : 0
        if byte != 0 {
          headBits = 8 * (headLength - i) - UInt64(byte.leadingZeroBitCount)
          break
        }
      }
      let perByte: UInt64 = self == .eip7883 ? 16 : 8
      return max(1, perByte * (lengths.exponent - headLength) + max(headBits, 1) - 1)
    }
  }
}
