import EthereumTypes

/// RLP written straight to the end of a byte string, without a tree of values in between: a state root
/// encodes millions of these.
extension Bytes {
  /// Appends 32 big-endian bytes, without an RLP header.
  @inline(__always)
  mutating func append(bigEndian word: UInt256) {
    append(suffix: 32, of: word)
  }

  /// Appends the last `count` (at most 32) of the word's 32 big-endian bytes.
  @inline(__always)
  mutating func append(suffix count: Int, of word: UInt256) {
    let limbs = (word.l3.bigEndian, word.l2.bigEndian, word.l1.bigEndian, word.l0.bigEndian)
    // Invariant: the pointer covers the 32 bytes of the four limbs for the duration of the closure.
    unsafe Swift.withUnsafeBytes(of: limbs) { unsafe append(contentsOf: $0.suffix(count)) }
  }

  /// Appends the first `count` (at most 32) of the word's 32 big-endian bytes.
  @inline(__always)
  mutating func append(prefix count: Int, of word: UInt256) {
    let limbs = (word.l3.bigEndian, word.l2.bigEndian, word.l1.bigEndian, word.l0.bigEndian)
    // Invariant: as in `append(suffix:of:)`.
    unsafe Swift.withUnsafeBytes(of: limbs) { unsafe append(contentsOf: $0.prefix(count)) }
  }

  /// Appends a hash as an RLP string.
  @inline(__always)
  mutating func appendRLP(_ hash: Hash32) {
    append(0xA0)
    append(bigEndian: hash.word)
  }

  /// Appends a number as an RLP string without leading zeros.
  mutating func appendRLP(quantity number: UInt256) {
    let width = number.byteWidthUsed
    if width != 1 || number.l0 >= 0x80 { append(0x80 + UInt8(width)) }
    append(suffix: width, of: number)
  }

  /// Appends a byte string as RLP.
  mutating func appendRLP(_ string: ArraySlice<UInt8>) {
    if string.count != 1 || string[string.startIndex] >= 0x80 { appendRLPHeader(0x80, count: string.count) }
    append(contentsOf: string)
  }

  /// Appends the header of a string (`base` 0x80) or list (`base` 0xC0) with a payload of `count` bytes.
  mutating func appendRLPHeader(_ base: UInt8, count: Int) {
    if count < 56 {
      append(base + UInt8(truncatingIfNeeded: count))
    } else {
      let length = UInt256(count)
      append(base + 55 + UInt8(length.byteWidthUsed))
      append(suffix: length.byteWidthUsed, of: length)
    }
  }
}
