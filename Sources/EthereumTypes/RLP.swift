/// A value in Recursive Length Prefix form (Yellow Paper, appendix B).
public enum RLP: Hashable, Sendable {
  /// A byte string.
  case bytes(Bytes)
  /// A list of values.
  case list([RLP])

  /// A non-negative number: big-endian without leading zeros.
  public static func quantity(_ value: UInt64) -> RLP { .bytes(UInt256(value).minimalBigEndianBytes) }

  /// A non-negative number: big-endian without leading zeros.
  public static func quantity(_ value: UInt256) -> RLP { .bytes(value.minimalBigEndianBytes) }

  /// The encoding. Linear in its size.
  public var encoded: Bytes {
    var output: Bytes = []
    output.reserveCapacity(encodedCount)
    encode(into: &output)
    return output
  }

  /// The number of bytes of the encoding.
  var encodedCount: Int {
    switch self {
    case .bytes(let bytes):
      bytes.count == 1 && bytes[0] < 0x80 ? 1 : Self.withHeader(bytes.count)
    case .list(let items):
      Self.withHeader(payloadCount(items))
    }
  }

  private func payloadCount(_ items: [RLP]) -> Int { items.reduce(0) { $0 + $1.encodedCount } }

  private static func withHeader(_ count: Int) -> Int { headerCount(count) + count }

  private static func headerCount(_ count: Int) -> Int {
    count < 56 ? 1 : 1 + UInt256(count).byteWidthUsed
  }

  private func encode(into output: inout Bytes) {
    switch self {
    case .bytes(let bytes):
      if bytes.count != 1 || bytes[0] >= 0x80 { Self.appendHeader(0x80, bytes.count, to: &output) }
      output += bytes
    case .list(let items):
      Self.appendHeader(0xC0, payloadCount(items), to: &output)
      for item in items { item.encode(into: &output) }
    }
  }

  private static func appendHeader(_ base: UInt8, _ count: Int, to output: inout Bytes) {
    if count < 56 {
      output.append(base + UInt8(count))
    } else {
      let length = UInt256(count).minimalBigEndianBytes
      output.append(base + 55 + UInt8(length.count))
      output += length
    }
  }
}
