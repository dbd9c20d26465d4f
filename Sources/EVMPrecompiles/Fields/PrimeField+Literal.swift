import EthereumTypes

extension PrimeField {
  /// The element of a small number.
  init(small value: UInt64) {
    var limbs = Limbs(repeating: 0)
    limbs[0] = value
    self = Self(montgomery: limbs) * Self(montgomery: Modulus.rSquared)
  }
}

extension PrimeField: ExpressibleByIntegerLiteral {
  /// A small constant.
  init(integerLiteral value: UInt64) { self.init(small: value) }
}

extension PrimeField: ExpressibleByStringLiteral {
  /// A constant's hexadecimal digits. For what the source spells out only: reduces modulo p and reads
  /// a character that is no digit as zero.
  init(stringLiteral digits: String) {
    let sixteen = Self(small: 16)
    self = digits.utf8.reduce(.zero) { value, digit in
      value * sixteen + Self(small: UInt64(Hex.value(ofDigit: digit) ?? 0))
    }
  }
}
