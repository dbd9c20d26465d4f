import EthereumTypes

/// The transaction dependency graph of BNB Smart Chain (BEP-396) as its clients write it: a type byte, then RLP.
///
/// Type 0 (`0x00c0`) says that transactions run one after another. Type 1 is a list with one item, the list of
/// transactions; of each the list of indices it depends on and, where not zero, a byte of flags: bit 0, it depends on all
/// earlier ones *but* those listed; bit 1, it is a system transaction that runs in sequence.
public enum TxDAG: Hashable, Sendable {
  /// Transactions run one after another.
  case sequential
  /// For each transaction the earlier ones it depends on, ascending.
  case dependencies([[Int32]])

  private static let allButFlag = 1
  private static let sequenceFlag = 2
  /// More dependencies than this, after complements are written out, are refused.
  private static let edgeLimit: Int = 1 << 26

  /// Reads a graph.
  ///
  /// - Throws: `ScheduleFormatError` naming the field that is not as it should be.
  public init(decoding bytes: Bytes) throws(ScheduleFormatError) {
    guard let type = bytes.first, type <= 1 else {
      throw ScheduleFormatError(
        field: "type", expected: "0 or 1", found: bytes.first.map { "\($0)" } ?? "nothing")
    }
    let body = try RLPField(decoding: Bytes(bytes.dropFirst()), name: "TxDAG")
    if type == 0 {
      guard try body.items().isEmpty else { throw body.error("an empty list") }
      self = .sequential
      return
    }
    let rows = try body.items(named: ["TxDeps"])[0].items()
    var reader = RowReader(count: rows.count)
    for row in rows { try reader.read(row) }
    self = .dependencies(reader.lists)
  }

  /// The bytes. The shorter of a list and its complement is written.
  public func encoded() -> Bytes {
    guard case .dependencies(let lists) = self else { return [0] + RLP.list([]).encoded }
    let rows = lists.enumerated().map { index, list -> RLP in
      func indices(_ list: [Int32]) -> RLP { .list(list.map { .quantity(UInt64(max($0, 0))) }) }
      if list.count <= index / 2 { return .list([indices(list)]) }
      let listed = Set(list)
      let others = (0..<Int32(truncatingIfNeeded: index)).filter { !listed.contains($0) }
      return .list([indices(others), .quantity(UInt64(Self.allButFlag))])
    }
    return [1] + RLP.list([.list(rows)]).encoded
  }

  /// The graph for that many transactions.
  ///
  /// - Throws: `ScheduleFormatError` where it is for another number.
  public func graph(transactions count: Int) throws(ScheduleFormatError) -> DependencyGraph {
    switch self {
    case .sequential:
      return try DependencyGraph(
        dependencyLists: (0..<count).map { $0 == 0 ? [] : [Int32(truncatingIfNeeded: $0 - 1)] })
    case .dependencies(let lists):
      guard lists.count == count else {
        throw ScheduleFormatError(
          field: "TxDeps", expected: "\(count) transactions", found: "\(lists.count)")
      }
      return try DependencyGraph(dependencyLists: lists)
    }
  }

  /// Writes out flags, transaction by transaction.
  private struct RowReader {
    let count: Int
    var lists: [[Int32]] = []
    private var edges = 0
    /// The last transaction known to depend on all before it: who depends on it depends on those.
    private var lastSequential: Int32 = 0

    init(count: Int) { self.count = count }

    mutating func read(_ row: RLPField) throws(ScheduleFormatError) {
      let fields = try row.items()
      guard (1...2).contains(fields.count) else { throw row.error("a list of indices and perhaps flags") }
      let index = Int32(truncatingIfNeeded: lists.count)
      let flags = fields.count == 2 ? try fields[1].integer(upTo: 3) : 0
      let listed = try fields[0].integers(upTo: max(count - 1, 0))
      for (a, b) in zip(listed, listed.dropFirst()) where a >= b {
        throw fields[0].error("ascending indices")
      }
      var list = listed
      if flags & TxDAG.sequenceFlag != 0 {
        list = Array(lastSequential..<index)
        lastSequential = index
      } else if flags & TxDAG.allButFlag != 0 {
        let excepted = Set(listed)
        guard edges + Int(index) <= TxDAG.edgeLimit else {
          throw row.error("at most \(TxDAG.edgeLimit) dependencies in all")
        }
        list = (0..<index).filter { !excepted.contains($0) }
      } else if let last = listed.last, last >= index {
        throw fields[0].error("indices below \(index)")
      }
      edges += list.count
      lists.append(list)
    }
  }
}
