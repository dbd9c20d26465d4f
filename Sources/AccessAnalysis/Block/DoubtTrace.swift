import EthereumTypes

/// Follows values that only a run can tell through a block: which transactions they were made by, and who hangs on them.
///
/// What a location holds is a list of transactions that made it: one that writes it begins anew, one that adds to it puts
/// itself before those that are there. Lists share their ends, and each transaction knows the lists that it was made
/// from; so nothing is united before it turns out to matter.
struct DoubtTrace {
  /// A place in a list; 0 is the end.
  private typealias Place = Int32

  private struct Entry {
    var transaction: Int32
    var next: Place
    /// Whether it and all behind it have been followed.
    var isFollowed = false
  }

  private var entries: [Entry] = [Entry(transaction: -1, next: 0)]
  private var heads: [Location: Place] = [:]
  private var filter = LocationFilter()
  /// The lists that transactions are made from, one transaction after the other.
  private var parents: [Place] = []
  /// For each transaction where its lists begin among `parents`.
  private var starts: [Int32] = [0]
  private var doubtful: [Bool] = []
  /// The doubtful transactions that somebody hangs on.
  private(set) var found: Set<Int> = []

  /// The list of a location; 0 where nothing in it is doubtful.
  @inline(__always)
  private func head(_ location: Location) -> Place {
    filter.mayContain(location) ? heads[location] ?? 0 : 0
  }

  /// Takes the next transaction.
  ///
  /// - Parameter isOwn: whether a location is known without the values it was made from.
  mutating func add(_ prediction: Prediction, isDoubtful: Bool, isOwn: (Location) -> Bool) {
    let transaction = Int32(clamping: doubtful.count)
    doubtful.append(isDoubtful)
    let first = parents.count
    if !filter.isEmpty {
      for condition in prediction.conditions { follow(head(condition.location)) }
      // What it writes may be made from all it reads; what it pays is known without.
      for location in prediction.access.reads {
        let place = head(location)
        if place != 0, parents.last != place || parents.count == first, !isOwn(location) {
          parents.append(place)
        }
      }
    }
    starts.append(Int32(clamping: parents.count))
    guard isDoubtful || parents.count > first else {
      if !filter.isEmpty {
        for location in prediction.access.writes where filter.mayContain(location) { heads[location] = nil }
      }
      return
    }
    let alone = place(transaction, before: 0)
    for location in prediction.access.writes { heads[location] = alone }
    for location in prediction.access.adds {
      let rest = head(location)
      heads[location] = rest == 0 ? alone : place(transaction, before: rest)
    }
    filter.insert(prediction.access.writes)
    filter.insert(prediction.access.adds)
  }

  private mutating func place(_ transaction: Int32, before next: Place) -> Place {
    entries.append(Entry(transaction: transaction, next: next))
    return Place(clamping: entries.count - 1)
  }

  /// Somebody hangs on a list: finds all doubtful transactions that it was made by.
  private mutating func follow(_ head: Place) {
    var open = [head]
    while var place = open.popLast() {
      while place != 0, !entries[Int(place)].isFollowed {
        entries[Int(place)].isFollowed = true
        let transaction = Int(entries[Int(place)].transaction)
        if doubtful[transaction] { found.insert(transaction) }
        open.append(contentsOf: parents[Int(starts[transaction])..<Int(starts[transaction + 1])])
        place = entries[Int(place)].next
      }
    }
  }
}
