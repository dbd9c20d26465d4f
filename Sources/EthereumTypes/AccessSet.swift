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
  @inlinable
  public init(
    reads: some Sequence<Location>, writes: some Sequence<Location>, adds: some Sequence<Location>
  ) {
    self.init(unordered: Array(reads), Array(writes), Array(adds))
  }

  /// Takes lists that are sorted, free of duplicates, and hold no add that is also read or written.
  package init(sortedReads reads: [Location], writes: [Location], adds: [Location]) {
    self.reads = reads
    self.writes = writes
    self.adds = adds
  }

  @usableFromInline
  init(unordered reads: [Location], _ writes: [Location], _ adds: [Location]) {
    self.reads = reads
    self.writes = writes
    self.adds = adds
    self.reads.sortAndDeduplicate()
    self.writes.sortAndDeduplicate()
    self.adds.sortAndDeduplicate()
    separateObservedAdds()
  }

  /// Takes adds that are also read or written for reads and writes; needs sorted lists.
  private mutating func separateObservedAdds() {
    let blind = adds.sortedDifference(reads).sortedDifference(writes)
    guard blind.count < adds.count else { return }
    let observed = adds.sortedDifference(blind)
    reads = reads.sortedUnion(observed)
    writes = writes.sortedUnion(observed)
    adds = blind
  }

  /// Everything either set does. Linear.
  public func union(_ other: AccessSet) -> AccessSet {
    var union = self
    union.reads = reads.sortedUnion(other.reads)
    union.writes = writes.sortedUnion(other.writes)
    union.adds = adds.sortedUnion(other.adds)
    union.separateObservedAdds()
    return union
  }

  /// Whether every access of `other` is allowed for by this set: a read by a read; a write by a write; an
  /// add by an add, or by a write. Linear.
  public func covers(_ other: AccessSet) -> Bool { missing(from: other).isEmpty }

  /// The accesses of `actual` that this set does not allow for, sorted; empty when it covers them all. Linear.
  public func missing(from actual: AccessSet) -> [Location] {
    actual.reads.sortedDifference(reads)
      .sortedUnion(actual.writes.sortedDifference(writes))
      .sortedUnion(actual.adds.sortedDifference(adds).sortedDifference(writes))
  }
}
