import EthereumTypes

/// An open-addressing hash table from mixed key bits to row numbers; the rows live elsewhere and hold the keys.
struct FlatIndex: ~Copyable {
  // At most half of the cells are in use, so probing always ends. A cell holds a row number, −1 where free.
  private var cells: PlainArray<Int32>
  private var mask: Int
  private var rowBits: PlainArray<UInt64>

  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    cells = PlainArray(capacity: size)
    for _ in 0..<size { cells.append(-1) }
    mask = size - 1
    rowBits = PlainArray(capacity: capacity)
  }

  /// The row among those with these bits for which `matches` holds, or −1 and the free cell for a new one.
  @inline(__always)
  func find(_ bits: UInt64, matches: (Int) -> Bool) -> (row: Int, cell: Int) {
    var cell = Int(truncatingIfNeeded: bits) & mask
    while true {
      let row = Int(cells[cell])
      if row < 0 || matches(row) { return (row, cell) }
      cell = (cell &+ 1) & mask
    }
  }

  /// Puts the next row, whose mixed key bits are `bits`, in the free cell that `find` gave.
  mutating func insert(_ bits: UInt64, at cell: Int) {
    cells[cell] = Int32(truncatingIfNeeded: rowBits.count)
    rowBits.append(bits)
    guard rowBits.count * 2 > mask else { return }
    let size = (mask + 1) * 2
    cells = PlainArray(capacity: size)
    for _ in 0..<size { cells.append(-1) }
    mask = size - 1
    for row in 0..<rowBits.count {
      var cell = Int(truncatingIfNeeded: rowBits[row]) & mask
      while cells[cell] >= 0 { cell = (cell &+ 1) & mask }
      cells[cell] = Int32(truncatingIfNeeded: row)
    }
  }
}
