extension Schedule {
  /// Schedules transactions whose order is ours to choose, nonces aside: a block to be built.
  ///
  /// Chooses which of the candidates the block takes, colours their conflict graph into waves by largest-first,
  /// by saturation (DSATUR) and by improving the better of the two, and keeps the colouring that is best for
  /// the objective. Waves are contiguous in the order. The result depends on nothing but the arguments.
  public static func free(
    _ transactions: [ScheduledTransaction], _ options: FreeScheduleOptions = FreeScheduleOptions()
  ) -> Schedule {
    let selection = Selection(transactions, limits: options.limits)
    let chosen = options.objective == .makespan ? selection.inListOrder() : selection.byFees()
    let planner = FreePlanner(transactions, chosen: chosen, options)
    return planner.best()
  }
}

/// Colours the chosen transactions, which it numbers by their place among the chosen.
private struct FreePlanner {
  let transactions: [ScheduledTransaction]
  let chosen: [Int32]
  let options: FreeScheduleOptions
  let index: AccessIndex
  let graph: ConflictGraph
  let costs: [Int]
  let chains: [[Int32]]

  init(_ transactions: [ScheduledTransaction], chosen: [Int32], _ options: FreeScheduleOptions) {
    self.transactions = transactions
    self.chosen = chosen
    self.options = options
    index = AccessIndex(transactions)
    graph = ConflictGraph(index.selecting(chosen))
    let candidates = chosen.map { transactions[Int($0)] }
    costs = candidates.map(\.cost)
    chains = candidates.senderChains()
  }

  func best() -> Schedule {
    let empty = WaveColouring(graph, costs: costs, chains: chains, workers: options.workers)
    let (weights, waves) = empty.remainders()
    let none = [Int](repeating: 0, count: costs.count)
    let anyOrder = (graph.heaviestClique(costs: costs), graph.heaviestHotSpot(costs: costs))
    if options.objective == .fees {
      let keys = feeKeys()
      var colouring = empty
      colouring.placeLargestFirst(keys, reserves: none, first: true)
      return schedule(colouring, keys: keys, anyOrder)
    }
    var candidates: [WaveColouring] = []
    for reserves in [waves, none] {
      var colouring = empty
      colouring.placeLargestFirst(weights, reserves: reserves)
      candidates.append(colouring)
      if waves.allSatisfy({ $0 == 0 }) { break }
    }
    // The earliest open wave for each: waves fill up less evenly, but chains start sooner.
    var early = empty
    early.placeLargestFirst(weights, reserves: none, first: true)
    candidates.append(early)
    var saturated = empty
    let limit = (candidates.map(\.waveCount).max() ?? 0) + 64
    if saturated.placeBySaturation(weights, reserves: waves, waveLimit: limit, effort: options.effort) {
      candidates.append(saturated)
    }
    if var improved = candidates.min(by: { $0.span < $1.span }) {
      let bound = max(anyOrder.0, LowerBounds.share(costs.reduce(0, +), options.workers))
      let affordable = options.effort / max(graph.memberships.values.count + costs.count, 1)
      improved.improve(weights, rounds: min(options.rounds, affordable), atLeast: bound)
      candidates.append(improved)
    }
    // Improvement lowers what barriers cost. What counts is the time without, so all are simulated.
    let schedules = candidates.map { schedule($0, keys: weights, anyOrder) }
    return schedules.min { makespans(of: $0) < makespans(of: $1) }
      ?? schedule(empty, keys: weights, anyOrder)
  }

  /// Barrier-free and then with barriers.
  private func makespans(of schedule: Schedule) -> (Int, Int) {
    let simulator = Simulator(schedule)
    return (
      simulator.makespan(workers: options.workers), simulator.makespanWithBarriers(workers: options.workers)
    )
  }

  /// Fees per gas as ranks: the best-paying transaction has the highest. One that others of its sender wait for
  /// ranks as high as the best of them.
  private func feeKeys() -> [Int] {
    var densities = chosen.map { index in
      let transaction = transactions[Int(index)]
      return Double(transaction.fee) / Double(max(transaction.gasLimit, 1))
    }
    for chain in chains {
      for (earlier, later) in zip(chain, chain.dropFirst()).reversed() {
        densities[Int(earlier)] = max(densities[Int(earlier)], densities[Int(later)])
      }
    }
    var keys = [Int](repeating: 0, count: densities.count)
    var rank = 0
    var last = -Double.infinity
    for index in densities.indices.sorted(by: { (densities[$0], $0) < (densities[$1], $1) }) {
      if densities[index] > last { rank += 1 }
      last = densities[index]
      keys[index] = rank
    }
    return keys
  }

  /// Turns a colouring into a schedule: waves in their order, and in each the highest keys first.
  private func schedule(
    _ colouring: WaveColouring, keys: [Int], _ anyOrder: (clique: Int, hotSpot: Int)
  ) -> Schedule {
    var placeInChain = [Int](repeating: 0, count: chosen.count)
    for chain in chains {
      for (place, transaction) in chain.enumerated() { placeInChain[Int(transaction)] = place }
    }
    var order: [Int32] = []
    var waveOf = [Int32](repeating: -1, count: transactions.count)
    for (wave, name) in colouring.ranked.enumerated() {
      // Keys never rise along a sender's chain, so ties are all that nonces have to decide.
      let members = colouring.members[Int(name)].sorted { a, b in
        (-keys[Int(a)], placeInChain[Int(a)], a) < (-keys[Int(b)], placeInChain[Int(b)], b)
      }
      for member in members {
        let transaction = chosen[Int(member)]
        order.append(transaction)
        waveOf[Int(transaction)] = Int32(truncatingIfNeeded: wave)
      }
    }
    let dependencies = DependencyGraph(index.selecting(order)).reduced()
    return Schedule(
      kind: .free, order: order, waveOf: waveOf,
      graph: dependencies.renamed(order, count: transactions.count), costs: transactions.map(\.cost),
      anyOrder: anyOrder)
  }
}
