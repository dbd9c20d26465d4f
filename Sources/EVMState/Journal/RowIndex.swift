/// An open-addressing hash table from mixed key bits to row numbers; the rows live elsewhere and hold the keys.
///
/// Clearing is O(1): a row number counts only when its generation is the current one.
@safe @frozen @usableFromInline
struct RowIndex: ~Copyable {
  // Invariant: `cells` points to `mask + 1` initialised cells, a power of two, owned by this value alone; at
  // most half of them are in use, so probing always ends.
  @usableFromInline var cells: UnsafeMutablePointer<UInt64>
  @usableFromInline var mask: Int
  @usableFromInline var generation: UInt32 = 1
  @usableFromInline var used = 0

  @usableFromInline
  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    mask = size - 1
    unsafe cells = .allocate(capacity: size)
    unsafe cells.initialize(repeating: 0, count: size)
  }

  @inlinable
  deinit { unsafe cells.deallocate() }

  /// The first cell to look at for a key.
  @inlinable @inline(__always)
  func start(_ bits: UInt64) -> Int { Int(truncatingIfNeeded: bits) & mask }

  /// The cell after `cell`.
  @inlinable @inline(__always)
  func next(_ cell: Int) -> Int { (cell &+ 1) & mask }

  /// The row number in a cell, or −1 where the cell is free.
  @inlinable @inline(__always)
  func row(_ cell: Int) -> Int {
    let value = unsafe cells[cell & mask]
    return UInt32(truncatingIfNeeded: value >> 32) == generation ? Int(value & 0xFFFF_FFFF) : -1
  }

  /// Puts a row number in a free cell. When it returns true the table is too full and `rebuild` must follow.
  @inlinable @inline(__always)
  mutating func occupy(_ cell: Int, row: Int) -> Bool {
    unsafe cells[cell & mask] = UInt64(generation) << 32 | UInt64(truncatingIfNeeded: row)
    used &+= 1
    return used &* 2 > mask
  }

  /// Forgets everything.
  @usableFromInline
  mutating func removeAll() {
    used = 0
    generation &+= 1
    if generation == 0 {
      unsafe cells.update(repeating: 0, count: mask + 1)
      generation = 1
    }
  }

  /// Doubles the size; `bits` gives the mixed key bits of each of the `used` rows 0 ..< used.
  @usableFromInline
  mutating func rebuild(bits: (Int) -> UInt64) {
    let rows = used
    let size = (mask + 1) * 2
    unsafe cells.deallocate()
    unsafe cells = .allocate(capacity: size)
    unsafe cells.initialize(repeating: 0, count: size)
    mask = size - 1
    generation = 1
    used = 0
    for row in 0..<rows {
      var cell = start(bits(row))
      while self.row(cell) >= 0 { cell = next(cell) }
      _ = occupy(cell, row: row)
    }
  }
}
