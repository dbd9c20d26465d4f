/// Why bytes are not one canonical RLP value.
public enum RLPError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The value goes on past the end of the input at `offset`.
  case truncated(offset: Int)
  /// A longer form was used where a shorter one exists.
  case notCanonical(offset: Int)
  /// Bytes follow the value.
  case trailingBytes(offset: Int)
  /// Lists are nested deeper than any Ethereum structure.
  case tooDeep(offset: Int)

  /// One line for a person.
  public var description: String {
    switch self {
    case .truncated(let offset): "RLP: input ends inside the value that starts at byte \(offset)"
    case .notCanonical(let offset): "RLP: the value at byte \(offset) is not in its shortest form"
    case .trailingBytes(let offset): "RLP: unexpected bytes from byte \(offset) on"
    case .tooDeep(let offset): "RLP: lists nested deeper than \(RLP.maximumDepth) at byte \(offset)"
    }
  }
}

extension RLP {
  /// Deeper nesting is refused: nothing in Ethereum comes near it, and decoding recurses.
  public static let maximumDepth = 1024

  /// Decodes one value that must fill `bytes`. Linear in their count.
  public init(decoding bytes: Bytes) throws(RLPError) {
    var offset = 0
    self = try Self.decode(bytes, &offset, end: bytes.count, depth: 0)
    guard offset == bytes.count else { throw .trailingBytes(offset: offset) }
  }

  /// Decodes the first value of `bytes` and tells where it ends.
  public static func decodePrefix(of bytes: Bytes) throws(RLPError) -> (value: RLP, end: Int) {
    var offset = 0
    let value = try decode(bytes, &offset, end: bytes.count, depth: 0)
    return (value, offset)
  }

  private static func decode(
    _ bytes: Bytes, _ offset: inout Int, end: Int, depth: Int
  ) throws(RLPError) -> RLP {
    let start = offset
    guard depth <= maximumDepth else { throw .tooDeep(offset: start) }
    guard offset < end else { throw .truncated(offset: start) }
    let tag = bytes[offset]
    offset += 1
    switch tag {
    case 0x00...0x7F:
      return .bytes([tag])
    case 0x80...0xBF:
      let count = try length(of: tag - 0x80, bytes, &offset, end: end, start: start)
      if count == 1, bytes[offset] < 0x80 { throw .notCanonical(offset: start) }
      defer { offset += count }
      return .bytes(Bytes(bytes[offset..<offset + count]))
    default:
      let count = try length(of: tag - 0xC0, bytes, &offset, end: end, start: start)
      let listEnd = offset + count
      var items: [RLP] = []
      while offset < listEnd { items.append(try decode(bytes, &offset, end: listEnd, depth: depth + 1)) }
      return .list(items)
    }
  }

  /// Reads a payload length and checks that the payload lies before `end`.
  private static func length(
    of code: UInt8, _ bytes: Bytes, _ offset: inout Int, end: Int, start: Int
  ) throws(RLPError) -> Int {
    if code <= 55 {
      guard Int(code) <= end - offset else { throw .truncated(offset: start) }
      return Int(code)
    }
    let width = Int(code) - 55
    guard width <= end - offset else { throw .truncated(offset: start) }
    guard bytes[offset] != 0 else { throw .notCanonical(offset: start) }
    // Eight bytes always fit 64 bits; whether they fit the input is checked unsigned below.
    let count = bytes[offset..<offset + width].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    offset += width
    guard count > 55 else { throw .notCanonical(offset: start) }
    guard count <= UInt64(end - offset) else { throw .truncated(offset: start) }
    return Int(count)
  }
}
