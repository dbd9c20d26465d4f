import EthereumTypes

/// A stretch of symbol bytes inside a text.
struct Piece: BitwiseCopyable {
  /// Where it starts in the text.
  var offset: Int
  /// How many bytes, 1 to 32.
  var count: Int
  /// The symbol whose big-endian word supplies them.
  var symbol: UInt32
  /// Which byte of the word comes first.
  var skip: Int

  var end: Int { offset + count }
}

/// Bytes of which some are symbols: memory, call data, return data. Bytes beyond the end read as zero.
struct Text {
  private(set) var bytes: [UInt8]
  /// Disjoint, in no order.
  private(set) var pieces: [Piece] = []
  /// While a path is recorded: the stretches of known bytes that are no constants of the path. `symbol` is the node that
  /// supplies them (`Value.trace`), 0 for call data, of which `skip` is the first byte. Disjoint.
  private(set) var softPieces: [Piece] = []

  private static let zeros = [UInt8](repeating: 0, count: 4096)

  init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  /// The call data of a transaction whose path is recorded; its first `constant` bytes are part of the path's key.
  init(callData: [UInt8], constant: Int) {
    bytes = callData
    if callData.count > constant {
      softPieces = [Piece(offset: constant, count: callData.count - constant, symbol: 0, skip: constant)]
    }
  }

  /// The bytes without their contents, for another text.
  consuming func emptied() -> [UInt8] {
    var buffer = bytes
    bytes = []
    buffer.removeAll(keepingCapacity: true)
    return buffer
  }

  var count: Int { bytes.count }
  var isKnown: Bool { pieces.isEmpty }
  /// How many stretches of symbols it has: what an access to it costs.
  var pieceCount: Int { pieces.count }
  /// Whether a range holds bytes that are no constants of the recorded path.
  func isSoft(_ offset: Int, _ count: Int) -> Bool {
    softPieces.contains { $0.offset < offset + count && $0.end > offset }
  }

  /// The same, or symbols.
  func isOpen(_ range: Range<Int>) -> Bool {
    isSoft(range.lowerBound, range.count)
      || pieces.contains { $0.offset < range.upperBound && $0.end > range.lowerBound }
  }

  /// Makes the text at least `size` bytes long, in whole words.
  @inline(__always)
  mutating func grow(to size: Int) {
    if size > bytes.count {
      let words = (size + 31) & ~31
      if words > bytes.capacity {
        bytes.reserveCapacity(max(words, 1024, min(2 * bytes.count, bytes.count + 65_536)))
      }
      var missing = words - bytes.count
      while missing > 0 {
        let part = min(missing, Self.zeros.count)
        bytes.append(contentsOf: Self.zeros[..<part])
        missing -= part
      }
    }
  }

  // MARK: Words

  /// The word at `offset` where all its bytes are known or one symbol supplies them all; nil otherwise.
  @inline(__always)
  func word(at offset: Int) -> Value? {
    if !pieces.isEmpty {
      for piece in pieces where piece.offset < offset + 32 && piece.end > offset {
        if piece.offset == offset && piece.count == 32 && piece.skip == 0 {
          return Value(symbol: piece.symbol)
        }
        return nil
      }
    }
    return Value(knownWord(at: offset))
  }

  @inline(__always)
  private func knownWord(at offset: Int) -> UInt256 {
    if offset + 32 <= bytes.count && offset >= 0 {
      return unsafe bytes.withUnsafeBytes { buffer in
        // Invariant: offset + 32 ≤ count was checked above, so 32 bytes are readable and the base exists.
        guard let base = buffer.baseAddress else { return .zero }
        return unsafe UInt256(bigEndianAt: base + offset)
      }
    }
    guard offset < bytes.count else { return .zero }
    var word = UInt256.zero
    for index in offset..<bytes.count { word = word.shiftedLeft(8) | UInt256(UInt64(bytes[index])) }
    return word.shiftedLeft(UInt64(8 * (offset + 32 - bytes.count)))
  }

  /// Stores a word; the text must be long enough.
  @inline(__always)
  mutating func store(_ value: Value, at offset: Int) {
    if !pieces.isEmpty { Self.clear(&pieces, offset, 32) }
    if !softPieces.isEmpty { Self.clear(&softPieces, offset, 32) }
    if value.isKnown {
      if value.trace != 0 {
        softPieces.append(Piece(offset: offset, count: 32, symbol: UInt32(bitPattern: value.trace), skip: 0))
      }
      unsafe bytes.withUnsafeMutableBytes { buffer in
        // Invariant: callers grow the text to offset + 32 first; checked here once more.
        guard offset >= 0, offset + 32 <= buffer.count, let base = buffer.baseAddress else { return }
        unsafe value.word.storeBigEndian(at: base + offset)
      }
    } else {
      pieces.append(Piece(offset: offset, count: 32, symbol: value.symbol, skip: 0))
    }
  }

  /// Stores the lowest byte of a word; the text must be long enough.
  mutating func storeByte(_ value: Value, at offset: Int) {
    if !pieces.isEmpty { Self.clear(&pieces, offset, 1) }
    if !softPieces.isEmpty { Self.clear(&softPieces, offset, 1) }
    if value.isKnown {
      if value.trace != 0 {
        softPieces.append(Piece(offset: offset, count: 1, symbol: UInt32(bitPattern: value.trace), skip: 31))
      }
      bytes[offset] = UInt8(truncatingIfNeeded: value.word.l0)
    } else {
      pieces.append(Piece(offset: offset, count: 1, symbol: value.symbol, skip: 31))
    }
  }

  // MARK: Ranges

  /// The bytes of a range; nil where it holds symbols or reaches beyond the end.
  func knownBytes(_ range: Range<Int>) -> ArraySlice<UInt8>? {
    guard range.upperBound <= bytes.count else { return nil }
    for piece in pieces where piece.offset < range.upperBound && piece.end > range.lowerBound { return nil }
    return bytes[range]
  }

  /// Forgets the symbols in a range; what is left of them at its edges stays.
  private static func clear(_ pieces: inout [Piece], _ offset: Int, _ count: Int) {
    let end = offset + count
    var index = 0
    while index < pieces.count {
      let piece = pieces[index]
      guard piece.offset < end && piece.end > offset else {
        index += 1
        continue
      }
      pieces.swapAt(index, pieces.count - 1)
      pieces.removeLast()
      if piece.offset < offset {
        var left = piece
        left.count = offset - piece.offset
        pieces.append(left)
      }
      if piece.end > end {
        var right = piece
        right.skip += end - piece.offset
        right.count = piece.end - end
        right.offset = end
        pieces.append(right)
      }
      // What was split off does not overlap the range: meeting it again is harmless.
    }
  }

  /// A copy of a range; bytes beyond the end are zero.
  func slice(_ offset: Int, _ count: Int) -> Text {
    var result = Text()
    if offset < bytes.count {
      let end = min(offset + count, bytes.count)
      result.bytes = Array(bytes[offset..<end])
    }
    if result.bytes.count < count {
      result.bytes.append(contentsOf: repeatElement(0, count: count - result.bytes.count))
    }
    for piece in pieces where piece.offset < offset + count && piece.end > offset {
      result.pieces.append(Self.cut(piece, to: offset, count))
    }
    for piece in softPieces where piece.offset < offset + count && piece.end > offset {
      result.softPieces.append(Self.cut(piece, to: offset, count))
    }
    return result
  }

  private static func cut(_ piece: Piece, to offset: Int, _ count: Int) -> Piece {
    let start = max(piece.offset, offset)
    let end = min(piece.end, offset + count)
    return Piece(
      offset: start - offset, count: end - start, symbol: piece.symbol,
      skip: piece.skip + start - piece.offset)
  }

  /// Copies `count` bytes of `source` from `sourceOffset` on (zeros beyond its end) to `offset`; the text must be
  /// long enough.
  mutating func copy(_ source: Text, from sourceOffset: Int, count: Int, to offset: Int) {
    guard count > 0 else { return }
    if !pieces.isEmpty { Self.clear(&pieces, offset, count) }
    if !softPieces.isEmpty { Self.clear(&softPieces, offset, count) }
    let available = max(0, min(count, source.bytes.count - min(sourceOffset, source.bytes.count)))
    if available > 0 {
      bytes.replaceSubrange(
        offset..<offset + available, with: source.bytes[sourceOffset..<sourceOffset + available])
    }
    if available < count {
      for index in offset + available..<offset + count { bytes[index] = 0 }
    }
    for piece in source.pieces
    where piece.offset < sourceOffset + count && piece.end > sourceOffset {
      var copy = Self.cut(piece, to: sourceOffset, count)
      copy.offset += offset
      pieces.append(copy)
    }
    for piece in source.softPieces
    where piece.offset < sourceOffset + count && piece.end > sourceOffset {
      var copy = Self.cut(piece, to: sourceOffset, count)
      copy.offset += offset
      softPieces.append(copy)
    }
  }

  /// The bytes, with every symbol's word looked up.
  func resolved(_ word: (UInt32) -> UInt256) -> [UInt8] {
    var result = bytes
    for piece in pieces {
      let source = word(piece.symbol).bigEndianBytes
      for index in 0..<piece.count where piece.offset + index < result.count {
        result[piece.offset + index] = source[piece.skip + index]
      }
    }
    return result
  }
}
