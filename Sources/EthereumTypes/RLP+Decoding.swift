/// Why bytes are not one canonical RLP value.
public enum RLPError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The value goes on past the end of the input at `offset`.
  case truncated(offset: Int)
  /// The input ends inside the header of the value at `offset`, before its length is known.
  case truncatedHeader(offset: Int)
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
    case .truncatedHeader(let offset): "RLP: input ends inside the header of the value at byte \(offset)"
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
    guard depth <= maximumDepth else { throw .tooDeep(offset: offset) }
    let item = try item(of: bytes, at: offset, end: end)
    guard item.isList else {
      offset = item.end
      return .bytes(Bytes(bytes[item.payload]))
    }
    offset = item.payloadStart
    var items: [RLP] = []
    while offset < item.end { items.append(try decode(bytes, &offset, end: item.end, depth: depth + 1)) }
    return .list(items)
  }
}
