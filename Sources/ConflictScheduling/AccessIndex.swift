import EthereumTypes

/// The access sets of a list of transactions with locations replaced by small numbers: what every graph here is
/// built from.
///
/// Linear in the number of accesses. Up to 2³⁰ accesses in a set and 2²⁹ distinct locations (32 GiB of them).
public struct AccessIndex: Sendable {
  /// The number of distinct locations. Locations are numbered in order of first appearance.
  public let locationCount: Int
  /// For each transaction its accesses: location number × 4 + `Kind`. Empty for an unknown transaction.
  public let accesses: CompactRows
  /// Whether each transaction is unknown, that is without an access set: it conflicts with every other.
  public let isUnknown: [Bool]

  private let sets: [AccessSet?]
  private let origins: [LocationInterner.Origin]

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

  /// Numbers the locations of a list of transactions.
  public init(_ transactions: [ScheduledTransaction]) { self.init(transactions.map(\.access)) }

  /// Numbers the locations of a list of access sets; nil stands for unknown.
  public init(_ sets: [AccessSet?]) {
    var total = 0
    for set in sets {
      guard let set else { continue }
      total += set.reads.count + set.writes.count + set.adds.count
    }
    var interner = LocationInterner(expecting: total)
    var rows = CompactRows(reservingRows: sets.count, values: total)
    for (index, set) in sets.enumerated() {
      if let set { Self.append(set, Int32(truncatingIfNeeded: index), to: &rows, &interner) }
      rows.endRow()
      if interner.pending >= Self.batchSize { rows.number(by: &interner) }
    }
    rows.number(by: &interner)
    self.sets = sets
    locationCount = interner.origins.count
    origins = interner.origins
    accesses = rows
    isUnknown = sets.map { $0 == nil }
  }

  /// The location of a number, or nil where there is none of that number. Constant time.
  public func location(_ number: Int) -> Location? {
    guard origins.indices.contains(number), let set = sets[Int(origins[number].set)] else { return nil }
    return origins[number].location(in: set)
  }

  /// The index of some of the transactions, in the order given; locations keep their numbers.
  func selecting(_ transactions: [Int32]) -> AccessIndex {
    var rows = CompactRows(reservingRows: transactions.count, values: accesses.values.count)
    for transaction in transactions {
      for access in accesses[Int(transaction)] { rows.append(access) }
      rows.endRow()
    }
    return AccessIndex(
      locationCount: locationCount, accesses: rows, isUnknown: transactions.map { isUnknown[Int($0)] },
      sets: sets, origins: origins)
  }

  private init(
    locationCount: Int, accesses: CompactRows, isUnknown: [Bool], sets: [AccessSet?],
    origins: [LocationInterner.Origin]
  ) {
    self.locationCount = locationCount
    self.accesses = accesses
    self.isUnknown = isUnknown
    self.sets = sets
    self.origins = origins
  }

  /// How many locations are looked up together: enough to keep memory busy, few enough to stay in the first
  /// cache.
  private static let batchSize = 256

  /// Merges the sorted reads and writes of a set, so that a location in both stands once, and adds its adds,
  /// which are in neither. The values get their kinds now, their numbers when the interner answers.
  private static func append(
    _ set: AccessSet, _ index: Int32, to rows: inout CompactRows, _ interner: inout LocationInterner
  ) {
    let (reads, writes, adds) = (set.reads, set.writes, set.adds)
    var w = 0
    for r in reads.indices {
      while w < writes.count && writes[w] < reads[r] {
        interner.ask(writes[w], at: .write(w, of: index))
        rows.append(Kind.write.rawValue)
        w += 1
      }
      let isWritten = w < writes.count && writes[w] == reads[r]
      if isWritten { w += 1 }
      interner.ask(reads[r], at: .read(r, of: index))
      rows.append(isWritten ? Kind.readWrite.rawValue : Kind.read.rawValue)
    }
    for w in w..<writes.count {
      interner.ask(writes[w], at: .write(w, of: index))
      rows.append(Kind.write.rawValue)
    }
    for a in adds.indices {
      interner.ask(adds[a], at: .add(a, of: index))
      rows.append(Kind.add.rawValue)
    }
  }
}
