/// Whose a block's locations are: those below by row, and what is not there, as what comes into being in the block, by hash.
final class LocationOwners: Sendable {
  let rows: RowOwners
  let others: RowOwners

  /// A location that is changed: its row, or its hash where it has none.
  struct Change {
    let row: Int32?
    let bits: UInt64
    /// Whether someone may look at it of whom that is not known.
    let isShown: Bool
  }

  /// Those of a state of so many rows, of which these locations are changed; nobody has claimed them yet.
  init(rows count: Int, _ changes: [Change]) {
    let known = changes.count { $0.row != nil }
    rows = RowOwners(rows: count, changed: known)
    others = RowOwners(rows: .max, changed: changes.count - known, answers: 16)
    for change in changes {
      if let row = change.row {
        rows.noteChange(row, isShown: change.isShown)
      } else {
        others.noteChange(Self.place(change.bits), isShown: change.isShown)
      }
    }
  }

  /// The same, some of them changed: for tests.
  init(_ other: LocationOwners, changing change: (Int, RowOwners.Owner) -> RowOwners.Owner) {
    rows = RowOwners(other.rows, changing: change)
    others = RowOwners(other.others, changing: change)
  }

  /// Notes that a transaction has to do with a location: its row, or its hash where it has none.
  func noteUse(_ row: Int32?, else bits: @autoclosure () -> UInt64, by index: Int) {
    if let row { rows.noteUse(row, by: index) } else { others.noteUse(Self.place(bits()), by: index) }
  }

  /// What stands for a row where there is none.
  @inline(__always)
  private static func place(_ bits: UInt64) -> Int32 { Int32(truncatingIfNeeded: bits >> 32) }

  /// Asks without counting references. Valid as long as the owners live.
  var view: View { View(rows: rows.view, others: others.view) }

  /// What is asked while a block runs.
  struct View: BitwiseCopyable, Sendable {
    fileprivate let rows: RowOwners.View
    fileprivate let others: RowOwners.View

    /// What transaction `index` has in common with others at a row; for −1, at what is not below and has that hash.
    @inline(__always)
    func sharing(_ row: Int, else bits: @autoclosure () -> UInt64, by index: Int) -> Sharing {
      if row >= 0 { return rows.sharing(row, by: index) }
      let sharing = others.sharing(Int(LocationOwners.place(bits())), by: index)
      // It may have been below when the plan was made, and someone's.
      return sharing == .constant ? .shared : sharing
    }
  }
}
