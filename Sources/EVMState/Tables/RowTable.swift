import EthereumTypes

/// An open-addressing index from hashes of keys to numbers of rows, which live elsewhere and hold the keys. Rows are
/// never removed.
struct RowTable: ~Copyable {
  /// A power of two of cells, at most half of them in use: the upper 32 bits of the hash and the row number plus one,
  /// or zero.
  private var cells: PlainArray<UInt64>
  /// The number of rows in the index.
  private(set) var count = 0

  /// Makes an empty index with room for a number of rows.
  init(capacity: Int = 8) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    cells = PlainArray(repeating: 0, count: size)
  }

  /// A copy of its own.
  init(copying other: borrowing RowTable) {
    cells = PlainArray(copying: other.cells)
    count = other.count
  }

  /// The row with that hash for which `matches` holds, or −1.
  @inline(__always)
  func row(_ bits: UInt64, where matches: (Int) -> Bool) -> Int {
    let mask = cells.count &- 1
    var position = Int(truncatingIfNeeded: bits >> 32) & mask
    while true {
      let cell = cells[position]
      if cell == 0 { return -1 }
      let row = Int(truncatingIfNeeded: cell & 0xFFFF_FFFF) &- 1
      if (cell ^ bits) >> 32 == 0, matches(row) { return row }
      position = (position &+ 1) & mask
    }
  }

  /// Lets the processor fetch where a row with that hash would be found.
  func prefetch(_ bits: UInt64) { cells.prefetch(Int(truncatingIfNeeded: bits >> 32) & (cells.count &- 1)) }

  /// Adds a row that is not in the index yet. Amortised constant.
  mutating func insert(_ bits: UInt64, row: Int) {
    if (count + 1) * 2 > cells.count { grow(to: cells.count * 2) }
    place(bits & ~0xFFFF_FFFF | UInt64(UInt32(truncatingIfNeeded: row &+ 1)))
    count += 1
  }

  /// Makes room for a number of rows.
  mutating func reserve(_ rows: Int) {
    var size = cells.count
    while size < rows * 2 { size *= 2 }
    if size > cells.count { grow(to: size) }
  }

  private mutating func place(_ cell: UInt64) {
    let mask = cells.count - 1
    var position = Int(truncatingIfNeeded: cell >> 32) & mask
    while cells[position] != 0 { position = (position + 1) & mask }
    cells[position] = cell
  }

  private mutating func grow(to size: Int) {
    let old = PlainArray(copying: cells)
    cells = PlainArray(repeating: 0, count: size)
    for index in 0..<old.count where old[index] != 0 { place(old[index]) }
  }
}
