/// An open-addressing table from mixed key bits to row numbers 0, 1, 2 …; the rows live elsewhere and hold the keys.
struct RowTable {
  /// Row number plus one; 0 for a free cell. A power of two, at most half full.
  private var cells: [Int32]
  private var count = 0
  /// Keeps chosen keys from meeting in one cell.
  private static let seed = UInt64.random(in: 0...UInt64.max) | 1

  init() { cells = [Int32](repeating: 0, count: 64) }

  @inline(__always)
  private func start(_ bits: UInt64) -> Int {
    let mixed = (bits ^ Self.seed) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed >> 32) & (cells.count - 1)
  }

  /// The row with these bits for which `matches` holds. Constant time on average.
  @inline(__always)
  func find(_ bits: UInt64, where matches: (Int) -> Bool) -> Int? {
    var cell = start(bits)
    while cells[cell] != 0 {
      let row = Int(cells[cell]) - 1
      if matches(row) { return row }
      cell = (cell + 1) & (cells.count - 1)
    }
    return nil
  }

  /// Adds the next row; `bitsOf` gives the bits of the rows added before, for growing.
  @inline(__always)
  mutating func insert(_ bits: UInt64, bitsOf: (Int) -> UInt64) {
    if 2 * (count + 1) > cells.count { grow(bitsOf) }
    place(bits, row: count)
    count += 1
  }

  private mutating func place(_ bits: UInt64, row: Int) {
    var cell = start(bits)
    while cells[cell] != 0 { cell = (cell + 1) & (cells.count - 1) }
    cells[cell] = Int32(row + 1)
  }

  private mutating func grow(_ bitsOf: (Int) -> UInt64) {
    cells = [Int32](repeating: 0, count: cells.count * 2)
    for row in 0..<count { place(bitsOf(row), row: row) }
  }

  /// Forgets all rows.
  mutating func removeAll() {
    count = 0
    if cells.count > 4096 {
      self = RowTable()
    } else {
      for index in cells.indices { cells[index] = 0 }
    }
  }
}
