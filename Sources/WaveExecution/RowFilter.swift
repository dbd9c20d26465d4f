/// A set of rows that may contain some others, too: small enough to stay in the cache while it is asked all the time.
@safe
final class RowFilter: @unchecked Sendable {
  // Invariant: `words` points to `mask / 64 + 1` initialised words, written in `init` only and owned by this object.
  private let words: UnsafeMutablePointer<UInt64>
  /// The number of bits, a power of two, less one.
  private let mask: UInt64

  /// So many bits for each row: fewer than one other row in ten is then taken for one of them.
  private static var bitsEach: Int { 12 }

  /// Linear in the rows.
  init(_ rows: some Collection<Int32>) {
    var size = 1024
    while size < rows.count * Self.bitsEach { size *= 2 }
    mask = UInt64(size - 1)
    unsafe words = .allocate(capacity: size / 64)
    unsafe words.initialize(repeating: 0, count: size / 64)
    for row in rows {
      let bit = Self.bit(Int(row)) & mask
      unsafe words[Int(bit >> 6)] |= 1 &<< (bit & 63)
    }
  }

  /// The same with only those bits that `keep` has, which is asked for 64 at a time: for tests.
  init(_ other: RowFilter, keeping keep: (Int) -> UInt64) {
    mask = other.mask
    let count = Int(mask >> 6) + 1
    unsafe words = .allocate(capacity: count)
    for word in 0..<count { unsafe (words + word).initialize(to: other.words[word] & keep(word)) }
  }

  deinit { unsafe words.deallocate() }

  @inline(__always)
  private static func bit(_ row: Int) -> UInt64 {
    (UInt64(truncatingIfNeeded: row) &* 0x9E37_79B9_7F4A_7C15) &>> 24
  }

  /// Asks without counting references. Valid as long as the filter lives.
  var view: View { unsafe View(words: UnsafePointer(words), mask: mask) }

  /// What is asked while a block runs.
  @safe
  struct View: BitwiseCopyable, @unchecked Sendable {
    // Invariant: as that of the filter, which outlives this.
    private let words: UnsafePointer<UInt64>
    private let mask: UInt64

    fileprivate init(words: UnsafePointer<UInt64>, mask: UInt64) {
      unsafe self.words = words
      self.mask = mask
    }

    /// Whether a row may be one of the set.
    @inline(__always)
    func mayContain(_ row: Int) -> Bool {
      let bit = RowFilter.bit(row) & mask
      return unsafe words[Int(truncatingIfNeeded: bit >> 6)] & (1 &<< (bit & 63)) != 0
    }
  }
}
