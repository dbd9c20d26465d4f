import EthereumTypes

extension WaveColouring {
  /// What is left of each sender's chain from a transaction on: the cost of its most expensive run of
  /// transactions that must follow each other, and how many waves such a run needs.
  func remainders() -> (weights: [Int], waves: [Int]) {
    var weights = costs
    var waves = [Int](repeating: 0, count: costs.count)
    // From the last of each chain backwards.
    for last in next.indices where next[last] < 0 {
      var transaction = Int(previous[last])
      var follower = last
      while transaction >= 0 {
        let binds = graph.conflicts(
          Int32(truncatingIfNeeded: transaction), Int32(truncatingIfNeeded: follower))
        weights[transaction] =
          binds ? costs[transaction] + weights[follower] : max(costs[transaction], weights[follower])
        waves[transaction] = waves[follower] + (binds ? 1 : 0)
        follower = transaction
        transaction = Int(previous[transaction])
      }
    }
    return (weights, waves)
  }

  /// Places all transactions, the heaviest of those that may come first (Welsh and Powell's rule with costs for
  /// degrees): `keys` says how heavy each is. With `first`, each goes to the earliest wave open to it.
  mutating func placeLargestFirst(_ keys: [Int], reserves: [Int], first: Bool = false) {
    var ready = BinaryHeap<Keyed>()
    for head in heads { ready.push(Keyed(key: -keys[Int(head)], transaction: head)) }
    while let transaction = ready.pop()?.transaction {
      place(transaction, choose(transaction, reserve: reserves[Int(transaction)], first: first))
      let follower = next[Int(transaction)]
      if follower >= 0 && waveOf[Int(follower)] < 0 {
        ready.push(Keyed(key: -keys[Int(follower)], transaction: follower))
      }
    }
  }

  /// Places all transactions by saturation (Brélaz 1979): next comes the one to which most waves are closed, the
  /// heaviest of several.
  ///
  /// - Returns: false, with the work half done, once it has taken more than `effort` steps or `waveLimit` waves.
  mutating func placeBySaturation(_ keys: [Int], reserves: [Int], waveLimit: Int, effort: Int) -> Bool {
    let words = (waveLimit + 63) / 64
    guard graph.count.multipliedReportingOverflow(by: words).overflow == false,
      graph.count * words <= max(effort / 4, 1 << 16)
    else { return false }
    var closed = [UInt64](repeating: 0, count: graph.count * words)
    var saturation = [Int](repeating: 0, count: graph.count)
    var ready = BinaryHeap<Saturated>()
    var steps = 0

    func isReady(_ t: Int, _ state: WaveColouring) -> Bool {
      state.previous[t] < 0 || state.waveOf[Int(state.previous[t])] >= 0
    }
    func entry(_ t: Int32) -> Saturated {
      Saturated(saturation: saturation[Int(t)], weight: keys[Int(t)], transaction: t)
    }
    for head in heads { ready.push(entry(head)) }
    while let top = ready.pop() {
      let t = Int(top.transaction)
      // Each change made a new entry; only the newest counts.
      if waveOf[t] >= 0 || top.saturation != saturation[t] { continue }
      let wave = Int(place(top.transaction, choose(top.transaction, reserve: reserves[t])))
      if wave >= waveLimit { return false }
      for membership in graph.memberships[t] {
        for position in graph.groups.range(Int(membership >> 2)) {
          let touch = graph.groups.values[position]
          let other = Int(touch >> 2)
          if waveOf[other] >= 0 || !ConflictGraph.conflict(membership & 3, touch & 3) { continue }
          let bit: UInt64 = 1 << UInt64(wave % 64)
          if closed[other * words + wave / 64] & bit != 0 { continue }
          closed[other * words + wave / 64] |= bit
          saturation[other] += 1
          if isReady(other, self) { ready.push(entry(touch >> 2)) }
        }
        steps += graph.groups.range(Int(membership >> 2)).count
      }
      if steps > effort { return false }
      let follower = next[t]
      if follower >= 0 { ready.push(entry(follower)) }
    }
    return true
  }

  private struct Saturated: Comparable {
    var saturation: Int
    var weight: Int
    var transaction: Int32

    /// Whether `a` comes before `b`.
    static func < (a: Saturated, b: Saturated) -> Bool {
      if a.saturation != b.saturation { return a.saturation > b.saturation }
      return a.weight != b.weight ? a.weight > b.weight : a.transaction < b.transaction
    }
  }

  /// Takes some waves apart and places their transactions anew, the heaviest first with some noise; keeps what is
  /// no worse. (Iterated greedy: Culberson 1992; ruin and recreate: Schrimpf et al. 2000.) Reproducible.
  mutating func improve(_ keys: [Int], rounds: Int, atLeast bound: Int) {
    var generator = SplitMix64(seed: 0x5741_5645)
    for round in 0..<max(rounds, 0) {
      if waveCount < 2 || span <= bound { return }
      let before = self
      // Small bites mostly, now and then a large one.
      let count = min(waveCount, 2 + Int(generator.next() % UInt64(round % 8 == 7 ? 8 : 3)))
      let start = Int(generator.next() % UInt64(waveCount))
      let together = generator.next() & 1 == 0
      for _ in 0..<count {
        let place = together ? start : Int(generator.next() % UInt64(waveCount))
        dissolve(ranked[min(place, waveCount - 1)])
      }
      let noisy = keys.map { key in
        key - Int(truncatingIfNeeded: generator.next() % UInt64(max(key / 2, 1)))
      }
      placeLargestFirst(noisy, reserves: [Int](repeating: 0, count: keys.count))
      if span > before.span || span == before.span && waveCount > before.waveCount { self = before }
    }
  }
}
