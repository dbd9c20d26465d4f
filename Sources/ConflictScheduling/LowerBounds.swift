/// What the makespan of a set of transactions cannot fall below, in units of cost.
public struct LowerBounds: Hashable, Sendable {
  /// The most expensive chain of dependencies.
  public let criticalPath: Int
  /// The sum of all costs: what one worker needs.
  public let total: Int
  /// The most expensive transaction.
  public let largest: Int
  /// The most expensive set of transactions found that no two of can run at once in any order: for a free
  /// schedule a greedy weighted clique, for an ordered one the critical path (a clique of dependencies is a chain).
  public let clique: Int

  /// Makes bounds from their parts.
  init(criticalPath: Int, total: Int, largest: Int, clique: Int) {
    self.criticalPath = criticalPath
    self.total = total
    self.largest = largest
    self.clique = clique
  }

  init(scheduled: [Int32], costs: [Int], criticalPath: Int, clique: Int) {
    var total = 0
    var largest = 0
    for transaction in scheduled {
      total += costs[Int(transaction)]
      largest = max(largest, costs[Int(transaction)])
    }
    self.init(criticalPath: criticalPath, total: total, largest: largest, clique: max(clique, largest))
  }

  /// The least conceivable makespan of the schedule's order on that many workers: the largest of critical path
  /// and total divided by workers, rounded up.
  public func makespan(workers: Int) -> Int {
    max(criticalPath, largest, Self.share(total, workers))
  }

  /// The least conceivable makespan of any order of the same transactions on that many workers.
  public func makespanOfAnyOrder(workers: Int) -> Int { max(clique, largest, Self.share(total, workers)) }

  /// `total / workers`, rounded up; fewer than one worker count as one.
  static func share(_ total: Int, _ workers: Int) -> Int {
    let workers = max(workers, 1)
    return total / workers + (total % workers == 0 ? 0 : 1)
  }
}
