extension Schedule {
  /// Schedules transactions whose order is fixed: a block.
  ///
  /// Waves are the levels of the dependency graph; transactions with slack are moved between levels to even
  /// out what the waves take on `workers` workers. Near-linear in accesses but for the reduction, whose effort is
  /// bounded (`DependencyGraph.reduced`).
  public static func ordered(_ transactions: [ScheduledTransaction], workers: Int = 8) -> Schedule {
    ordered(DependencyGraph(transactions), costs: transactions.map(\.cost), workers: workers)
  }

  /// Schedules transactions whose dependencies are known. `costs` has one entry for each, 0 to
  /// `ScheduledTransaction.costLimit` (clamped).
  public static func ordered(_ graph: DependencyGraph, costs: [Int], workers: Int = 8) -> Schedule {
    let costs = (0..<graph.count).map { index in
      index < costs.count ? min(max(costs[index], 0), ScheduledTransaction.costLimit) : 0
    }
    let reduced = graph.reduced()
    var balance = WaveBalance(reduced, costs: costs, workers: workers)
    balance.improve()
    return Schedule(
      kind: .ordered, order: (0..<graph.count).map { Int32(truncatingIfNeeded: $0) },
      waveOf: balance.waveOf, graph: reduced, costs: costs, anyOrder: nil)
  }
}

/// Local search that moves transactions between the waves in which their dependencies leave them free to be.
///
/// The objective is the sum over waves of `max(largest cost, total cost / workers)`. A wave in which one large
/// transaction leaves other workers idle takes small ones in for nothing. Each move lowers the objective, so
/// the result is never worse than plain levels. Transactions are tried from the most expensive down, at most
/// `candidates` waves each, in a few passes.
private struct WaveBalance {
  private static let passes = 4
  private static let candidates = 64

  private(set) var waveOf: [Int32]
  private let graph: DependencyGraph
  private let costs: [Int]
  private let workers: Int
  private var totals: [Int]
  /// The costs in each wave, largest first (keys negated). Those of transactions that have left are dropped
  /// when they come to the top.
  private var largest: [BinaryHeap<Keyed>]

  init(_ graph: DependencyGraph, costs: [Int], workers: Int) {
    self.graph = graph
    self.costs = costs
    self.workers = max(workers, 1)
    waveOf = graph.levels()
    let waves = Int(waveOf.max() ?? -1) + 1
    totals = [Int](repeating: 0, count: waves)
    largest = [BinaryHeap<Keyed>](repeating: BinaryHeap(), count: waves)
    for transaction in waveOf.indices { enter(transaction, Int(waveOf[transaction])) }
  }

  mutating func improve() {
    let byCost = costs.indices.sorted { costs[$0] != costs[$1] ? costs[$0] > costs[$1] : $0 < $1 }
    for _ in 0..<Self.passes {
      var moved = false
      for transaction in byCost where costs[transaction] > 0 {
        if relocate(transaction) { moved = true }
      }
      if !moved { return }
    }
  }

  /// Moves a transaction to the best wave it may be in, if that is better than where it is.
  private mutating func relocate(_ transaction: Int) -> Bool {
    let here = Int(waveOf[transaction])
    var (low, high) = (0, totals.count - 1)
    for position in graph.predecessors.range(transaction) {
      low = max(low, Int(waveOf[Int(graph.predecessors.values[position])]) + 1)
    }
    for position in graph.successors.range(transaction) {
      high = min(high, Int(waveOf[Int(graph.successors.values[position])]) - 1)
    }
    guard low < high else { return false }
    let cost = costs[transaction]
    let restLargest = largestCost(in: here, without: transaction)
    let gain =
      span(max(restLargest, cost), totals[here]) - span(restLargest, totals[here] - cost)
    var best = (wave: here, loss: gain)
    if gain > 0 {
      for wave in stride(from: low, through: high, by: max(1, (high - low) / Self.candidates))
      where wave != here {
        let there = largestCost(in: wave, without: transaction)
        let loss = span(max(there, cost), totals[wave] + cost) - span(there, totals[wave])
        if loss < best.loss { best = (wave, loss) }
      }
    }
    if best.wave == here {
      largest[here].push(Keyed(key: -cost, transaction: Int32(truncatingIfNeeded: transaction)))
      return false
    }
    totals[here] -= cost
    waveOf[transaction] = Int32(truncatingIfNeeded: best.wave)
    enter(transaction, best.wave)
    return true
  }

  private mutating func enter(_ transaction: Int, _ wave: Int) {
    totals[wave] += costs[transaction]
    largest[wave].push(Keyed(key: -costs[transaction], transaction: Int32(truncatingIfNeeded: transaction)))
  }

  /// The largest cost in a wave but for one transaction, whose entry is taken out if met.
  private mutating func largestCost(in wave: Int, without transaction: Int) -> Int {
    while let top = largest[wave].first {
      if Int(top.transaction) != transaction && Int(waveOf[Int(top.transaction)]) == wave { return -top.key }
      _ = largest[wave].pop()
    }
    return 0
  }

  private func span(_ largest: Int, _ total: Int) -> Int { max(largest, LowerBounds.share(total, workers)) }
}
