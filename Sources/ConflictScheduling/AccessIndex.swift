import EthereumTypes

/// The access sets of a list of transactions with locations replaced by small numbers: what every graph here is
/// built from.
///
/// Linear in the number of accesses. More than 2³⁰ distinct locations (64 GiB of them) are not supported.
public struct AccessIndex: Sendable {
  /// The distinct locations by number, in order of first appearance.
  public let locations: [Location]
  /// For each transaction its accesses: location number × 4 + `Kind`. Empty for an unknown transaction.
  public let accesses: CompactRows
  /// Whether each transaction is unknown, that is without an access set: it conflicts with every other.
  public let isUnknown: [Bool]

  /// How a transaction touches a location. Bit 0: the value is read; bit 1: it is overwritten.
  @frozen
  public enum Kind: Int32, Sendable, CaseIterable {
    /// Changed by an amount that depends on nothing; commutes with other adds.
    case add
    /// Read, not changed.
    case read
    /// Overwritten without being read.
    case write
    /// Read and overwritten.
    case readWrite
  }

  /// The number of transactions.
  public var count: Int { isUnknown.count }

  /// Numbers the locations of a list of access sets; nil stands for unknown.
  public init(_ sets: some Collection<AccessSet?>) {
    var total = 0
    for set in sets {
      guard let set else { continue }
      total += set.reads.count + set.writes.count + set.adds.count
    }
    var interner = LocationInterner(expecting: total)
    var rows = CompactRows(reservingRows: sets.count, values: total)
    var unknown: [Bool] = []
    unknown.reserveCapacity(sets.count)
    for set in sets {
      if let set { Self.append(set, to: &rows, &interner) }
      rows.endRow()
      unknown.append(set == nil)
    }
    locations = interner.locations
    accesses = rows
    isUnknown = unknown
  }

  /// Numbers the locations of a list of transactions.
  public init(_ transactions: [ScheduledTransaction]) { self.init(transactions.lazy.map(\.access)) }

  /// Merges the two sorted lists, so that a location both read and written is looked up once.
  private static func append(
    _ set: AccessSet, to rows: inout CompactRows, _ interner: inout LocationInterner
  ) {
    let (reads, writes) = (set.reads, set.writes)
    var (r, w) = (0, 0)
    while r < reads.count || w < writes.count {
      let location: Location
      let kind: Kind
      if w == writes.count {
        (location, kind) = (reads[r], .read)
      } else if r == reads.count {
        (location, kind) = (writes[w], .write)
      } else if reads[r] == writes[w] {
        (location, kind) = (reads[r], .readWrite)
      } else if reads[r] < writes[w] {
        (location, kind) = (reads[r], .read)
      } else {
        (location, kind) = (writes[w], .write)
      }
      if kind != .write { r += 1 }
      if kind != .read { w += 1 }
      rows.append(interner.number(of: location) << 2 | kind.rawValue)
    }
    for location in set.adds { rows.append(interner.number(of: location) << 2 | Kind.add.rawValue) }
  }
}
