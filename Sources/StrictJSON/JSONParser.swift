package import EthereumTypes

/// Why and where a text is not JSON.
package struct JSONSyntaxError: Error {
  /// The byte at which it goes wrong.
  package var offset: Int
  /// What is wrong there.
  package var reason: String
}

/// A strict parser (RFC 8259) that makes one node for each value, in the order of the text and without recursion:
/// what every reader of JSON here stands on. Duplicate keys are refused.
package struct JSONParser {
  /// Nothing in Ethereum's files nests as deep; call traces come closest.
  package static let maximumDepth = 2048

  private let text: Bytes
  private let maximumDepth: Int
  private let refusesUnpairedSurrogates: Bool
  private var position = 0
  /// The values, each followed by its parts; an object's part is a key node followed by a value.
  package private(set) var nodes: [JSONNode] = []
  /// The arrays and objects that are not closed yet, as indices into `nodes`.
  private var open: [Int] = []

  /// Makes a parser of a text below 4 GiB, UTF-8 without byte-order mark, that refuses what nests deeper and, where
  /// asked to, escapes that name half a character.
  package init(
    _ text: Bytes, maximumDepth: Int = Self.maximumDepth, refusesUnpairedSurrogates: Bool = false
  ) {
    self.text = text
    self.maximumDepth = maximumDepth
    self.refusesUnpairedSurrogates = refusesUnpairedSurrogates
    nodes.reserveCapacity(text.count / 48 + 8)
  }

  /// Parses the whole text. Linear, but for sorting the keys of large objects.
  package mutating func parse() throws(JSONSyntaxError) {
    while true {
      try parseValueOrOpen()
      // A value is complete: close what it completes, up to where another value has to follow.
      var expectsValue = false
      while !expectsValue {
        guard let container = open.last else {
          skipSpace()
          guard position == text.count else { throw error("more text behind the value") }
          return
        }
        expectsValue = try parseSeparator(in: container)
      }
    }
  }

  private func error(_ reason: String) -> JSONSyntaxError {
    JSONSyntaxError(offset: position, reason: reason)
  }

  /// The byte at the position, 0 at the end: a NUL is no JSON either.
  private var current: UInt8 { position < text.count ? text[position] : 0 }

  private mutating func skipSpace() {
    while position < text.count {
      switch text[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  private mutating func append(_ kind: JSONNode.Kind, start: Int, count: Int) {
    nodes.append(
      JSONNode(
        kind: kind, start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: count),
        end: UInt32(truncatingIfNeeded: nodes.count + 1)))
  }

  /// Parses one value; opens non-empty arrays and objects until one without parts is reached.
  private mutating func parseValueOrOpen() throws(JSONSyntaxError) {
    while true {
      skipSpace()
      switch current {
      case 0x22:
        try parseString()
        return
      case 0x7B, 0x5B:
        let isObject = current == 0x7B
        guard open.count < maximumDepth else { throw error("nested deeper than \(maximumDepth)") }
        append(isObject ? .object : .array, start: position, count: 0)
        position += 1
        skipSpace()
        if current == (isObject ? 0x7D : 0x5D) {
          position += 1
          return
        }
        open.append(nodes.count - 1)
        if isObject { try parseKey() }
      case 0x2D, 0x30...0x39:
        try parseNumber()
        return
      case 0x74:
        try parseWord("true", .true)
        return
      case 0x66:
        try parseWord("false", .false)
        return
      case 0x6E:
        try parseWord("null", .null)
        return
      default:
        throw error(
          position < text.count ? "a value cannot start here" : "the text ends where a value belongs")
      }
    }
  }

  /// Handles what follows a value inside a container: true behind a comma (and key), false where it closed.
  private mutating func parseSeparator(in container: Int) throws(JSONSyntaxError) -> Bool {
    let isObject = nodes[container].kind == .object
    nodes[container].count += 1
    skipSpace()
    switch current {
    case 0x2C:
      position += 1
      if isObject { try parseKey() }
      return true
    case isObject ? 0x7D : 0x5D:
      position += 1
      nodes[container].end = UInt32(truncatingIfNeeded: nodes.count)
      if isObject { try refuseDuplicateKeys(of: container) }
      open.removeLast()
      return false
    default:
      throw error(isObject ? "expected ',' or '}'" : "expected ',' or ']'")
    }
  }

  private mutating func parseKey() throws(JSONSyntaxError) {
    skipSpace()
    guard current == 0x22 else { throw error("expected a key in quotes") }
    try parseString()
    skipSpace()
    guard current == 0x3A else { throw error("expected ':'") }
    position += 1
  }

  private mutating func parseWord(_ word: StaticString, _ kind: JSONNode.Kind) throws(JSONSyntaxError) {
    let count = word.utf8CodeUnitCount
    guard text[position...].starts(with: "\(word)".utf8) else { throw error("a value cannot start here") }
    append(kind, start: position, count: count)
    position += count
  }

  private mutating func parseNumber() throws(JSONSyntaxError) {
    let start = position
    func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
    func skipDigits() throws(JSONSyntaxError) {
      guard isDigit(current) else { throw error("expected a digit") }
      while isDigit(current) { position += 1 }
    }
    if current == 0x2D { position += 1 }
    if current == 0x30 { position += 1 } else { try skipDigits() }
    if current == 0x2E {
      position += 1
      try skipDigits()
    }
    if current | 0x20 == 0x65 {
      position += 1
      if current == 0x2B || current == 0x2D { position += 1 }
      try skipDigits()
    }
    guard !isDigit(current) else { throw error("a number may not start with zeros") }
    append(.number, start: start, count: position - start)
  }

  // MARK: Strings

  private mutating func parseString() throws(JSONSyntaxError) {
    position += 1
    let start = position
    var isEscaped = false
    var isASCII = true
    while true {
      position = Self.endOfPlain(text, from: position)
      guard position < text.count else { throw error("the text ends inside a string") }
      let byte = text[position]
      if byte == 0x22 { break }
      if byte >= 0x80 {
        isASCII = false
        position += 1
      } else if byte == 0x5C {
        isEscaped = true
        try skipEscape()
      } else {
        throw error("a control character inside a string")
      }
    }
    if !isASCII, String(validating: text[start..<position], as: UTF8.self) == nil {
      position = start
      throw error("a string that is not UTF-8")
    }
    append(isEscaped ? .escapedString : .string, start: start, count: position - start)
    position += 1
  }

  /// The first byte from `start` on that is a quote, a backslash, a control character or not ASCII.
  private static func endOfPlain(_ text: Bytes, from start: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    return unsafe text.withUnsafeBytes { bytes in
      var offset = start
      // Invariant: eight bytes are loaded only where eight bytes remain.
      while offset &+ 8 <= bytes.count {
        let word = unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        // A byte's high bit is set where it is zero after the xor, below 0x20, or not ASCII. Borrows can set
        // bits above the first hit only, and only the first one counts.
        let hits = ((quote &- ones) | (backslash &- ones) | (word &- ones &* 0x20) | word) & highs
        if hits != 0 { return offset &+ hits.trailingZeroBitCount >> 3 }
        offset &+= 8
      }
      while offset < bytes.count {
        let byte = unsafe bytes[offset]
        if byte == 0x22 || byte == 0x5C || byte < 0x20 || byte >= 0x80 { return offset }
        offset &+= 1
      }
      return offset
    }
  }

  private mutating func skipEscape() throws(JSONSyntaxError) {
    position += 1
    switch current {
    case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: position += 1
    case 0x75:
      let first = try parseUnit()
      guard refusesUnpairedSurrogates, first & 0xF800 == 0xD800 else { return }
      guard first < 0xDC00, current == 0x5C else { throw error("an unpaired surrogate") }
      position += 1
      guard current == 0x75, try parseUnit() & 0xFC00 == 0xDC00 else { throw error("an unpaired surrogate") }
    default: throw error("an unknown escape")
    }
  }

  /// `u` and four hexadecimal digits.
  private mutating func parseUnit() throws(JSONSyntaxError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      position += 1
      guard let digit = Hex.value(ofDigit: current) else { throw error("expected four hexadecimal digits") }
      unit = unit << 4 | UInt32(digit)
    }
    position += 1
    return unit
  }

  // MARK: Keys

  /// Small objects are compared pair by pair; large ones by sorted seeded hashes, which no file can foresee.
  private func refuseDuplicateKeys(of object: Int) throws(JSONSyntaxError) {
    let end = Int(nodes[object].end)
    var keys: [Int] = []
    keys.reserveCapacity(Int(nodes[object].count))
    var key = object + 1
    while key < end {
      keys.append(key)
      key = Int(nodes[key + 1].end)
    }
    if keys.count <= 12 {
      for (position, key) in keys.enumerated().dropFirst() {
        for other in keys[..<position] where isSameKey(other, key) { throw duplicate(key) }
      }
      return
    }
    let hashed = keys.map { (hash: seededHash(ofKey: $0), key: $0) }.sorted { $0.hash < $1.hash }
    for (first, second) in zip(hashed, hashed.dropFirst())
    where first.hash == second.hash && isSameKey(first.key, second.key) {
      throw duplicate(max(first.key, second.key))
    }
  }

  private func duplicate(_ key: Int) -> JSONSyntaxError {
    JSONSyntaxError(offset: Int(nodes[key].start), reason: "a second member with the same key")
  }

  private func isSameKey(_ a: Int, _ b: Int) -> Bool {
    if nodes[a].kind == .string, nodes[b].kind == .string, nodes[a].count != nodes[b].count { return false }
    return contents(ofKey: a) == contents(ofKey: b)
  }

  private func seededHash(ofKey key: Int) -> Int {
    var hasher = Hasher()
    unsafe contents(ofKey: key).withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    return hasher.finalize()
  }

  private func contents(ofKey key: Int) -> ArraySlice<UInt8> {
    let node = nodes[key]
    let raw = text[Int(node.start)..<Int(node.start) + Int(node.count)]
    return node.kind == .escapedString ? JSONEscapes.decode(raw)[...] : raw
  }
}
