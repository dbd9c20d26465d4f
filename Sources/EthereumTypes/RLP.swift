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
    var sizes: [Int] = []
    var output: Bytes = []
    output.reserveCapacity(measure(&sizes))
    var next = sizes.startIndex
    encode(into: &output, sizes, &next)
    return output
  }

  /// The number of bytes of the encoding. Appends the payload size of every list, outer before inner and left
  /// before right, so that each is computed once however deep the lists are nested.
  private func measure(_ sizes: inout [Int]) -> Int {
    switch self {
    case .bytes(let bytes):
      return bytes.count == 1 && bytes[0] < 0x80 ? 1 : Self.headerCount(bytes.count) + bytes.count
    case .list(let items):
      let index = sizes.count
      sizes.append(0)
      for item in items { sizes[index] += item.measure(&sizes) }
      return Self.headerCount(sizes[index]) + sizes[index]
    }
  }

  /// Appends the encoding, taking the sizes of lists from where `measure` put them.
  private func encode(into output: inout Bytes, _ sizes: [Int], _ next: inout Int) {
    switch self {
    case .bytes(let bytes):
      if bytes.count != 1 || bytes[0] >= 0x80 { Self.appendHeader(0x80, bytes.count, to: &output) }
      output += bytes
    case .list(let items):
      Self.appendHeader(0xC0, sizes[next], to: &output)
      next += 1
      for item in items { item.encode(into: &output, sizes, &next) }
    }
  }

  private static func headerCount(_ count: Int) -> Int {
    count < 56 ? 1 : 1 + UInt256(count).byteWidthUsed
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
