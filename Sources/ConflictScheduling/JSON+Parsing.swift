extension JSON {
  /// Larger documents are refused unread: a tree takes some ten times the space of its text.
  static let byteLimit: Int = 1 << 27
  /// Deeper documents are refused: nothing we read nests deeper than a handful, and parsing recurses.
  static let depthLimit = 64

  /// Parses one value that fills `bytes`. Linear in time.
  ///
  /// - Throws: `ScheduleFormatError` with the offset of the first byte that is wrong.
  init(parsing bytes: [UInt8]) throws(ScheduleFormatError) {
    guard bytes.count <= Self.byteLimit else {
      throw ScheduleFormatError(
        field: "", expected: "at most \(Self.byteLimit) bytes", found: "\(bytes.count) bytes")
    }
    var parser = JSONParser(bytes: bytes)
    self = try parser.value(depth: 0)
    parser.skipSpace()
    guard parser.offset == bytes.count else { throw parser.error("the end of the document") }
  }
}

/// Recursive descent over bytes.
private struct JSONParser {
  let bytes: [UInt8]
  var offset = 0

  /// The byte at hand; 0, which is legal nowhere, behind the end.
  private var byte: UInt8 { offset < bytes.count ? bytes[offset] : 0 }

  func error(_ expected: String) -> ScheduleFormatError {
    let found =
      offset < bytes.count
      ? "`\(String(decoding: bytes[offset..<min(offset + 20, bytes.count)], as: UTF8.self))`"
      : "the end of the input"
    return ScheduleFormatError(field: "", expected: expected, found: "\(found) at byte \(offset)")
  }

  mutating func skipSpace() {
    while byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  mutating func value(depth: Int) throws(ScheduleFormatError) -> JSON {
    guard depth < JSON.depthLimit else { throw error("at most \(JSON.depthLimit) levels of nesting") }
    skipSpace()
    switch byte {
    case UInt8(ascii: "{"): return .object(try members(depth: depth))
    case UInt8(ascii: "["): return .array(try items(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw error("a JSON value")
    }
  }

  private mutating func word(_ word: String, _ value: JSON) throws(ScheduleFormatError) -> JSON {
    guard bytes[offset...].starts(with: word.utf8) else { throw error("`\(word)`") }
    offset += word.utf8.count
    return value
  }

  private mutating func items(depth: Int) throws(ScheduleFormatError) -> [JSON] {
    var items: [JSON] = []
    offset += 1
    skipSpace()
    if byte == UInt8(ascii: "]") {
      offset += 1
      return items
    }
    while true {
      items.append(try value(depth: depth + 1))
      skipSpace()
      if byte == UInt8(ascii: "]") { break }
      guard byte == UInt8(ascii: ",") else { throw error("`,` or `]`") }
      offset += 1
    }
    offset += 1
    return items
  }

  private mutating func members(depth: Int) throws(ScheduleFormatError) -> [JSON.Member] {
    var members: [JSON.Member] = []
    var keys = Set<String>()
    offset += 1
    skipSpace()
    if byte == UInt8(ascii: "}") {
      offset += 1
      return members
    }
    while true {
      skipSpace()
      guard byte == UInt8(ascii: "\"") else { throw error("a key") }
      let start = offset
      let key = try string()
      guard keys.insert(key).inserted else {
        offset = start
        throw error("each key once")
      }
      skipSpace()
      guard byte == UInt8(ascii: ":") else { throw error("`:`") }
      offset += 1
      members.append(JSON.Member(key: key, value: try value(depth: depth + 1)))
      skipSpace()
      if byte == UInt8(ascii: "}") { break }
      guard byte == UInt8(ascii: ",") else { throw error("`,` or `}`") }
      offset += 1
    }
    offset += 1
    return members
  }

  private mutating func digits() throws(ScheduleFormatError) {
    guard (0x30...0x39).contains(byte) else { throw error("a digit") }
    while (0x30...0x39).contains(byte) { offset += 1 }
  }

  private mutating func number() throws(ScheduleFormatError) -> JSON {
    let start = offset
    if byte == UInt8(ascii: "-") { offset += 1 }
    if byte == UInt8(ascii: "0") {
      offset += 1
      guard !(0x30...0x39).contains(byte) else { throw error("a number without leading zeros") }
    } else {
      try digits()
    }
    if byte == UInt8(ascii: ".") {
      offset += 1
      try digits()
    }
    if byte | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { offset += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    return Int(text).map { .integer($0) } ?? .number(text)
  }

  private mutating func string() throws(ScheduleFormatError) -> String {
    let start = offset
    offset += 1
    var text: [UInt8] = []
    while true {
      guard byte >= 0x20 else { throw error("a character of the string that starts at byte \(start)") }
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        offset += 1
        text += try escape()
      } else {
        text.append(byte)
        offset += 1
      }
    }
    offset += 1
    guard let string = String(validating: text, as: UTF8.self) else {
      offset = start
      throw error("UTF-8")
    }
    return string
  }

  private mutating func escape() throws(ScheduleFormatError) -> [UInt8] {
    let letters: [UInt8: UInt8] = [
      0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 0x08, 0x66: 0x0C, 0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09,
    ]
    if let plain = letters[byte] {
      offset += 1
      return [plain]
    }
    let first = try unit()
    var scalar = first
    if (0xD800..<0xDC00).contains(first), byte == UInt8(ascii: "\\") {
      offset += 1
      let second = try unit()
      guard (0xDC00..<0xE000).contains(second) else { throw error("the second half of a surrogate pair") }
      scalar = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }
    guard let character = Unicode.Scalar(scalar) else { throw error("a whole surrogate pair") }
    return Array(String(character).utf8)
  }

  /// `u` and four hexadecimal digits.
  private mutating func unit() throws(ScheduleFormatError) -> UInt32 {
    guard byte == UInt8(ascii: "u") else { throw error("an escape") }
    offset += 1
    let end = min(offset + 4, bytes.count)
    let text = String(decoding: bytes[offset..<end], as: UTF8.self)
    guard text.utf8.count == 4, text.allSatisfy(\.isHexDigit), let unit = UInt32(text, radix: 16) else {
      throw error("four hexadecimal digits")
    }
    offset = end
    return unit
  }
}
