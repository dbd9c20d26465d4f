extension ConflictGraph {
  /// The cost of the most expensive clique found: transactions that all conflict with each other, so that each
  /// needs a wave of its own.
  ///
  /// Greedy: from each of the most contested locations, its writers; then whatever conflicts with all so far,
  /// the most expensive first. Unknown transactions are in every clique. At most `starts` locations are tried.
  func heaviestClique(costs: [Int], starts: Int = 16) -> Int {
    let unknown = isUnknown.indices.reduce(0) { $0 + (isUnknown[$1] ? costs[$1] : 0) }
    var weights = (0..<groups.count).map { group in
      (weight: groups[group].reduce(0) { $0 + ($1 & 2 != 0 ? costs[Int($1 >> 2)] : 0) }, group: group)
    }
    weights.sort { $0.weight != $1.weight ? $0.weight > $1.weight : $0.group < $1.group }
    var best = costs.max() ?? 0
    for (_, group) in weights.prefix(starts) {
      best = max(best, unknown + cliqueCost(from: group, costs: costs))
    }
    return max(best, unknown)
  }

  /// Extends the writers of a group to a maximal clique.
  ///
  /// Whoever conflicts with all writers of a group of two or more does so mostly through this group or one
  /// other; counting for each transaction how many of the clique it conflicts with tells.
  private func cliqueCost(from group: Int, costs: [Int]) -> Int {
    var clique = groups[group].filter { $0 & 2 != 0 }.map { $0 >> 2 }
    if clique.isEmpty {
      guard let first = groups[group].max(by: { costs[Int($0 >> 2)] < costs[Int($1 >> 2)] }) else { return 0 }
      clique = [first >> 2]
    }
    var meets = [Int32](repeating: 0, count: count)
    var metBy = [Int32](repeating: -1, count: count)
    func meet(_ member: Int32) {
      metBy[Int(member)] = member
      for membership in memberships[Int(member)] {
        for touch in groups[Int(membership >> 2)] where Self.conflict(membership & 3, touch & 3) {
          let other = Int(touch >> 2)
          if metBy[other] == member { continue }
          metBy[other] = member
          meets[other] += 1
        }
      }
    }
    // Counting is quadratic in hot groups; past a bound the writers alone must do.
    var steps = 0
    for member in clique {
      for membership in memberships[Int(member)] { steps += groups.range(Int(membership >> 2)).count }
    }
    var sum = clique.reduce(0) { $0 + costs[Int($1)] }
    if steps > 1 << 24 { return sum }
    for member in clique { meet(member) }
    var candidates = (0..<count).filter { Int(meets[$0]) == clique.count }
    let inClique = Set(clique)
    candidates.removeAll { inClique.contains(Int32(truncatingIfNeeded: $0)) || isUnknown[$0] }
    candidates.sort { costs[$0] != costs[$1] ? costs[$0] > costs[$1] : $0 < $1 }
    var size = clique.count
    for candidate in candidates.prefix(256) where Int(meets[candidate]) == size {
      meet(Int32(truncatingIfNeeded: candidate))
      sum += costs[candidate]
      size += 1
    }
    return sum
  }

  /// The cost of the transactions that both read and overwrite one location, for the location where that is most,
  /// and of all unknown ones. Each depends on another whatever the order.
  func heaviestHotSpot(costs: [Int]) -> Int {
    let unknown = isUnknown.indices.reduce(0) { $0 + (isUnknown[$1] ? costs[$1] : 0) }
    let heaviest = (0..<groups.count).lazy.map { group in
      groups[group].reduce(0) { $0 + ($1 & 3 == 3 ? costs[Int($1 >> 2)] : 0) }
    }.max()
    return max(unknown + (heaviest ?? 0), costs.max() ?? 0)
  }
}
