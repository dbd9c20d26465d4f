import EthereumTypes
import Testing

@testable import ConflictScheduling

@Suite("Simulator and bounds")
struct SimulatorTests {
  /// List scheduling by the clock, one unit of time after another: slow and obvious.
  private func makespanByTheClock(_ schedule: Schedule, workers: Int, rank: [Int]) -> Int {
    var left = schedule.costs
    var done = [Bool](repeating: false, count: schedule.count)
    var started = done
    var running: [Int] = []
    var time = 0
    while true {
      // Whatever costs nothing passes through a worker in no time, so repeat until nothing changes.
      var changed = true
      while changed {
        changed = false
        let candidates = (0..<schedule.count).filter { t in
          !started[t] && schedule.graph.predecessors[t].allSatisfy { done[Int($0)] }
        }
        for t in candidates.sorted(by: { (rank[$0], $0) < (rank[$1], $1) }) where running.count < workers {
          started[t] = true
          running.append(t)
          changed = true
        }
        for t in running where left[t] == 0 { done[t] = true }
        running.removeAll { left[$0] == 0 }
      }
      if running.isEmpty { return time }
      time += 1
      for t in running { left[t] -= 1 }
      for t in running where left[t] == 0 { done[t] = true }
      running.removeAll { left[$0] == 0 }
    }
  }

  @Test("agrees with a clock on random blocks", arguments: 0..<40)
  func clock(seed: Int) {
    var block = randomTransactions(25, locations: 3 + seed % 20, accesses: 3, seed: seed)
    // Zero costs make ties that the two programs may break differently.
    block = block.map { ScheduledTransaction(access: $0.access, cost: $0.cost + 1) }
    let schedule = Schedule.ordered(block)
    let simulator = Simulator(schedule)
    for workers in [1, 2, 3, 8] {
      #expect(
        simulator.makespan(workers: workers)
          == makespanByTheClock(schedule, workers: workers, rank: schedule.priorities.map { -$0 }))
      #expect(
        simulator.makespan(workers: workers, dispatch: .inOrder)
          == makespanByTheClock(schedule, workers: workers, rank: Array(0..<schedule.count)))
    }
  }

  /// The least makespan of all non-delaying starts, by trying every choice.
  private func optimum(_ graph: DependencyGraph, _ costs: [Int], workers: Int) -> Int {
    /// `running` holds (end, transaction).
    func search(_ now: Int, _ running: [(Int, Int)], _ done: Set<Int>, _ waiting: Set<Int>) -> Int {
      if waiting.isEmpty { return running.map(\.0).max() ?? now }
      var best = Int.max
      if running.count < workers {
        for t in waiting where graph.predecessors[t].allSatisfy({ done.contains(Int($0)) }) {
          best = min(best, search(now, running + [(now + costs[t], t)], done, waiting.subtracting([t])))
        }
      }
      if let next = running.map(\.0).min() {
        let finished = running.filter { $0.0 == next }.map(\.1)
        best = min(
          best, search(next, running.filter { $0.0 > next }, done.union(finished), waiting))
      }
      return best
    }
    return search(0, [], [], Set(0..<graph.count))
  }

  @Test(
    "lies between the least possible and Graham's bound, and the lower bound below both", arguments: 0..<12)
  func optimal(seed: Int) {
    let block = randomTransactions(5, locations: 3 + seed % 5, accesses: 2, maximumCost: 9, seed: seed)
    let schedule = Schedule.ordered(block)
    for workers in 1...3 {
      let least = optimum(schedule.graph, schedule.costs, workers: workers)
      let simulated = Simulator(schedule).makespan(workers: workers)
      #expect(schedule.bounds.makespan(workers: workers) <= least)
      #expect(least <= simulated)
      #expect(workers * simulated <= (2 * workers - 1) * least)
    }
  }

  @Test("one worker takes the total, and no number of workers beats the bound", arguments: 0..<20)
  func bounds(seed: Int) {
    let block = randomTransactions(120, locations: 5 + seed * 3, unknownPercent: seed % 3, seed: seed)
    let schedule = Schedule.ordered(block)
    let simulator = Simulator(schedule)
    #expect(simulator.makespan(workers: 1) == schedule.bounds.total)
    #expect(simulator.makespanWithBarriers(workers: 1) == schedule.bounds.total)
    #expect(simulator.makespan(workers: 0) == schedule.bounds.total)
    for workers in 1...64 {
      let bound = schedule.bounds.makespan(workers: workers)
      for dispatch in Simulator.Dispatch.allCases {
        #expect(simulator.makespan(workers: workers, dispatch: dispatch) >= bound)
        #expect(simulator.makespanWithBarriers(workers: workers, dispatch: dispatch) >= bound)
      }
    }
    #expect(simulator.makespan(workers: block.count) == schedule.bounds.criticalPath)
  }

  @Test("measured costs take the place of planned ones, priorities stay")
  func measured() {
    // Two independent chains of two; the plan takes the first for the longer one.
    let block = [
      transaction(writes: [1], cost: 9), transaction(writes: [2], cost: 1), transaction(reads: [1], cost: 9),
      transaction(reads: [2], cost: 1),
    ]
    let schedule = Schedule.ordered(block)
    let simulator = Simulator(schedule, costs: [1, 10, 1, 10])
    #expect(simulator.makespan(workers: 1) == 22)
    #expect(simulator.makespan(workers: 2) == 20)
    #expect(simulator.makespanWithBarriers(workers: 2) == 20)
    #expect(simulator.speedUp(workers: 2) == 1.1)
    #expect(Simulator(schedule, costs: [.max]).makespan(workers: 1) == ScheduledTransaction.costLimit)
  }

  @Test("an empty list takes no time")
  func empty() {
    let schedule = Schedule.ordered([])
    #expect(Simulator(schedule).makespan(workers: 4) == 0)
    #expect(Simulator(schedule).makespanWithBarriers(workers: 4) == 0)
    #expect(Simulator(schedule).speedUp(workers: 4) == 1)
    #expect(schedule.waves.count == 0)
  }

  @Test("huge costs are clamped and do not overflow")
  func huge() {
    let block = (0..<100).map { _ in ScheduledTransaction(access: nil, cost: UInt64.max) }
    let schedule = Schedule.ordered(block)
    #expect(schedule.bounds.criticalPath == 100 * ScheduledTransaction.costLimit)
    #expect(Simulator(schedule).makespan(workers: 64) == 100 * ScheduledTransaction.costLimit)
    #expect(ScheduledTransaction(access: nil, cost: -5).cost == 0)
  }
}

@Suite("Simulation with what sharing costs")
struct DispatchOverheadTests {
  private func independent(_ count: Int, cost: Int) -> Schedule {
    Schedule.ordered(
      (0..<count).map { _ in
        ScheduledTransaction(access: AccessSet(reads: [], writes: [], adds: []), cost: cost)
      })
  }

  @Test("each transaction takes longer by a constant and by a share of its cost, on any number of workers")
  func eachTransaction() {
    let simulator = Simulator(independent(10, cost: 1000))
    let overhead = DispatchOverhead(startUp: 0, perTransaction: 7, perMille: 50)
    #expect(simulator.makespan(workers: 1, overhead: overhead) == 10 * 1057)
    #expect(simulator.makespan(workers: 2, overhead: overhead) == 5 * 1057)
  }

  @Test("what others depend on takes longer, and so does what depends on others")
  func handover() {
    let slot = Location.balance(Address.zero)
    let writes = [true, false, true, false].map { isLinked in
      AccessSet(reads: isLinked ? [slot] : [], writes: isLinked ? [slot] : [], adds: [])
    }
    let schedule = Schedule.ordered(writes.map { ScheduledTransaction(access: $0, cost: 1000) })
    let overhead = DispatchOverhead(startUp: 0, perTransaction: 5, perHandover: 30)
    #expect(Simulator(schedule).makespan(workers: 1, overhead: overhead) == 4 * 1005 + 2 * 30)
    #expect(Simulator(schedule).makespan(workers: 4, overhead: overhead) == 2 * 1035)
  }

  @Test("workers that wake up late do less, and none of them makes the run longer")
  func startUp() {
    let simulator = Simulator(independent(10, cost: 100))
    #expect(
      simulator.makespan(workers: 2, overhead: DispatchOverhead(startUp: 400, perTransaction: 0)) == 700)
    #expect(
      simulator.makespan(workers: 2, overhead: DispatchOverhead(startUp: 5000, perTransaction: 0)) == 1000)
    #expect(simulator.makespan(workers: 2, overhead: .none) == simulator.makespan(workers: 2))
  }
}
