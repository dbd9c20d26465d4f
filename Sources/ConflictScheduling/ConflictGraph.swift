/// Which transactions conflict when their order is free: the undirected form, for colouring.
///
/// Two transactions conflict where both touch a location, unless both read it or both add to it; an unknown one
/// conflicts with every other. A hot location makes every pair of its writers an edge, so edges are not listed:
/// they are kept as *groups*, one for each contested location, and the graph takes no more space than the
/// access sets. Building is linear in accesses.
public struct ConflictGraph: Sendable {
  /// For each contested location the transactions that touch it, ascending: transaction × 4 + `AccessIndex.Kind`.
  /// Locations touched by one transaction, only read or only added to are left out, and of locations touched
  /// alike by the same transactions all but the first.
  public let groups: CompactRows
  /// For each transaction its groups, ascending: group × 4 + `AccessIndex.Kind`.
  public let memberships: CompactRows
  /// Whether each transaction is unknown.
  public let isUnknown: [Bool]

  /// The number of transactions.
  public var count: Int { isUnknown.count }

  /// The conflicts among transactions.
  public init(_ transactions: [ScheduledTransaction]) { self.init(AccessIndex(transactions)) }

  /// The conflicts among the transactions of an index.
  public init(_ index: AccessIndex) {
    isUnknown = index.isUnknown
    let locations = index.accesses.turned(rows: index.locationCount)
    var groups = CompactRows(reservingRows: 0, values: locations.values.count / 2)
    var twins = TwinFinder(rows: index.locationCount)
    for location in 0..<locations.count {
      let row = locations[location]
      // The union of kinds is 0 for adds only and 1 for reads only, unless both occur.
      let kinds = row.reduce(into: (union: Int32(0), adds: false)) {
        $0.union |= $1 & 3
        if $1 & 3 == 0 { $0.adds = true }
      }
      if row.count < 2 || kinds.union == 0 || kinds.union == 1 && !kinds.adds { continue }
      if twins.hasTwin(row, in: groups) { continue }
      for access in row { groups.append(access) }
      groups.endRow()
    }
    self.groups = groups
    memberships = groups.turned(rows: index.count)
  }

  /// Whether two kinds of access to one location conflict: unless both read or both add.
  @inline(__always)
  static func conflict(_ a: Int32, _ b: Int32) -> Bool { a | b > 1 || a != b }

  /// Whether two transactions conflict. O(groups of either).
  public func conflicts(_ a: Int32, _ b: Int32) -> Bool {
    if a == b { return false }
    if isUnknown[Int(a)] || isUnknown[Int(b)] { return true }
    let (left, right) = (memberships[Int(a)], memberships[Int(b)])
    var (i, j) = (left.startIndex, right.startIndex)
    while i < left.endIndex && j < right.endIndex {
      if left[i] >> 2 == right[j] >> 2 {
        if Self.conflict(left[i] & 3, right[j] & 3) { return true }
        i += 1
        j += 1
      } else if left[i] < right[j] {
        i += 1
      } else {
        j += 1
      }
    }
    return false
  }

  /// The explicit form: for each transaction all that it conflicts with, ascending; or nil where that would be
  /// more than `limit` entries. Linear in pairs of touches of a group.
  public func adjacency(limit: Int = 1 << 27) -> CompactRows? {
    var rows = CompactRows(reservingRows: count, values: memberships.values.count)
    let unknowns = isUnknown.indices.filter { isUnknown[$0] }.map { Int32(truncatingIfNeeded: $0) }
    var seenBy = [Int32](repeating: -1, count: count)
    for transaction in 0..<Int32(truncatingIfNeeded: count) {
      if isUnknown[Int(transaction)] {
        for other in 0..<Int32(truncatingIfNeeded: count) where other != transaction { rows.append(other) }
      } else {
        for unknown in unknowns { rows.append(unknown) }
        for membership in memberships[Int(transaction)] {
          for touch in groups[Int(membership >> 2)] where Self.conflict(membership & 3, touch & 3) {
            let other = touch >> 2
            if other == transaction || seenBy[Int(other)] == transaction { continue }
            seenBy[Int(other)] = transaction
            rows.append(other)
          }
        }
        rows.sortOpenRow()
      }
      if rows.values.count > limit { return nil }
      rows.endRow()
    }
    return rows
  }
}

/// Finds groups that equal an earlier one, so that what a contract always touches together counts once.
private struct TwinFinder {
  /// Hash → the first group with it; open addressing, -1 where free.
  private var table: [Int32]
  private let mask: Int

  init(rows: Int) {
    var size = 64
    while size < rows { size *= 2 }
    table = [Int32](repeating: -1, count: size)
    mask = size - 1
  }

  /// Whether a row equals one of `groups`; else takes it for the next group. Only the first group under a hash
  /// is compared: a missed twin costs time, and nobody can make it cost more.
  mutating func hasTwin(_ row: ArraySlice<Int32>, in groups: CompactRows) -> Bool {
    var hash = UInt64(row.count)
    for access in row { hash = (hash ^ UInt64(UInt32(bitPattern: access))) &* 0x9E37_79B9_7F4A_7C15 }
    let place = Int(truncatingIfNeeded: hash >> 20) & mask
    if table[place] >= 0 { return groups[Int(table[place])] == row }
    table[place] = Int32(truncatingIfNeeded: groups.count)
    return false
  }
}
