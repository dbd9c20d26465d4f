// Precompiles read their input as if zeros followed it without end, and write numbers big-endian.

extension Span where Element == UInt8 {
  /// The byte at `offset` (not negative), or zero past the end.
  @inline(__always)
  func byte(at offset: Int) -> UInt8 { offset < count ? self[offset] : 0 }

  /// The 8-byte big-endian number at `offset`.
  @inline(__always)
  func bigEndianWord(at offset: Int) -> UInt64 {
    if offset &+ 8 <= count {
      // All eight bytes lie within the span, and any bits make a number.
      return unsafe UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    var word: UInt64 = 0
    for i in offset..<(offset + 8) { word = word &<< 8 | UInt64(byte(at: i)) }
    return word
  }

  /// The big-endian number of N·8 bytes at `offset`, as little-endian limbs.
  func limbs<let N: Int>(
    at offset: Int, as type: InlineArray<N, UInt64>.Type = InlineArray<N, UInt64>.self
  ) -> InlineArray<N, UInt64> {
    InlineArray { i in bigEndianWord(at: offset + 8 * (N - 1 - i)) }
  }

  /// The bytes of `range`, zeros past the end.
  func bytes(in range: Range<Int>) -> [UInt8] { range.map { byte(at: $0) } }
}

extension [UInt8] {
  /// Appends a little-endian number as its N·8 big-endian bytes.
  mutating func append<let N: Int>(bigEndian limbs: InlineArray<N, UInt64>) {
    for i in limbs.indices.reversed() {
      // Copies the eight bytes of a local.
      unsafe Swift.withUnsafeBytes(of: limbs[i].bigEndian) { unsafe append(contentsOf: $0) }
    }
  }

  /// Appends `count` zeros.
  mutating func appendZeros(_ count: Int) {
    append(contentsOf: repeatElement(0, count: count))
  }

  /// Appends 1 or 0 as a 32-byte number.
  mutating func appendBoolean(_ value: Bool) {
    appendZeros(31)
    append(value ? 1 : 0)
  }
}
