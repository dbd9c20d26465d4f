import ConflictScheduling
import EVM
import EVMState
import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("Perturbed runs give the serial result")
struct PerturbationTests {
  /// The plan with a share of its dependencies left out, as many invented, and its priorities drawn by lot.
  private static func perturbed(
    _ schedule: Schedule, missing: UInt64, wrong: UInt64, shuffles: Bool, _ random: inout SplitMix64
  ) -> ExecutionPlan {
    let count = schedule.count
    var predecessors: [[Int32]] = []
    for index in 0..<count {
      var row = schedule.graph.predecessors[index].filter { _ in random.next(100) >= missing }
      if index > 0, random.next(100) < wrong {
        let invented = Int32(random.next(UInt64(index)))
        if !row.contains(invented) { row.append(invented) }
      }
      predecessors.append(Array(row))
    }
    return ExecutionPlan(
      predecessors: CompactRows(predecessors),
      priorities: schedule.priorities.map { shuffles ? Int(random.next(1000)) : $0 })
  }

  @Test(
    "with missing and wrong dependencies at rates from none to all, and the ready transactions in any order",
    arguments: [0, 10, 50, 100] as [UInt64], [0, 25, 100] as [UInt64])
  func wrongPlans(missing: UInt64, wrong: UInt64) throws {
    for seed in 0..<8 as Range<UInt64> {
      var random = SplitMix64(seed: seed &* 1_000_003 &+ missing &* 101 &+ wrong)
      let block = RandomBlock(seed: 200 + seed, count: 40, accounts: seed % 2 == 0 ? 3 : 12)
      let serial = try BlockExecutor(kind: .serial, threads: 1).run(block.processor, on: block.state)
      let schedule = Schedule.ordered(
        serial.result.transactions.map {
          ScheduledTransaction(access: $0.effects.accessSet, cost: $0.gasUsed)
        })
      for threads in [1, 2, 5, 16] {
        let plan = Self.perturbed(
          schedule, missing: missing, wrong: wrong, shuffles: threads != 2, &random)
        let executor = BlockExecutor(
          kind: .dataflow, threads: threads, adapts: false, perturbation: Perturbation(seed: seed))
        let run = try executor.run(block.processor, on: block.state, plan: plan)
        try ExecutorTests.expectSame(
          serial, run, "seed \(seed), \(threads) threads, \(missing) % missing, \(wrong) % wrong")
        // What the committer sees is final: nothing runs more than twice.
        #expect(run.executions <= 2 * serial.executions)
      }
    }
  }

  @Test("with reads delayed at random places", arguments: 300..<306)
  func delays(seed: UInt64) throws {
    let block = RandomBlock(seed: seed, count: 40, accounts: 6)
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(block.processor, on: block.state)
    for kind in ExecutorKind.allCases {
      for threads in [2, 7, 16] {
        let slow = DisturbedState(block.state, stallsEvery: 7)
        let run = try BlockExecutor(kind: kind, threads: threads, adapts: false).run(
          block.processor, on: slow, plan: seed % 2 == 0 ? nil : ExecutorTests.actualPlan(serial))
        try ExecutorTests.expectSame(serial, run, "seed \(seed), \(kind), \(threads) threads")
      }
    }
  }

  @Test("or the same error, whatever read it is that fails and whoever comes across it", arguments: 0..<20)
  func failures(seed: UInt64) throws {
    let block = RandomBlock(seed: 400 + seed, count: 30, accounts: 8)
    var random = SplitMix64(seed: seed)
    let before = try block.state.firstDifference(from: MemoryState(copying: block.state))
    for kind in ExecutorKind.allCases {
      let failing = DisturbedState(
        block.state, stallsEvery: seed % 2 == 0 ? 7 : .max, failsAt: Int(random.next(20)))
      #expect(throws: BlockError.state(Perturbation.failure)) {
        _ = try BlockExecutor(kind: kind, threads: 4, adapts: false).run(block.processor, on: failing)
      }
    }
    #expect(before == nil)
  }

  @Test("an executor is used for block after block")
  func reuse() throws {
    for kind in ExecutorKind.allCases {
      let executor = BlockExecutor(kind: kind, threads: 4, adapts: false)
      for seed in 500..<508 as Range<UInt64> {
        let block = RandomBlock(seed: seed, count: 30, accounts: 5)
        let serial = try BlockExecutor(kind: .serial, threads: 1).run(block.processor, on: block.state)
        try ExecutorTests.expectSame(
          serial, try executor.run(block.processor, on: block.state), "\(kind), seed \(seed)")
      }
    }
  }
}
