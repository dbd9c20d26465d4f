extension DependencyGraph {
  /// The level of each transaction: 0 where it depends on nothing, else one more than the highest of its
  /// predecessors (the longest path, counted in transactions). Linear in time.
  public func levels() -> [Int32] {
    var levels = [Int32](repeating: 0, count: count)
    for t in 0..<count {
      var level: Int32 = 0
      for position in predecessors.range(t) {
        level = max(level, levels[Int(predecessors.values[position])] + 1)
      }
      levels[t] = level
    }
    return levels
  }

  /// The bottom level of each transaction of `order`: the cost of the most expensive path that starts with it,
  /// its own cost included; 0 for others. Edges must run forward along `order`. Linear in time.
  func bottomLevels(costs: [Int], order: [Int32]) -> [Int] {
    var result = [Int](repeating: 0, count: count)
    for transaction in order.reversed() {
      var longest = 0
      for position in successors.range(Int(transaction)) {
        longest = max(longest, result[Int(successors.values[position])])
      }
      result[Int(transaction)] = costs[Int(transaction)] + longest
    }
    return result
  }

  /// The graph with node `i` called `names[i]`, among `count` nodes in all. Names must be distinct and less
  /// than `count`.
  func renamed(_ names: [Int32], count: Int) -> DependencyGraph {
    var nodeNamed = [Int32](repeating: -1, count: count)
    for (node, name) in names.enumerated() { nodeNamed[Int(name)] = Int32(truncatingIfNeeded: node) }
    var rows = CompactRows(reservingRows: count, values: edgeCount)
    for node in nodeNamed {
      if node >= 0 { for predecessor in predecessors[Int(node)] { rows.append(names[Int(predecessor)]) } }
      rows.sortOpenRow()
      rows.endRow()
    }
    return DependencyGraph(predecessors: rows)
  }
}
