/// A byte string.
public typealias Bytes = [UInt8]

/// Hexadecimal text.
public enum Hex {
  /// Lower-case digits, two for each byte, without prefix.
  public static func encode(_ bytes: some Collection<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digit(byte >> 4))
      text.append(digit(byte & 15))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Lower-case digits behind `0x`.
  public static func encodePrefixed(_ bytes: some Collection<UInt8>) -> String { "0x" + encode(bytes) }

  /// The bytes that an even number of digits, with or without `0x`, stand for; nil for anything else.
  public static func decode(_ text: some StringProtocol) -> Bytes? {
    var text = String(text)
    return text.withUTF8 { utf8 in
      let start = unsafe utf8.count >= 2 && utf8[0] == 0x30 && (utf8[1] | 0x20) == 0x78 ? 2 : 0
      guard (utf8.count - start).isMultiple(of: 2) else { return nil }
      var bytes: Bytes = []
      bytes.reserveCapacity((utf8.count - start) / 2)
      var index = start
      while index < utf8.count {
        guard let high = unsafe value(ofDigit: utf8[index]), let low = unsafe value(ofDigit: utf8[index + 1])
        else { return nil }
        bytes.append(high << 4 | low)
        index += 2
      }
      return bytes
    }
  }

  /// The value of one digit of either case, or nil.
  @inlinable
  public static func value(ofDigit digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x57
    case 0x41...0x46: digit - 0x37
    default: nil
    }
  }

  private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? nibble + 0x30 : nibble + 0x57 }
}
