public import ConflictScheduling
import EthereumTypes

/// In which order a parallel run may start transactions. A plan is a hint: a wrong one costs speed, never the result.
public struct ExecutionPlan: Sendable {
  /// For each transaction, how many of those before it should have run when it starts.
  let waiting: [Int32]
  /// For each transaction, those that wait for it; all larger than itself.
  let successors: CompactRows
  /// What each transaction is expected to cost.
  let costs: [Int]
  /// The longest chain of work that hangs on each transaction, itself included.
  let priorities: [Int]
  /// The wave of each transaction.
  let waveOf: [Int32]
  /// Whether who waits for whom is known at all.
  let isInformed: Bool

  /// The number of transactions.
  public var count: Int { priorities.count }

  /// The plan of an ordered schedule, whose transactions are numbered in block order.
  public init(_ schedule: Schedule) {
    self.init(
      predecessors: schedule.graph.predecessors, priorities: schedule.priorities, costs: schedule.costs,
      waveOf: schedule.waveOf)
  }

  /// Makes a plan from its parts, which need not make sense: predecessors that are not before their transaction do not
  /// count, so there is always one that may start.
  init(
    predecessors: CompactRows, priorities: [Int], costs: [Int]? = nil, waveOf: [Int32]? = nil,
    isInformed: Bool = true
  ) {
    let count = priorities.count
    var waiting = [Int32](repeating: 0, count: count)
    var behind = [[Int32]](repeating: [], count: count)
    for index in 0..<min(count, predecessors.count) {
      for predecessor in predecessors[index] where (0..<Int32(index)).contains(predecessor) {
        waiting[index] += 1
        behind[Int(predecessor)].append(Int32(truncatingIfNeeded: index))
      }
    }
    self.waiting = waiting
    successors = CompactRows(behind)
    self.priorities = priorities
    self.costs = costs.flatMap { $0.count == count ? $0 : nil } ?? Array(repeating: 1, count: count)
    self.waveOf = waveOf.flatMap { $0.count == count ? $0 : nil } ?? Array(repeating: 0, count: count)
    self.isInformed = isInformed
  }

  /// The plan that knows nothing: everything may start at once.
  public static func unconstrained(count: Int) -> ExecutionPlan {
    ExecutionPlan(
      predecessors: CompactRows((0..<count).map { _ in [] as [Int32] }),
      priorities: Array(repeating: 1, count: count), isInformed: false)
  }
}
