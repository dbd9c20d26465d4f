/// A list of lists of small numbers in compressed sparse row form: one array of values, one of row bounds.
public struct CompactRows: Hashable, Sendable {
  /// Where each row starts in `values`; one more than there are rows, the last being the number of values.
  public private(set) var offsets: [Int]
  /// All rows, one behind the other.
  public private(set) var values: [Int32]

  /// No rows.
  public init() {
    offsets = [0]
    values = []
  }

  /// Copies rows.
  public init(_ rows: some Sequence<some Sequence<Int32>>) {
    self.init()
    for row in rows {
      values.append(contentsOf: row)
      endRow()
    }
  }

  /// Makes room for that many rows and values.
  init(reservingRows rows: Int, values count: Int) {
    offsets = []
    offsets.reserveCapacity(rows + 1)
    offsets.append(0)
    values = []
    values.reserveCapacity(count)
  }

  /// The rows `0..<rowCount` where row `key(i)` holds each `i` of `0..<keys.count` in ascending order; negative
  /// keys are left out.
  init(grouping keys: [Int32], rows rowCount: Int) {
    var starts = [Int](repeating: 0, count: rowCount + 1)
    for key in keys where key >= 0 { starts[Int(key) + 1] += 1 }
    for row in 0..<rowCount { starts[row + 1] += starts[row] }
    offsets = starts
    values = [Int32](repeating: 0, count: starts[rowCount])
    for index in keys.indices where keys[index] >= 0 {
      let row = Int(keys[index])
      values[starts[row]] = Int32(truncatingIfNeeded: index)
      starts[row] += 1
    }
  }

  /// The number of rows.
  public var count: Int { offsets.count - 1 }

  /// One row.
  public subscript(row: Int) -> ArraySlice<Int32> { values[offsets[row]..<offsets[row + 1]] }

  /// The bounds of a row in `values`.
  func range(_ row: Int) -> Range<Int> { offsets[row]..<offsets[row + 1] }

  /// Adds a value to the row being written.
  mutating func append(_ value: Int32) { values.append(value) }

  /// Ends the row being written and begins the next.
  mutating func endRow() { offsets.append(values.count) }

  /// Sorts the values of the row being written.
  mutating func sortOpenRow() {
    let start = offsets[offsets.count - 1]
    if values.count - start > 1 { values[start...].sort() }
  }

  /// Turns the last values, which are kinds of access, into accesses to the locations that were asked for.
  mutating func number(by interner: inout LocationInterner) { interner.answer(into: &values) }

  /// Rows of `target × 4 + kind` turned round: row `target` lists, ascending, `row × 4 + kind`. Linear in time.
  /// Targets must be less than `rowCount`.
  func turned(rows rowCount: Int) -> CompactRows {
    var result = CompactRows()
    var starts = [Int](repeating: 0, count: rowCount + 1)
    for value in values { starts[Int(value >> 2) + 1] += 1 }
    for row in 0..<rowCount { starts[row + 1] += starts[row] }
    result.offsets = starts
    result.values = [Int32](repeating: 0, count: values.count)
    for row in 0..<count {
      for position in range(row) {
        let target = Int(values[position] >> 2)
        result.values[starts[target]] = Int32(truncatingIfNeeded: row) << 2 | values[position] & 3
        starts[target] += 1
      }
    }
    return result
  }

  /// The rows with every edge turned: row `v` lists, ascending, the rows that hold `v`. Linear in time.
  /// Values must be less than `count`.
  func transposed() -> CompactRows {
    var result = CompactRows()
    var starts = [Int](repeating: 0, count: count + 1)
    for value in values { starts[Int(value) + 1] += 1 }
    for row in 0..<count { starts[row + 1] += starts[row] }
    result.offsets = starts
    result.values = [Int32](repeating: 0, count: values.count)
    for row in 0..<count {
      for position in range(row) {
        let target = Int(values[position])
        result.values[starts[target]] = Int32(truncatingIfNeeded: row)
        starts[target] += 1
      }
    }
    return result
  }
}
