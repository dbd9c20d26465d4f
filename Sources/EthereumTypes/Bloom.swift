/// The 2,048-bit logs bloom of a receipt or header (Yellow Paper, equations 25 to 28).
public struct Bloom: Hashable, Sendable {
  /// The 256 bytes.
  public private(set) var bytes: Bytes

  /// An empty bloom.
  public init() { bytes = Bytes(repeating: 0, count: 256) }

  /// Makes a bloom from exactly 256 bytes; nil otherwise.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 256 else { return nil }
    self.bytes = Bytes(bytes)
  }

  /// Sets the three bits of a log's address or topic.
  public mutating func insert(_ item: Bytes) {
    let hash = keccak256(item).bytes
    for pair in stride(from: 0, to: 6, by: 2) {
      let bit = (Int(hash[pair]) << 8 | Int(hash[pair + 1])) & 2047
      bytes[255 - bit / 8] |= 1 << UInt8(bit % 8)
    }
  }

  /// Sets every bit that is set in `other`.
  public mutating func formUnion(_ other: Bloom) {
    for index in bytes.indices { bytes[index] |= other.bytes[index] }
  }
}

extension Bloom: CustomStringConvertible {
  /// Lower-case hexadecimal with `0x`.
  public var description: String { Hex.encodePrefixed(bytes) }
}
