/// What the makespan of a set of transactions cannot fall below, in units of cost.
public struct LowerBounds: Hashable, Sendable {
  /// The most expensive chain of dependencies.
  public let criticalPath: Int
  /// The sum of all costs: what one worker needs.
  public let total: Int
  /// The most expensive transaction.
  public let largest: Int
  /// The most expensive set found of transactions no two of which can share a wave. In a free schedule a greedy
  /// weighted clique of the conflict graph, whatever the order; in an ordered one the critical path.
  public let clique: Int
  /// The most expensive set found of transactions that run one after another in any order, barriers or not: all
  /// that read and overwrite one location, and all that are unknown. In an ordered schedule the critical path.
  public let hotSpot: Int

  /// The least conceivable makespan of the schedule's order on that many workers: the largest of critical path
  /// and total divided by workers, rounded up.
  public func makespan(workers: Int) -> Int {
    max(criticalPath, largest, Self.share(total, workers))
  }

  /// The least conceivable makespan of the same transactions in any order allowed.
  public func makespanOfAnyOrder(workers: Int) -> Int { max(hotSpot, largest, Self.share(total, workers)) }

  /// The least conceivable makespan of waves with barriers, in any order allowed.
  public func makespanWithBarriers(workers: Int) -> Int { max(clique, largest, Self.share(total, workers)) }

  /// `total / workers`, rounded up; fewer than one worker count as one.
  static func share(_ total: Int, _ workers: Int) -> Int {
    let workers = max(workers, 1)
    return total / workers + (total % workers == 0 ? 0 : 1)
  }
}
