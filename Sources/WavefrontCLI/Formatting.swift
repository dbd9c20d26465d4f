import Foundation

/// Numbers as a person reads them.
enum Format {
  /// 12,345,678
  static func count(_ value: some BinaryInteger) -> String {
    var digits = String(value)
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits.removeLast(3)
    }
    return ([digits[...]] + groups).joined(separator: ",")
  }

  /// 1.23 ms
  static func time(_ nanoseconds: UInt64) -> String {
    switch nanoseconds {
    case ..<10_000: "\(decimals(Double(nanoseconds) / 1e3, 1)) µs"
    case ..<1_000_000: "\(decimals(Double(nanoseconds) / 1e3, 0)) µs"
    case ..<1_000_000_000: "\(decimals(Double(nanoseconds) / 1e6, 2)) ms"
    default: "\(decimals(Double(nanoseconds) / 1e9, 2)) s"
    }
  }

  /// 12.3 %
  static func percent(_ share: Double, _ digits: Int = 1) -> String { "\(decimals(share * 100, digits)) %" }

  /// A number with a fixed number of decimals.
  static func decimals(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  /// Eight hexadecimal digits.
  static func hex(_ value: UInt32) -> String { String(format: "%08x", value) }

  /// Text filled up with spaces on the right.
  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// Text filled up with spaces on the left.
  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}

/// One JSON object on one line, with a stable order of keys.
func encodeJSON(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
