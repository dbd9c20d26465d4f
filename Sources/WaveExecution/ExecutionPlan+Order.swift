import ConflictScheduling

extension ExecutionPlan {
  /// How many workers the plan can keep busy: the work in all over the work on the longest chain; 1 or more.
  var parallelism: Double {
    let longest = priorities.max() ?? 0
    let total = costs.reduce(0) { $0 &+ $1 }
    return longest > 0 ? max(Double(total) / Double(longest), 1) : 1
  }

  /// The transactions in the order in which to start those that are ready.
  ///
  /// Block order, so that transactions become final about as fast as they run and little work is left for the end; but
  /// what has a long chain of work behind it must not wait for that. Each transaction has a time at which its turn
  /// comes in block order, were all workers always busy, and a time at which it must start if its chain is not to
  /// make the block longer: the earlier one counts.
  func order(workers: Int) -> [Int32] {
    let workers = max(workers, 1)
    let total = costs.reduce(0) { $0 &+ $1 }
    let makespan = max(total / workers, priorities.max() ?? 0)
    // Costs are estimates, and a worker may be busy when the time comes.
    let margin = makespan / 8
    var turn = 0
    var keys = [Int](repeating: 0, count: count)
    for index in 0..<count {
      keys[index] = min(turn / workers, makespan &- margin &- priorities[index])
      turn &+= costs[index]
    }
    return (0..<Int32(truncatingIfNeeded: count)).sorted {
      let (left, right) = (keys[Int($0)], keys[Int($1)])
      return left != right ? left < right : $0 < $1
    }
  }
}
