import StrictJSON

/// A JSON value (RFC 8259), for the few documents that this module reads and writes.
///
/// Integers stay integers and objects keep their keys' order; there is nothing else to it.
indirect enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  /// A number that is no `Int`: a fraction, or too large. The text as it stands.
  case number(String)
  case string(String)
  case array([JSON])
  case object([Member])

  /// One entry of an object.
  struct Member: Hashable, Sendable {
    var key: String
    var value: JSON
  }

  /// An array of integers.
  static func integers(_ values: some Sequence<some BinaryInteger>) -> JSON {
    .array(values.map { .integer(Int(clamping: $0)) })
  }

  /// An object without the entries that are nil.
  static func object(_ members: [(String, JSON?)]) -> JSON {
    .object(members.compactMap { key, value in value.map { Member(key: key, value: $0) } })
  }

  /// What kind of value it is, for error messages; short values as they stand.
  var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let text): text
    case .string(let text): "\"\(text)\""
    case .array(let items): "an array of \(items.count)"
    case .object: "an object"
    }
  }

  /// The value as UTF-8 text without white space.
  var encoded: [UInt8] {
    var output: [UInt8] = []
    encode(into: &output)
    return output
  }

  private func encode(into output: inout [UInt8]) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let value): output += (value ? "true" : "false").utf8
    case .integer(let value): output += String(value).utf8
    case .number(let text): output += text.utf8
    case .string(let text): output += JSONEscapes.quoted(text).utf8
    case .array(let items):
      output.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        item.encode(into: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        output += JSONEscapes.quoted(member.key).utf8
        output.append(UInt8(ascii: ":"))
        member.value.encode(into: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }
}
