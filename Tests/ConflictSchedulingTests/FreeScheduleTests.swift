import Testing

@testable import ConflictScheduling

@Suite("Free schedule")
struct FreeScheduleTests {
  /// Checks everything that must hold of a free schedule, without the module's own verifier.
  private func check(_ schedule: Schedule, _ candidates: [ScheduledTransaction], _ limits: BlockLimits) {
    #expect(Set(schedule.order).count == schedule.order.count)
    var position = [Int](repeating: -1, count: candidates.count)
    for (place, t) in schedule.order.enumerated() { position[Int(t)] = place }
    let waves = schedule.order.map { schedule.waveOf[Int($0)] }
    #expect(waves == waves.sorted(), "waves are contiguous")
    for wave in 0..<schedule.waves.count {
      let members = schedule.waves[wave].map(Int.init)
      for a in members {
        for b in members where a < b { #expect(!conflictByDefinition(candidates[a], candidates[b])) }
      }
    }
    for a in candidates.indices {
      for b in candidates.indices {
        guard let sender = candidates[a].sender, sender == candidates[b].sender,
          let x = candidates[a].nonce, let y = candidates[b].nonce, x < y, position[b] >= 0
        else { continue }
        #expect(position[a] >= 0 && position[a] < position[b], "nonces of one sender ascend without gaps")
      }
    }
    var gas: UInt64 = 0
    for t in schedule.order {
      gas += candidates[Int(t)].gasLimit
      #expect(candidates[Int(t)].gasLimit <= limits.transactionGas ?? .max)
    }
    #expect(gas <= limits.gas ?? .max)
    #expect(schedule.excluded.allSatisfy { schedule.waveOf[Int($0)] == -1 && position[Int($0)] == -1 })
    // The graph holds every true dependency along the order.
    let ordered = schedule.order.map { candidates[Int($0)] }
    let reachable = closure(schedule.graph.asSets, order: schedule.order.map { Int($0) })
    for (place, row) in dependenciesByDefinition(ordered).enumerated() {
      let found = reachable[Int(schedule.order[place])]
      for earlier in row { #expect(found.contains(Int(schedule.order[earlier]))) }
    }
    #expect(schedule.violations(against: candidates, blockLimits: limits) == [])
  }

  @Test("is executable and keeps nonces and limits, for every objective", arguments: 0..<40)
  func executable(seed: Int) throws {
    let candidates = randomTransactions(
      60, locations: 5 + seed * 2, accesses: 3, unknownPercent: seed % 5 == 0 ? 3 : 0, senders: seed % 3 * 6,
      maximumCost: 100, seed: seed)
    for objective in FreeScheduleOptions.Objective.allCases {
      for limits in [BlockLimits.none, BlockLimits(gas: 900, transactionGas: 80)] {
        let options = FreeScheduleOptions(
          objective: objective, workers: 1 + seed % 8, limits: limits, rounds: 10)
        let schedule = Schedule.free(candidates, options)
        check(schedule, candidates, limits)
        if limits == .none { #expect(schedule.isComplete) }
        #expect(Schedule.free(candidates, options) == schedule, "same again")
        let document = ScheduleDocument(schedule)
        let decoded = try ScheduleDocument(decoding: document.encoded())
        #expect(try decoded.schedule() == schedule)
        #expect(try decoded.violations(against: candidates, blockLimits: limits) == [])
      }
    }
  }

  @Test("no time beats its bounds", arguments: 0..<20)
  func bounds(seed: Int) {
    let candidates = randomTransactions(
      50, locations: 4 + seed * 3, unknownPercent: seed % 3, senders: 20, maximumCost: 100, seed: seed)
    let schedule = Schedule.free(candidates, FreeScheduleOptions(rounds: 5))
    let simulator = Simulator(schedule)
    for workers in [1, 2, 4, 8, 64] {
      #expect(simulator.makespan(workers: workers) >= schedule.bounds.makespan(workers: workers))
      #expect(simulator.makespan(workers: workers) >= schedule.bounds.makespanOfAnyOrder(workers: workers))
      #expect(
        simulator.makespanWithBarriers(workers: workers)
          >= schedule.bounds.makespanWithBarriers(workers: workers))
    }
  }

  /// The least sum of wave spans of all colourings that respect nonces: branch and bound over the wave that each
  /// transaction joins or opens.
  private func optimum(_ block: [ScheduledTransaction], workers: Int) -> Int {
    let graph = ConflictGraph(block)
    let chains = block.senderChains()
    func span(_ wave: [Int]) -> Int {
      let costs = wave.map { block[$0].cost }
      return max(costs.max() ?? 0, (costs.reduce(0, +) + workers - 1) / workers)
    }
    /// Whether waves can be put in an order in which nonces ascend.
    func isOrderable(_ waves: [[Int]]) -> Bool {
      var waveOf: [Int: Int] = [:]
      for (index, wave) in waves.enumerated() { for t in wave { waveOf[t] = index } }
      var edges = Set<[Int]>()
      for chain in chains {
        for (a, b) in zip(chain, chain.dropFirst()) {
          if let x = waveOf[Int(a)], let y = waveOf[Int(b)], x != y { edges.insert([x, y]) }
        }
      }
      var left = Set(waves.indices)
      while let free = left.first(where: { w in !edges.contains { $0[1] == w && left.contains($0[0]) } }) {
        left.remove(free)
      }
      return left.isEmpty
    }
    var best = Int.max
    func search(_ next: Int, _ waves: [[Int]]) {
      if waves.reduce(0, { $0 + span($1) }) >= best { return }
      if next == block.count {
        if isOrderable(waves) { best = waves.reduce(0) { $0 + span($1) } }
        return
      }
      for index in waves.indices
      where !waves[index].contains(where: { graph.conflicts(Int32($0), Int32(next)) }) {
        var joined = waves
        joined[index].append(next)
        search(next + 1, joined)
      }
      search(next + 1, waves + [[next]])
    }
    search(0, [])
    return best
  }

  @Test("lower bound ≤ branch and bound ≤ every heuristic, and improvement comes close")
  func exact() {
    var (least, improvedSum, greedySum) = (0, 0, 0)
    for seed in 0..<40 {
      let block = randomTransactions(
        8, locations: 4 + seed % 7, accesses: 3, senders: seed % 2 * 4, maximumCost: 50, seed: seed)
      let workers = 1 + seed % 4
      let costs = block.map(\.cost)
      let graph = ConflictGraph(block)
      let empty = WaveColouring(graph, costs: costs, chains: block.senderChains(), workers: workers)
      let (weights, reserves) = empty.remainders()
      let exact = optimum(block, workers: workers)
      let total = (costs.reduce(0, +) + workers - 1) / workers
      #expect(max(graph.heaviestClique(costs: costs), total, costs.max() ?? 0) <= exact)
      var greedy = empty
      greedy.placeLargestFirst(weights, reserves: reserves)
      var saturated = empty
      let isDone = saturated.placeBySaturation(weights, reserves: reserves, waveLimit: 64, effort: 1_000_000)
      #expect(isDone)
      var improved = greedy
      improved.improve(weights, rounds: 100, atLeast: 0)
      for colouring in [greedy, saturated, improved] {
        #expect(colouring.span >= exact)
        let spans = colouring.ranked.map { wave in
          let costs = colouring.members[Int(wave)].map { block[Int($0)].cost }
          return max(costs.max() ?? 0, (costs.reduce(0, +) + workers - 1) / workers)
        }
        #expect(colouring.span == spans.reduce(0, +), "the running sum is right")
      }
      #expect(improved.span <= greedy.span)
      least += exact
      improvedSum += improved.span
      greedySum += greedy.span
    }
    #expect(improvedSum * 100 <= least * 102)
    #expect(greedySum * 100 <= least * 115)
  }

  @Test("large groups are coloured as small ones are", arguments: 0..<6)
  func large(seed: Int) {
    // Hundreds of touches of a few locations: the bit sets, their widening and the dissolving of waves.
    let candidates = randomTransactions(
      400, locations: 6 + seed * 20, accesses: 3, unknownPercent: seed % 2, senders: seed % 3 * 30,
      maximumCost: 9, seed: seed)
    let schedule = Schedule.free(candidates, FreeScheduleOptions(workers: 4, rounds: 30))
    check(schedule, candidates, .none)
  }

  @Test("senders whose transactions do not conflict share a wave, in nonce order")
  func dissolvedSenders() {
    let candidates = (0..<6).reversed().map {
      transaction(writes: [$0], cost: $0 + 1, sender: 1, nonce: UInt64($0))
    }
    let schedule = Schedule.free(candidates)
    #expect(schedule.waves.count == 1)
    #expect(schedule.order == [5, 4, 3, 2, 1, 0])
  }

  @Test("who pays more per gas comes first, and pulls in what it needs")
  func fees() {
    let candidates = [
      transaction(writes: [1], fee: 10, gasLimit: 10),
      transaction(writes: [2], sender: 1, nonce: 0, fee: 1, gasLimit: 10),
      transaction(writes: [3], sender: 1, nonce: 1, fee: 100, gasLimit: 10),
      transaction(writes: [4], fee: 30, gasLimit: 10),
    ]
    let options = FreeScheduleOptions(objective: .fees, limits: BlockLimits(gas: 30, transactionGas: nil))
    let schedule = Schedule.free(candidates, options)
    #expect(schedule.order == [1, 2, 3])
    #expect(schedule.excluded == [0])
    // By list order the first three fit.
    let listed = Schedule.free(
      candidates, FreeScheduleOptions(limits: BlockLimits(gas: 30, transactionGas: nil)))
    #expect(listed.excluded == [3])
  }

  @Test("fees of what is chosen come close to the best choice", arguments: 0..<20)
  func selection(seed: Int) {
    let candidates = randomTransactions(12, locations: 5, senders: 5, maximumCost: 30, seed: seed)
    let room: UInt64 = 90
    func fees(_ set: [Int32]) -> UInt128 { set.reduce(0) { $0 + candidates[Int($1)].fee } }
    let chains = candidates.senderChains()
    var best: UInt128 = 0
    for set in 0..<(1 << candidates.count) {
      let members = candidates.indices.filter { set >> $0 & 1 == 1 }.map { Int32($0) }
      if members.reduce(0, { $0 + candidates[Int($1)].gasLimit }) > room { continue }
      let hasGap = chains.contains { chain in
        let taken = chain.map { members.contains($0) }
        return zip(taken, taken.dropFirst()).contains { !$0 && $1 }
      }
      if !hasGap { best = max(best, fees(members)) }
    }
    let chosen = Selection(candidates, limits: BlockLimits(gas: room, transactionGas: nil)).byFees()
    #expect(fees(chosen) <= best)
    #expect(fees(chosen) * 100 >= best * 80)
    let everything = Selection(candidates, limits: .none)
    #expect(everything.byFees().count == 12)
    #expect(everything.inListOrder().count == 12)
  }

  @Test("a synthetic mempool is the same every time and makes a right schedule", arguments: [0, 1, 300])
  func mempool(count: Int) {
    let mempool = SyntheticMempool(count: count, swapPercent: 30, seed: 7)
    let candidates = mempool.transactions()
    #expect(candidates.count == count)
    #expect(mempool.transactions() == candidates)
    check(Schedule.free(candidates, FreeScheduleOptions(rounds: 20)), candidates, .none)
  }

  @Test("the benchmark measures what it says")
  func benchmark() {
    let graph = SchedulingBenchmark.graph(transactions: 30, universe: 200, samples: 1)
    #expect(graph.transactions == 30)
    #expect(graph.locations > 190 && graph.locations <= 200)
    #expect(graph.dependencies > 0 && graph.dependencies <= 30 * 29 / 2)
    let candidates = SyntheticMempool(count: 60, swapPercent: 30, seed: 1).transactions()
    let rows = SchedulingBenchmark.schedules(of: candidates, workers: 4, samples: 1)
    #expect(rows.map(\.goal) == ["ordered", "makespan", "fees", "fees-then-makespan"])
    for row in rows {
      #expect(row.transactions == 60)
      #expect(row.gap >= 1 && row.gapWithBarriers >= 1)
      #expect(row.speedUp >= 1 && row.speedUp <= 4)
    }
  }

  @Test("a transaction above the cap of EIP-7825 is left out, and all that need it")
  func cap() {
    let candidates = [
      transaction(sender: 1, nonce: 0, gasLimit: 21_000),
      transaction(sender: 1, nonce: 1, gasLimit: BlockLimits.transactionGasCap + 1),
      transaction(sender: 1, nonce: 2, gasLimit: 21_000),
      transaction(sender: 2, nonce: 9, gasLimit: BlockLimits.transactionGasCap),
    ]
    for objective in FreeScheduleOptions.Objective.allCases {
      let options = FreeScheduleOptions(objective: objective, limits: .osaka(gas: 60_000_000))
      #expect(Schedule.free(candidates, options).excluded == [1, 2])
    }
  }

  @Test("a wrong free schedule is named wrong")
  func violations() throws {
    let candidates = [
      transaction(writes: [1], sender: 1, nonce: 0), transaction(writes: [2], sender: 1, nonce: 1),
      transaction(writes: [1]), transaction(writes: [3]),
    ]
    var document = ScheduleDocument(Schedule.free(candidates), workers: [])
    document.order = [1, 0, 2, 3]
    document.waves = [[1, 0, 2], [3]]
    let found = try document.violations(against: candidates)
    #expect(found.contains(.nonceOrder(1, needs: 0)))
    #expect(found.contains(.waveConflict(wave: 0, 0, 2, at: location(1))))
    document.order = [0, 3, 1, 2]
    document.waves = [[0, 1], [3, 2]]
    #expect(try document.violations(against: candidates).contains(.waveNotContiguous(1)))
    let unknown = [ScheduledTransaction(access: nil, cost: 1), transaction(writes: [1])]
    var other = ScheduleDocument(Schedule.free(unknown), workers: [])
    other.order = [0, 1]
    other.waves = [[0, 1]]
    other.dependencies = [[], []]
    #expect(try other.violations(against: unknown).contains(.waveConflict(wave: 0, 0, 1, at: nil)))
    // A gap: nonce 1 without nonce 0.
    let gap = Schedule.free([candidates[1], candidates[0]])
    var cut = ScheduleDocument(gap, workers: [])
    cut.order = [0]
    cut.waves = [[0]]
    #expect(try cut.violations(against: [candidates[1], candidates[0]]).contains(.nonceOrder(0, needs: 1)))
  }
}
