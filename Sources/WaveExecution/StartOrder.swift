/// In which order to start the transactions of a plan that are ready.
struct StartOrder: Sendable {
  /// The transactions, most urgent first.
  let order: [Int32]
  /// The place of each transaction in `order`.
  let rank: [Int32]
  /// Those that may start at once: one bit for each place, 64 in a word; at least one word.
  let roots: [UInt64]
  /// With barriers: how many transactions lie before the end of each wave; otherwise empty.
  let waveEnds: [Int]

  /// The order of a run without barriers.
  ///
  /// - Parameter roots: the places of those that may start at once.
  init(_ order: [Int32], roots: some Sequence<Int>, waveEnds: [Int] = []) {
    self.order = order
    var words = [UInt64](repeating: 0, count: order.count / 64 + 1)
    for place in roots { words[place >> 6] |= 1 &<< UInt64(place & 63) }
    self.roots = words
    self.waveEnds = waveEnds
    var rank = [Int32](repeating: 0, count: order.count)
    for (place, index) in order.enumerated() { rank[Int(index)] = Int32(truncatingIfNeeded: place) }
    self.rank = rank
  }

  /// The order of a run with barriers: one wave after the other, which takes care of who waits for whom.
  init(_ order: [Int32], waves waveOf: [Int32]) {
    let sorted = order.enumerated().sorted {
      let (left, right) = (waveOf[Int($0.element)], waveOf[Int($1.element)])
      return left != right ? left < right : $0.offset < $1.offset
    }.map(\.element)
    let ends = sorted.indices.filter {
      $0 + 1 == sorted.count || waveOf[Int(sorted[$0])] != waveOf[Int(sorted[$0 + 1])]
    }
    self.init(sorted, roots: 0..<((ends.first ?? -1) + 1), waveEnds: ends.map { $0 + 1 })
  }

  /// How early to start what may cost so much, where nobody knows who waits for it, or what it takes: a limit of gas says
  /// little of either. What takes longest must not start last, and that something runs in vain costs less.
  static func priorities(guessedFrom costs: [Int]) -> [Int] {
    costs.map { $0 &* 3 }
  }

  /// Block order, so that transactions become final about as fast as they run and little work is left for the end; but
  /// what has a long chain of work behind it must not wait for that. Each transaction has a time at which its turn
  /// comes in block order, were all workers always busy, and a time at which it must start if its chain is not to
  /// make the block longer: the earlier one counts.
  static func order(costs: [Int], priorities: [Int], workers: Int) -> [Int32] {
    let workers = max(workers, 1)
    let total = costs.reduce(0) { $0 &+ $1 }
    let makespan = max(total / workers, priorities.max() ?? 0)
    var turn = 0
    var keys = [Int](repeating: 0, count: costs.count)
    for index in costs.indices {
      // Costs are estimates, and a worker may be busy when the time comes. In proportion to what hangs on it: the many
      // small ones at the end should stay in block order.
      let margin = min(makespan / 8, priorities[index] &* 2)
      keys[index] = min(turn / workers, makespan &- margin &- priorities[index])
      turn &+= costs[index]
    }
    return costs.indices.sorted { keys[$0] != keys[$1] ? keys[$0] < keys[$1] : $0 < $1 }
      .map { Int32(truncatingIfNeeded: $0) }
  }
}
