import EthereumTypes

extension JSONField {
  /// `0x` and 64 hexadecimal digits.
  func hash() throws(ScheduleFormatError) -> Hash32 {
    guard case .string(let text) = value, text.hasPrefix("0x"), let hash = Hash32(hex: text) else {
      throw error("0x and 64 hexadecimal digits")
    }
    return hash
  }

  /// `0x` and 40 hexadecimal digits.
  func address() throws(ScheduleFormatError) -> Address {
    guard case .string(let text) = value, text.hasPrefix("0x"), let address = Address(hex: text) else {
      throw error("0x and 40 hexadecimal digits")
    }
    return address
  }

  /// `0x` and 1 to 64 hexadecimal digits.
  func word() throws(ScheduleFormatError) -> UInt256 {
    guard case .string(let text) = value, text.hasPrefix("0x"), let word = UInt256(hex: text) else {
      throw error("0x and up to 64 hexadecimal digits")
    }
    return word
  }
}
