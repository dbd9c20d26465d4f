/// An open-addressing index from hashes of keys to numbers of rows, which live elsewhere and hold the keys. Rows are
/// never removed. A value like any other: copies share their cells until one changes.
@frozen
public struct RowTable: Sendable {
  /// A power of two of cells, at most half of them in use: the upper 32 bits of the hash and the row number plus one,
  /// or zero.
  @usableFromInline var cells: [UInt64]
  /// The number of rows in the index.
  public private(set) var count = 0

  /// Makes an empty index with room for a number of rows.
  public init(capacity: Int = 8) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    cells = Array(repeating: 0, count: size)
  }

  /// The row with that hash for which `matches` holds, or nil.
  @inlinable @inline(__always)
  public func row(_ bits: UInt64, where matches: (Int) -> Bool) -> Int? {
    let mask = cells.count &- 1
    var position = Int(truncatingIfNeeded: bits >> 32) & mask
    while true {
      let cell = cells[position]
      if cell == 0 { return nil }
      let row = Int(truncatingIfNeeded: cell & 0xFFFF_FFFF) &- 1
      if (cell ^ bits) >> 32 == 0, matches(row) { return row }
      position = (position &+ 1) & mask
    }
  }

  /// Adds a row that is not in the index yet. Amortised constant.
  public mutating func insert(_ bits: UInt64, row: Int) {
    if (count + 1) * 2 > cells.count { grow() }
    place(bits & ~0xFFFF_FFFF | UInt64(UInt32(truncatingIfNeeded: row &+ 1)))
    count += 1
  }

  private mutating func place(_ cell: UInt64) {
    let mask = cells.count - 1
    var position = Int(truncatingIfNeeded: cell >> 32) & mask
    while cells[position] != 0 { position = (position + 1) & mask }
    cells[position] = cell
  }

  private mutating func grow() {
    let old = cells
    cells = Array(repeating: 0, count: old.count * 2)
    for cell in old where cell != 0 { place(cell) }
  }
}
