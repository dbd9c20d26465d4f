import EthereumTypes
import Glibc

/// A version list for each row of a table, kept from block to block: found by the row's number, and empty until a
/// transaction of the present round writes there.
@safe
final class RowLists<Change: ~Copyable>: @unchecked Sendable {
  typealias List = VersionList<Change>

  /// Two fit on a cache line.
  fileprivate struct Cell: ~Copyable {
    let list = List()
    private let padding: UInt64 = 0
  }

  // Invariant: `cells` points to `count` cells, all zeros or initialised, which is the same; owned by this object. They
  // change place only in `reserve`.
  private var cells: UnsafeMutablePointer<Cell>?
  private var count = 0

  init() { unsafe cells = nil }

  deinit { unsafe free(cells) }

  /// Makes room for so many rows. Not while anyone else looks. Memory that nobody has written to takes no room.
  func reserve(_ rows: Int) {
    guard rows > count else { return }
    let size = max(rows, count * 2)
    guard let memory = unsafe calloc(size, MemoryLayout<Cell>.stride) else { return }
    unsafe free(cells)
    unsafe cells = memory.bindMemory(to: Cell.self, capacity: size)
    count = size
  }

  /// The lists of so many rows, nil where there is no room for them. Valid until `reserve` is called again.
  func lists(of rows: Int) -> Lists? {
    if rows == 0 { return Self.noLists }
    return unsafe rows <= count ? Lists(cells: cells, count: rows) : nil
  }

  /// Those of no rows.
  static var noLists: Lists { unsafe Lists(cells: nil, count: 0) }

  /// What `RowLists` holds, without a reference count: workers would wait for each other's counts.
  @safe
  struct Lists: BitwiseCopyable, @unchecked Sendable {
    // Invariant: `cells` points to `count` cells, or is nil where there are none.
    private let cells: UnsafeMutablePointer<Cell>?
    private let count: Int

    fileprivate init(cells: UnsafeMutablePointer<Cell>?, count: Int) {
      unsafe self.cells = cells
      self.count = count
    }

    /// The list of a row.
    @unsafe @inline(__always)
    subscript(row: Int) -> UnsafePointer<List> {
      assert(row >= 0 && row < count)
      return unsafe UnsafeRawPointer(cells.unsafelyUnwrapped + row).assumingMemoryBound(to: List.self)
    }

    /// Lets the processor fetch the list of a row.
    @inline(__always)
    func prefetch(_ row: Int) {
      assert(row >= 0 && row < count)
      unsafe Prefetch.fetch(UnsafePointer(cells.unsafelyUnwrapped + row))
    }
  }
}
