public import EthereumTypes

/// A JSON value to be written, with members in the order given.
public enum OutputJSON: Sendable {
  /// A key and its value.
  public typealias Member = (key: String, value: OutputJSON)

  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number.
  case number(Int)
  /// A string.
  case string(String)
  /// An array.
  case array([OutputJSON])
  /// An object.
  case object([Member])

  /// A number as minimal hexadecimal digits behind 0x.
  static func quantity(_ value: UInt64) -> OutputJSON { quantity(UInt256(value)) }

  /// A number as minimal hexadecimal digits behind 0x.
  static func quantity(_ value: UInt256) -> OutputJSON { .string(value.minimalHex) }

  /// Bytes as hexadecimal digits behind 0x.
  static func hex(_ bytes: Bytes) -> OutputJSON { .string(Hex.encodePrefixed(bytes)) }

  /// A value in its own words.
  static func text(_ value: some CustomStringConvertible) -> OutputJSON { .string(value.description) }

  /// The text, with `indent` spaces for each level of nesting.
  public func encoded(indent: Int) -> Bytes {
    var text = Bytes()
    write(to: &text, indent: indent, level: 0)
    return text
  }

  private func write(to text: inout Bytes, indent: Int, level: Int) {
    switch self {
    case .null: text += "null".utf8
    case .bool(let value): text += (value ? "true" : "false").utf8
    case .number(let value): text += String(value).utf8
    case .string(let value): Self.write(value, to: &text)
    case .array(let elements):
      Self.write(elements, "[", "]", to: &text, indent, level) { element, text in
        element.write(to: &text, indent: indent, level: level + 1)
      }
    case .object(let members):
      Self.write(members, "{", "}", to: &text, indent, level) { member, text in
        Self.write(member.key, to: &text)
        text += ": ".utf8
        member.value.write(to: &text, indent: indent, level: level + 1)
      }
    }
  }

  private static func write<Part>(
    _ parts: [Part], _ open: String, _ close: String, to text: inout Bytes, _ indent: Int, _ level: Int,
    _ write: (Part, inout Bytes) -> Void
  ) {
    func newLine(_ level: Int) {
      text.append(0x0A)
      text.append(contentsOf: repeatElement(0x20, count: indent * level))
    }
    text += open.utf8
    for (index, part) in parts.enumerated() {
      if index > 0 { text.append(0x2C) }
      newLine(level + 1)
      write(part, &text)
    }
    if !parts.isEmpty { newLine(level) }
    text += close.utf8
  }

  /// Writes a string with the escapes that RFC 8259 requires.
  private static func write(_ string: String, to text: inout Bytes) {
    text.append(0x22)
    for byte in string.utf8 {
      switch byte {
      case 0x22, 0x5C: text += [0x5C, byte]
      case 0..<0x20: text += ("\\u00" + Hex.encode([byte])).utf8
      default: text.append(byte)
      }
    }
    text.append(0x22)
  }
}
