import ChainFormats
import EthereumTypes

/// Transition tools accept numbers in hexadecimal, in decimal and as JSON numbers, with or without leading zeros.
extension JSONValue {
  /// A number of at most 256 bits.
  func flexibleWord() throws(FormatError) -> UInt256 {
    switch kind {
    case .number: return UInt256(try integer())
    case .string:
      let text = try string()
      if text.hasPrefix("0x") || text.hasPrefix("0X") {
        // "0x" alone is zero.
        let digits = text.dropFirst(2)
        if let word = digits.isEmpty ? .zero : UInt256(hex: "0x" + digits) { return word }
      } else if let word = UInt256(decimal: text) {
        return word
      }
    default: break
    }
    throw unexpected("a number below 2^256, hexadecimal with 0x or decimal")
  }

  /// A number of at most 64 bits.
  func flexibleUInt64() throws(FormatError) -> UInt64 {
    guard let value = try flexibleWord().asUInt64 else { throw unexpected("a number below 2^64") }
    return value
  }

  /// An address, with or without 0x.
  func flexibleAddress() throws(FormatError) -> Address {
    let text = try string()
    let digits = text.hasPrefix("0x") || text.hasPrefix("0X") ? text.dropFirst(2) : text[...]
    guard digits.utf8.count == 40, let address = Address(hex: "0x" + digits) else {
      throw unexpected("40 hexadecimal digits")
    }
    return address
  }

  /// A 32-byte word in hexadecimal, with or without 0x and leading zeros.
  func flexibleHash() throws(FormatError) -> UInt256 {
    let text = try string()
    let digits = text.hasPrefix("0x") || text.hasPrefix("0X") ? text.dropFirst(2) : text[...]
    guard let word = digits.isEmpty ? .zero : UInt256(hex: "0x" + digits) else {
      throw unexpected("up to 64 hexadecimal digits")
    }
    return word
  }
}
