import AccessAnalysis
import ConflictScheduling
import EVM
import EVMState
import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("Nobody looks for versions of what nothing is predicted to change")
struct RowFilterTests {
  @Test("a filter contains all its rows, and few others", arguments: [0, 1, 85, 86, 1000, 20_000])
  func contents(_ count: Int) {
    var random = SplitMix64(seed: UInt64(count))
    let rows = Set((0..<count).map { _ in Int32(random.next(1 << 24)) })
    let filter = RowFilter(rows)
    #expect(rows.allSatisfy { filter.view.mayContain(Int($0)) })
    let others = (0..<10_000).map { Int32($0 + (1 << 25)) }
    #expect(others.count { filter.view.mayContain(Int($0)) } < 1500)
  }

  /// The plan that follows from what the transactions did, a share of the changes left out.
  private func plan(
    _ block: RandomBlock, _ serial: BlockRun, forgetting percent: UInt64, _ random: inout SplitMix64
  ) -> ExecutionPlan {
    let predictions = serial.result.transactions.map { transaction in
      let actual = transaction.effects.accessSet
      let access = AccessSet(
        reads: actual.reads, writes: actual.writes.filter { _ in random.next(100) >= percent },
        adds: actual.adds.filter { _ in random.next(100) >= percent })
      return Prediction(trust: .speculative, access: access)
    }
    let schedule = Schedule.ordered(
      predictions.map { ScheduledTransaction(access: $0.access, cost: 1) }, workers: 4)
    return ExecutionPlan(schedule, predictions: predictions, on: block.state)
  }

  @Test(
    "and what is changed all the same is seen by everyone behind it", arguments: 0..<12,
    [0, 10, 50, 100] as [UInt64])
  func changesAgainstAllPredictions(seed: UInt64, forgotten: UInt64) throws {
    var random = SplitMix64(seed: seed &* 977 &+ forgotten)
    let block = RandomBlock(seed: 5000 + seed, count: 60, accounts: seed % 2 == 0 ? 4 : 15)
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(block.processor, on: block.state)
    let plan = plan(block, serial, forgetting: forgotten, &random)
    for threads in [1, 2, 5] {
      for disturbance in 0..<4 as Range<UInt64> {
        let executor = BlockExecutor(
          kind: .dataflow, threads: threads, adapts: false,
          perturbation: disturbance == 0 ? nil : Perturbation(seed: seed &* 31 &+ disturbance))
        let run = try executor.run(block.processor, on: block.state, plan: plan)
        try ExecutorTests.expectSame(
          serial, run, "seed \(seed), \(threads) threads, \(forgotten) % forgotten, \(disturbance)")
      }
    }
  }

  @Test(
    "by the plan for another state, too: rows are numbered otherwise there", arguments: 0..<6 as Range<UInt64>
  )
  func foreignRows(seed: UInt64) throws {
    let block = RandomBlock(seed: 6000 + seed, count: 60, accounts: 8)
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(block.processor, on: block.state)
    var random = SplitMix64(seed: seed)
    let plan = plan(block, serial, forgetting: 0, &random)
    // The same accounts in another order, behind some that nobody knows.
    let other = MemoryState()
    for number in 0..<20 as Range<UInt64> {
      other.set(Address(0x77_0000 + number), nonce: 1, balance: 1, code: [], storage: [1: 2])
    }
    for (address, entry) in block.state.entries.sorted(by: { $0.key.mixedBits < $1.key.mixedBits }) {
      guard let account = entry.account else { continue }
      other.set(address, account, storage: entry.storage)
    }
    for (hash, code) in block.state.codes { other.insert(code: code, hash: hash) }
    let executor = BlockExecutor(kind: .dataflow, threads: 3, adapts: false)
    let run = try executor.run(block.processor, on: other, plan: plan)
    #expect(run.result.transactions.map(\.gasUsed) == serial.result.transactions.map(\.gasUsed))
    #expect(
      run.result.transactions.map(\.effects.accessSet) == serial.result.transactions.map(\.effects.accessSet))
  }
}
