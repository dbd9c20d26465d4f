/// What a transaction does to the state: the currency between the pre-pass, the recorder and the scheduler.
///
/// Each list is sorted and free of duplicates; a location may stand in `reads` and `writes` both, and a
/// location in `adds` stands in neither of them.
public struct AccessSet: Hashable, Sendable {
  /// Locations on whose value the outcome (including gas) depends.
  public private(set) var reads: [Location]
  /// Locations whose value after differs from the value before.
  public private(set) var writes: [Location]
  /// Locations whose value is changed by an amount that depends on no other access, without being observed.
  /// Two adds commute; an add against a read or a write conflicts.
  public private(set) var adds: [Location]

  /// The empty set.
  public static let empty = AccessSet(reads: [], writes: [], adds: [])

  /// Sorts, removes duplicates, and drops adds of locations that are also read or written (an observed or
  /// overwritten value is not a blind add; it becomes a read and a write).
  public init(
    reads: some Sequence<Location>, writes: some Sequence<Location>, adds: some Sequence<Location>
  ) {
    let readSet = Set(reads)
    let writeSet = Set(writes)
    let addSet = Set(adds)
    let blind = addSet.subtracting(readSet).subtracting(writeSet)
    let observed = addSet.subtracting(blind)
    self.reads = readSet.union(observed).sorted()
    self.writes = writeSet.union(observed).sorted()
    self.adds = blind.sorted()
  }

  /// Everything either set does.
  public func union(_ other: AccessSet) -> AccessSet {
    AccessSet(
      reads: reads + other.reads, writes: writes + other.writes, adds: adds + other.adds)
  }

  /// Whether every access of `other` is allowed for by this set: a read by a read; a write by a write; an
  /// add by an add, or by a write.
  public func covers(_ other: AccessSet) -> Bool { missing(from: other).isEmpty }

  /// The accesses of `actual` that this set does not allow for, sorted; empty when it covers them all.
  public func missing(from actual: AccessSet) -> [Location] {
    let readSet = Set(reads)
    let writeSet = Set(writes)
    let addSet = Set(adds)
    var missing = Set<Location>()
    for location in actual.reads where !readSet.contains(location) { missing.insert(location) }
    for location in actual.writes where !writeSet.contains(location) { missing.insert(location) }
    for location in actual.adds where !addSet.contains(location) && !writeSet.contains(location) {
      missing.insert(location)
    }
    return missing.sorted()
  }
}
