public import EthereumTypes
import StrictJSON

extension JSONValue {
  /// The digits behind `0x` of a string, nil for anything else.
  private var hexDigits: ArraySlice<UInt8>? {
    guard node.kind == .string else { return nil }
    let raw = raw
    guard raw.count >= 2, raw[raw.startIndex] == 0x30, raw[raw.startIndex + 1] | 0x20 == 0x78 else {
      return nil
    }
    return raw.dropFirst(2)
  }

  /// A byte string: `0x` and an even number of hexadecimal digits.
  public func bytes() throws(FormatError) -> Bytes {
    guard let digits = hexDigits, let bytes = HexDigits.bytes(digits) else {
      throw unexpected("0x and an even number of hexadecimal digits")
    }
    return bytes
  }

  /// A number of at most 256 bits: `0x` and 1 to 64 hexadecimal digits, leading zeros allowed.
  public func word() throws(FormatError) -> UInt256 {
    guard let digits = hexDigits, let word = HexDigits.word(digits) else {
      throw unexpected("0x and 1 to 64 hexadecimal digits")
    }
    return word
  }

  /// A number of at most 64 bits in hexadecimal, leading zeros allowed.
  public func uint64() throws(FormatError) -> UInt64 {
    guard let digits = hexDigits, let value = HexDigits.word(digits)?.asUInt64 else {
      throw unexpected("0x and a hexadecimal number below 2^64")
    }
    return value
  }

  /// A hash: `0x` and 64 hexadecimal digits.
  public func hash() throws(FormatError) -> Hash32 {
    guard let digits = hexDigits, digits.count == 64, let word = HexDigits.word(digits) else {
      throw unexpected("0x and 64 hexadecimal digits")
    }
    return Hash32(word: word)
  }

  /// An address: `0x` and 40 hexadecimal digits.
  public func address() throws(FormatError) -> Address {
    guard let digits = hexDigits, digits.count == 40, let word = HexDigits.word(digits) else {
      throw unexpected("0x and 40 hexadecimal digits")
    }
    return Address(truncating: word)
  }

  /// A logs bloom: `0x` and 512 hexadecimal digits.
  public func bloom() throws(FormatError) -> Bloom {
    guard let digits = hexDigits, let bytes = HexDigits.bytes(digits), let bloom = Bloom(bytes) else {
      throw unexpected("0x and 512 hexadecimal digits")
    }
    return bloom
  }
}

/// Hexadecimal digits as they lie in a document.
enum HexDigits {
  /// The bytes that an even number of digits stands for.
  static func bytes(_ digits: ArraySlice<UInt8>) -> Bytes? {
    guard digits.count.isMultiple(of: 2) else { return nil }
    var isValid = true
    let bytes = unsafe Bytes(unsafeUninitializedCapacity: digits.count / 2) { output, count in
      unsafe digits.withUnsafeBufferPointer { digits in
        // Invariant: `output` has room for half the digits, whose number is even.
        for index in 0..<digits.count / 2 {
          guard let high = unsafe Hex.value(ofDigit: digits[2 &* index]),
            let low = unsafe Hex.value(ofDigit: digits[2 &* index &+ 1])
          else {
            isValid = false
            return
          }
          unsafe output.initializeElement(at: index, to: high << 4 | low)
          count = index &+ 1
        }
      }
    }
    return isValid ? bytes : nil
  }

  /// The number that 1 to 64 digits stand for.
  static func word(_ digits: ArraySlice<UInt8>) -> UInt256? {
    guard (1...64).contains(digits.count) else { return nil }
    var limbs = InlineArray<4, UInt64>(repeating: 0)
    var end = digits.endIndex
    for limb in 0..<4 {
      let start = max(digits.startIndex, end - 16)
      var value: UInt64 = 0
      for index in start..<end {
        guard let digit = Hex.value(ofDigit: digits[index]) else { return nil }
        value = value << 4 | UInt64(digit)
      }
      limbs[limb] = value
      end = start
    }
    return UInt256(limbs: limbs[0], limbs[1], limbs[2], limbs[3])
  }
}
