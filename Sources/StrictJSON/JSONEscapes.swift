package import EthereumTypes

/// The escapes of JSON strings.
package enum JSONEscapes {
  /// Replaces the escapes of a string that the parser accepted. An unpaired surrogate becomes U+FFFD.
  package static func decode(_ raw: ArraySlice<UInt8>) -> Bytes {
    var output: Bytes = []
    output.reserveCapacity(raw.count)
    var index = raw.startIndex
    while index < raw.endIndex {
      let byte = raw[index]
      index += 1
      guard byte == 0x5C, index < raw.endIndex else {
        output.append(byte)
        continue
      }
      let letter = raw[index]
      index += 1
      if letter != 0x75 {
        output.append(simple[letter] ?? letter)
        continue
      }
      var unit = fourDigits(raw, &index)
      if unit & 0xFC00 == 0xD800, raw[index...].starts(with: [0x5C, 0x75]) {
        var next = index + 2
        let low = fourDigits(raw, &next)
        if low & 0xFC00 == 0xDC00 {
          unit = 0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF)
          index = next
        }
      }
      output += String(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8
    }
    return output
  }

  private static let simple: [UInt8: UInt8] = [0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9]

  private static func fourDigits(_ raw: ArraySlice<UInt8>, _ index: inout Int) -> UInt32 {
    var unit: UInt32 = 0
    for digit in raw[index...].prefix(4) { unit = unit << 4 | UInt32(Hex.value(ofDigit: digit) ?? 0) }
    index = min(index + 4, raw.endIndex)
    return unit
  }

  /// A string with quotes and escapes, ready to be written.
  package static func quoted(_ text: String) -> String {
    var output = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case _ where scalar.value < 0x20:
        output += "\\u00" + Hex.encode([UInt8(truncatingIfNeeded: scalar.value)])
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output + "\""
  }
}
