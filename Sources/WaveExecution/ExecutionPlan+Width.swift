import ConflictScheduling

extension ExecutionPlan {
  /// How many workers the plan can keep busy: the work in all over the work on the longest chain; 1 or more.
  var parallelism: Double {
    var total = 0
    var longest = 0
    for index in priorities.indices {
      longest = max(longest, priorities[index])
      // A priority is a transaction's own cost on top of the longest chain behind it.
      var behind = 0
      for successor in successors[index] where priorities.indices.contains(Int(successor)) {
        behind = max(behind, priorities[Int(successor)])
      }
      total &+= max(priorities[index] &- behind, 0)
    }
    return longest > 0 ? max(Double(total) / Double(longest), 1) : 1
  }
}
