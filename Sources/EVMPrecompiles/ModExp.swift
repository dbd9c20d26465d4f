import EthereumTypes

/// 0x05: (base ^ exponent) mod modulus of arbitrary size (EIP-198).
///
/// Input: the three lengths, 32 bytes each, then base, exponent and modulus, read as if zeros followed.
enum ModExp {
  /// EIP-7823: no operand may be longer, since Osaka. Bytes.
  static let bound: UInt64 = 1024

  /// The lengths the input declares, in bytes; `UInt64.max` for any that does not fit in 64 bits.
  struct Lengths {
    let base: UInt64
    let exponent: UInt64
    let modulus: UInt64

    init(_ input: Span<UInt8>) {
      base = Self.saturated(input.uint256(at: 0))
      exponent = Self.saturated(input.uint256(at: 32))
      modulus = Self.saturated(input.uint256(at: 64))
    }

    private static func saturated(_ length: UInt256) -> UInt64 {
      length.l1 | length.l2 | length.l3 == 0 ? length.l0 : .max
    }

    /// Whether all operands are within ``ModExp/bound``.
    var areBounded: Bool { max(base, exponent, modulus) <= ModExp.bound }
  }

  /// The part of the input that an operand, `length` bytes from `start`, covers: what lies past the end of the
  /// input is zeros, which are counted instead of being made.
  struct Operand {
    let range: Range<Int>
    let trailingZeros: UInt64

    init(_ input: Span<UInt8>, start: UInt64, length: UInt64) {
      let count = UInt64(input.count)
      let from = min(start, count)
      let to = from + min(length, count - from)
      range = Int(from)..<Int(to)
      trailingZeros = length - (to - from)
    }
  }

  /// Fails where a bound is in force and exceeded. The cost of what runs here was paid for, so a length is only
  /// large where the gas limit is.
  static func run(_ input: Span<UInt8>, isBounded: Bool, into output: inout Bytes) -> Bool {
    let lengths = Lengths(input)
    if isBounded && !lengths.areBounded { return false }
    if lengths.modulus == 0 { return true }
    guard max(lengths.base, lengths.modulus) <= Pricing.largestLength else { return false }
    let exponentStart = 96 + lengths.base
    let modulusStart = exponentStart.addingReportingOverflow(lengths.exponent)
    let modulus = Operand(
      input, start: modulusStart.overflow ? .max : modulusStart.partialValue, length: lengths.modulus)
    let power = GMPModularPower.compute(
      input, base: Operand(input, start: 96, length: lengths.base),
      exponent: Operand(input, start: exponentStart, length: lengths.exponent), modulus: modulus)
    output.appendZeros(Int(lengths.modulus) - power.count)
    output.append(contentsOf: power)
    return true
  }
}
