import EVMBytecode
import EthereumTypes

/// What is known of a frame's memory: pieces at known distances from a few base addresses.
///
/// A write through one base may hit what was written through another, so it makes everything there unknown. One
/// exception: what is written through the free-memory pointer leaves the first 128 bytes alone, because a compiler
/// that keeps such a pointer keeps to it. Code that does not can deceive this analysis about itself, nobody else.
struct SymbolicMemory: Hashable {
  /// What stands in a range of bytes.
  enum Content: Hashable {
    /// The low bytes of a word, most significant first.
    case word(ExpressionID)
    /// The code from an offset on.
    case code(ExpressionID)
    /// The call data from an offset on.
    case callData(ExpressionID)
    /// Something from outside.
    case unknown
  }

  struct Piece: Hashable {
    /// The expression that addresses are counted from; −1 for zero.
    var base: ExpressionID
    var start: Int
    var count: Int
    var content: Content
    var end: Int { start + count }

    /// Its first bytes.
    func head(_ count: Int, _ table: inout ExpressionTable) -> Piece {
      var head = self
      head.count = count
      if case .word(let word) = content {
        let below = table.constant(UInt256(8 * (self.count - count)))
        head.content = .word(table.arithmetic(Opcode.shr, below, word))
      }
      return head
    }

    /// Its last bytes.
    func tail(_ count: Int, _ table: inout ExpressionTable) -> Piece {
      var tail = self
      (tail.start, tail.count) = (end - count, count)
      let skipped = table.constant(UInt256(self.count - count))
      switch content {
      // The low bytes of a word are the low bytes of the same word.
      case .word, .unknown: break
      case .code(let source): tail.content = .code(table.arithmetic(Opcode.add, source, skipped))
      case .callData(let source): tail.content = .callData(table.arithmetic(Opcode.add, source, skipped))
      }
      return tail
    }
  }

  /// An address: a base and a distance from it.
  struct Place: Hashable {
    var base: ExpressionID
    var offset: Int
  }

  /// Pieces remembered; older ones are forgotten first.
  static let maximumPieces = 40
  /// Distances followed.
  static let maximumOffset: Int = 1 << 32
  /// Below this lie the free-memory pointer and the scratch space (Solidity's layout).
  static let reserved = 0x80

  private(set) var pieces: [Piece] = []
  /// Whether bytes at known places that no piece covers are still zero.
  private(set) var isFresh = true

  /// The place an address expression stands for; nil where it is too far away.
  static func place(_ address: ExpressionID, _ table: ExpressionTable) -> Place? {
    func near(_ word: UInt256) -> Int? {
      word.fitsUInt64 && word.l0 < UInt64(maximumOffset) ? Int(word.l0) : nil
    }
    if let word = table.value(address) { return near(word).map { Place(base: -1, offset: $0) } }
    let node = table[address]
    if node.op == Opcode.add {
      if let word = table.value(node.b) { return near(word).map { Place(base: node.a, offset: $0) } }
      if let word = table.value(node.a) { return near(word).map { Place(base: node.b, offset: $0) } }
    }
    return Place(base: address, offset: 0)
  }

  /// Whether an address comes from the free-memory pointer.
  private static func isFree(_ base: ExpressionID, _ table: ExpressionTable) -> Bool {
    let node = table[base]
    switch node.op {
    case Opcode.mload: return table.value(node.a) == UInt256(0x40)
    case ExpressionCode.merged: return node.b == Int32(truncatingIfNeeded: mergedSlot(-1, 0x40))
    case Opcode.add: return isFree(node.a, table) || isFree(node.b, table)
    default: return false
    }
  }

  /// The number of the value that differs at a place, for `ExpressionCode.merged`.
  static func mergedSlot(_ base: ExpressionID, _ offset: Int) -> Int {
    (Int(base) + 2) &* 0x1_0000 ^ offset
  }

  // MARK: Writing

  /// Bytes are replaced by something known.
  mutating func write(_ place: Place?, _ count: Int, _ content: Content, _ table: inout ExpressionTable) {
    guard let place, count < Self.maximumOffset else { return forgetAll() }
    guard count > 0 else { return }
    clear(place, count, &table)
    if pieces.count == Self.maximumPieces {
      pieces.removeFirst()
      isFresh = false
    }
    pieces.append(Piece(base: place.base, start: place.offset, count: count, content: content))
  }

  /// An unknown number of bytes from a place on changes.
  mutating func writeUnknown(_ place: Place?, _ table: inout ExpressionTable) {
    guard let place else { return forgetAll() }
    clear(place, Self.maximumOffset, &table)
    isFresh = false
  }

  private mutating func forgetAll() {
    pieces.removeAll()
    isFresh = false
  }

  private mutating func clear(_ place: Place, _ count: Int, _ table: inout ExpressionTable) {
    let isFree = place.base >= 0 && Self.isFree(place.base, table)
    if place.base >= 0 { isFresh = false }
    let end = place.offset + count
    var kept: [Piece] = []
    kept.reserveCapacity(pieces.count + 1)
    for piece in pieces {
      if piece.base != place.base {
        if isFree && piece.base == -1 && piece.end <= Self.reserved
          || place.base == -1 && end <= Self.reserved && Self.isFree(piece.base, table)
        {
          kept.append(piece)
        } else if piece.base == -1 {
          isFresh = false
        }
        continue
      }
      if piece.end <= place.offset || piece.start >= end {
        kept.append(piece)
        continue
      }
      if piece.start >= place.offset && piece.end <= end { continue }
      // What sticks out of the written range stays.
      if piece.start < place.offset { kept.append(piece.head(place.offset - piece.start, &table)) }
      if piece.end > end { kept.append(piece.tail(piece.end - end, &table)) }
    }
    pieces = kept
  }

  // MARK: Reading

  /// Whether bytes copied from the code or the call data are among those from a place on.
  func holdsCopies(_ place: Place?, _ count: Int) -> Bool {
    guard let place else { return false }
    return pieces.contains { piece in
      guard piece.base == place.base, piece.start < place.offset + count, place.offset < piece.end else {
        return false
      }
      return switch piece.content {
      case .code, .callData: true
      case .word, .unknown: false
      }
    }
  }

  /// The bytes from a place on, at most 32, as a number; nil where something unknown is among them.
  func read(_ place: Place?, _ count: Int, _ table: inout ExpressionTable) -> ExpressionID? {
    guard let place, count <= 32 else { return nil }
    let end = place.offset + count
    var position = place.offset
    var word = table.zero
    while position < end {
      var taken = end - position
      if let piece = pieces.first(where: {
        $0.base == place.base && $0.start <= position && position < $0.end
      }) {
        taken = min(taken, piece.end - position)
        guard let part = Self.part(piece, position - piece.start, taken, &table) else { return nil }
        if position == place.offset && taken == count { return part }
        let shifted = table.arithmetic(
          Opcode.shl, table.constant(UInt256(8 * (end - position - taken))), part)
        word = table.arithmetic(Opcode.or, word, shifted)
      } else {
        guard place.base == -1, isFresh else { return nil }
        for piece in pieces where piece.base == -1 && piece.start > position {
          taken = min(taken, piece.start - position)
        }
      }
      position += taken
    }
    return word
  }

  /// `count` bytes of a piece from `offset` on, as a number.
  private static func part(
    _ piece: Piece, _ offset: Int, _ count: Int, _ table: inout ExpressionTable
  ) -> ExpressionID? {
    switch piece.content {
    case .unknown: return nil
    case .word(let word):
      let below = piece.count - offset - count
      let shifted = table.arithmetic(Opcode.shr, table.constant(UInt256(8 * below)), word)
      if count == 32 || offset == 0 && piece.count == 32 { return shifted }
      let mask = UInt256.max.shiftedRight(UInt64(256 - 8 * count))
      return table.arithmetic(Opcode.and, shifted, table.constant(mask))
    case .code(let source):
      let start = table.arithmetic(Opcode.add, source, table.constant(UInt256(offset)))
      return table.intern(Expression(op: ExpressionCode.codeBytes, a: start, b: Int32(count)))
    case .callData(let source):
      let start = table.arithmetic(Opcode.add, source, table.constant(UInt256(offset)))
      let word = table.intern(Expression(op: Opcode.calldataload, a: start))
      return table.arithmetic(Opcode.shr, table.constant(UInt256(256 - 8 * count)), word)
    }
  }

  // MARK: Meeting

  /// Keeps what both agree on; a word that differs becomes what `merge` says. Whether anything changed.
  mutating func meet(
    _ other: SymbolicMemory, _ merge: (ExpressionID, ExpressionID, Int) -> ExpressionID
  ) -> Bool {
    if self == other { return false }
    var kept: [Piece] = []
    kept.reserveCapacity(pieces.count)
    var changed = false
    var fresh = isFresh && other.isFresh
    for piece in pieces {
      if other.pieces.contains(piece) {
        kept.append(piece)
        continue
      }
      let same = other.pieces.first {
        $0.base == piece.base && $0.start == piece.start && $0.count == piece.count
      }
      if case .word(let mine) = piece.content, let same, case .word(let theirs) = same.content {
        let word = merge(mine, theirs, Self.mergedSlot(piece.base, piece.start))
        if word != mine { changed = true }
        var merged = piece
        merged.content = .word(word)
        kept.append(merged)
      } else {
        changed = true
        if piece.base == -1 { fresh = false }
      }
    }
    for piece in other.pieces where piece.base == -1 && fresh {
      // Where only the other side has written, memory is no longer zero.
      if !pieces.contains(where: { $0.base == -1 && $0.start == piece.start && $0.count == piece.count }) {
        fresh = false
      }
    }
    if fresh != isFresh { changed = true }
    pieces = kept
    isFresh = fresh
    return changed
  }
}
