public import ConflictScheduling
import EthereumTypes

/// In which order a parallel run may start transactions. A plan is a hint: a wrong one costs speed, never the result.
public struct ExecutionPlan: Sendable {
  /// For each transaction, those that should have run before it starts; all smaller than itself.
  let predecessors: CompactRows
  /// For each transaction, those that wait for it.
  let successors: CompactRows
  /// The longest chain of work that hangs on each transaction, itself included.
  let priorities: [Int]
  /// The wave of each transaction.
  let waveOf: [Int32]

  /// The number of transactions.
  public var count: Int { priorities.count }

  /// The plan of an ordered schedule, whose transactions are numbered in block order.
  public init(_ schedule: Schedule) {
    predecessors = schedule.graph.predecessors
    successors = schedule.graph.successors
    priorities = schedule.priorities
    waveOf = schedule.waveOf
  }

  /// Makes a plan of one wave from its parts, which need not make sense.
  init(predecessors: CompactRows, successors: CompactRows, priorities: [Int]) {
    self.predecessors = predecessors
    self.successors = successors
    self.priorities = priorities
    waveOf = Array(repeating: 0, count: priorities.count)
  }

  /// The plan that knows nothing: everything may start at once.
  public static func unconstrained(count: Int) -> ExecutionPlan {
    ExecutionPlan(Schedule.ordered((0..<count).map { _ in ScheduledTransaction(access: .empty, cost: 1) }))
  }
}
