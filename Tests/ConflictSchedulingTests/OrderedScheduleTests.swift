import Testing

@testable import ConflictScheduling

@Suite("Ordered schedule")
struct OrderedScheduleTests {
  @Test("waves respect dependencies and hold each transaction once", arguments: 0..<40)
  func waves(seed: Int) {
    let block = randomTransactions(
      100, locations: 5 + seed, accesses: 3, unknownPercent: seed % 2, maximumCost: 1000, seed: seed)
    let schedule = Schedule.ordered(block, workers: 1 + seed % 8)
    for (later, row) in dependenciesByDefinition(block).enumerated() {
      for earlier in row { #expect(schedule.waveOf[earlier] < schedule.waveOf[later]) }
    }
    var seen: [Int32] = []
    for wave in 0..<schedule.waves.count {
      #expect(!schedule.waves[wave].isEmpty)
      #expect(Array(schedule.waves[wave]) == schedule.waves[wave].sorted())
      for transaction in schedule.waves[wave] { #expect(Int(schedule.waveOf[Int(transaction)]) == wave) }
      seen += schedule.waves[wave]
    }
    #expect(seen.sorted() == (0..<100).map { Int32($0) })
    #expect(schedule.violations(against: block) == [])
    // As few waves as the longest chain has transactions.
    #expect(schedule.waves.count == Int(schedule.graph.levels().max() ?? -1) + 1)
  }

  @Test("slack evens out waves: a small transaction joins a large one")
  func slack() {
    // A chain of 10 and 90; an independent 50 beside it costs nothing only in the second wave.
    let block = [
      transaction(reads: [1], writes: [1], cost: 10), transaction(reads: [1], writes: [1], cost: 90),
      transaction(writes: [2], cost: 50),
    ]
    let schedule = Schedule.ordered(block, workers: 2)
    #expect(schedule.waveOf == [0, 1, 1])
    #expect(Simulator(schedule).makespanWithBarriers(workers: 2) == 100)
  }

  @Test("balancing never makes the sum of wave spans worse than plain levels", arguments: 0..<30)
  func balance(seed: Int) {
    let block = randomTransactions(80, locations: 30, accesses: 3, maximumCost: 500, seed: seed)
    let workers = 1 + seed % 8
    let schedule = Schedule.ordered(block, workers: workers)
    func span(_ waveOf: [Int32]) -> Int {
      (0..<(Int(waveOf.max() ?? -1) + 1)).reduce(0) { sum, wave in
        let costs = waveOf.indices.filter { waveOf[$0] == wave }.map { block[$0].cost }
        return sum + max(costs.max() ?? 0, (costs.reduce(0, +) + workers - 1) / workers)
      }
    }
    #expect(span(schedule.waveOf) <= span(schedule.graph.levels()))
  }

  @Test("priorities are the most expensive chains, by definition", arguments: 0..<10)
  func priorities(seed: Int) {
    let block = randomTransactions(60, locations: 20, maximumCost: 100, seed: seed)
    let schedule = Schedule.ordered(block)
    let direct = dependenciesByDefinition(block)
    for t in block.indices {
      let longest = block.indices.filter { direct[$0].contains(t) }.map { schedule.priorities[$0] }.max() ?? 0
      #expect(schedule.priorities[t] == block[t].cost + longest)
    }
    #expect(schedule.bounds.criticalPath == schedule.priorities.max())
  }

  @Test("costs that do not fit the graph are filled up with zeros and clamped")
  func costs() {
    let graph = DependencyGraph([transaction(), transaction(), transaction()])
    #expect(Schedule.ordered(graph, costs: [-1, .max]).costs == [0, ScheduledTransaction.costLimit, 0])
  }
}
