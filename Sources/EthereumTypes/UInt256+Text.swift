extension UInt256: CustomStringConvertible {
  /// Minimal lower-case hexadecimal with `0x`: the JSON-RPC form of a quantity.
  public var description: String { minimalHex }

  /// Minimal lower-case hexadecimal with `0x`; `0x0` for zero.
  public var minimalHex: String {
    guard !isZero else { return "0x0" }
    let digits = Hex.encode(minimalBigEndianBytes)
    return "0x" + (digits.first == "0" ? digits.dropFirst() : digits[...])
  }

  /// All 64 hexadecimal digits with `0x`: the form of a storage slot.
  public var paddedHex: String { Hex.encodePrefixed(bigEndianBytes) }

  /// Parses 1 to 64 hexadecimal digits with or without `0x`; leading zeros are allowed.
  public init?(hex text: some StringProtocol) {
    let digits = text.hasPrefix("0x") || text.hasPrefix("0X") ? text.dropFirst(2) : text[...]
    guard (1...64).contains(digits.utf8.count) else { return nil }
    self = .zero
    for digit in digits.utf8 {
      guard let value = Hex.value(ofDigit: digit) else { return nil }
      self = shiftedLeft(4) | UInt256(UInt64(value))
    }
  }

  /// Parses decimal digits; nil for anything else and beyond 256 bits.
  public init?(decimal text: some StringProtocol) {
    guard !text.isEmpty, text.utf8.count <= 78 else { return nil }
    self = .zero
    for digit in text.utf8 {
      guard (0x30...0x39).contains(digit), let tenfold = multipliedIfFits(by: 10),
        let next = tenfold.addedIfFits(UInt256(UInt64(digit - 0x30)))
      else { return nil }
      self = next
    }
  }

  /// Decimal digits.
  public var decimal: String {
    var digits: [UInt8] = []
    var rest = self
    repeat {
      let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
      digits.append(UInt8(truncatingIfNeeded: remainder.l0) &+ 0x30)
      rest = quotient
    } while !rest.isZero
    return String(decoding: digits.reversed(), as: UTF8.self)
  }
}
