/// A growable array of plain old data without reference counting, uniqueness or exclusivity checks.
@safe
struct FlatArray<Element: BitwiseCopyable>: ~Copyable {
  // Invariant: `base` points to `capacity` elements of which the first `count` are initialised; it is owned by
  // this value alone and freed in `deinit`. Callers index below `count` only, which debug builds assert.
  private var base: UnsafeMutablePointer<Element>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = max(capacity, 8)
    unsafe base = .allocate(capacity: self.capacity)
  }

  deinit { unsafe base.deallocate() }

  @inline(__always)
  subscript(index: Int) -> Element {
    unsafeAddress {
      assert(index >= 0 && index < count)
      return unsafe UnsafePointer(base + index)
    }
    unsafeMutableAddress {
      assert(index >= 0 && index < count)
      return unsafe base + index
    }
  }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow() }
    unsafe (base + count).initialize(to: element)
    count &+= 1
  }

  /// Removes and returns the last element; the array must not be empty.
  @inline(__always)
  mutating func removeLast() -> Element {
    assert(count > 0)
    count &-= 1
    return unsafe base[count]
  }

  @inline(__always)
  mutating func truncate(to newCount: Int) {
    assert(newCount <= count)
    count = newCount
  }

  @inline(never)
  private mutating func grow() {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
    unsafe larger.moveInitialize(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = larger
    capacity *= 2
  }
}

/// An open-addressing hash table from mixed key bits to row numbers; the rows live elsewhere and hold the keys.
struct FlatIndex: ~Copyable {
  // At most half of the cells are in use, so probing always ends. A cell holds a row number, −1 where free.
  private var cells: FlatArray<Int32>
  private var mask: Int
  private var rowBits: FlatArray<UInt64>

  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    cells = FlatArray(capacity: size)
    for _ in 0..<size { cells.append(-1) }
    mask = size - 1
    rowBits = FlatArray(capacity: capacity)
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
    cells = FlatArray(capacity: size)
    for _ in 0..<size { cells.append(-1) }
    mask = size - 1
    for row in 0..<rowBits.count {
      var cell = Int(truncatingIfNeeded: rowBits[row]) & mask
      while cells[cell] >= 0 { cell = (cell &+ 1) & mask }
      cells[cell] = Int32(truncatingIfNeeded: row)
    }
  }
}
