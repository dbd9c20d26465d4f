public import EthereumTypes

extension DependencyGraph {
  /// The graph that lists of dependencies describe: for each transaction the earlier ones it waits for, in any
  /// order. Linear but for sorting.
  ///
  /// - Throws: `ScheduleFormatError` where a transaction waits for itself, for a later one or for none there is.
  public init(dependencyLists lists: [[Int32]]) throws(ScheduleFormatError) {
    guard lists.count <= ScheduleDocument.transactionLimit else {
      throw ScheduleFormatError(
        field: "dependencies", expected: "at most \(ScheduleDocument.transactionLimit) transactions",
        found: "\(lists.count)")
    }
    var rows = CompactRows(reservingRows: lists.count, values: lists.reduce(0) { $0 + $1.count })
    for (transaction, list) in lists.enumerated() {
      var last: Int32?
      for dependency in list.sorted() where dependency != last {
        guard dependency >= 0, Int(dependency) < transaction else {
          throw ScheduleFormatError(
            field: "dependencies[\(transaction)]", expected: "earlier transactions", found: "\(dependency)")
        }
        rows.append(dependency)
        last = dependency
      }
      rows.endRow()
    }
    self.init(predecessors: rows)
  }

  /// For each transaction those it waits for, ascending.
  public var dependencyLists: [[Int32]] { (0..<count).map { Array(predecessors[$0]) } }

  /// Reads an array with, for each transaction, the array of the earlier ones it waits for, as JSON.
  ///
  /// - Throws: `ScheduleFormatError` naming what is no such list, or a transaction that waits for a later one.
  public init(decodingJSON bytes: Bytes) throws(ScheduleFormatError) {
    try self.init(dependencyLists: JSONField(try JSON(parsing: bytes), path: "dependencies").integerRows())
  }

  /// The lists of dependencies as JSON.
  public func encodedJSON() -> Bytes { JSON.array(dependencyLists.map { JSON.integers($0) }).encoded }
}
