import AccessAnalysis
import ConflictScheduling
import EVM
import EVMState
import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("Storage increments are added up")
struct IncrementTests {
  /// A block of increments of few slots, by many senders, with a balance reader and a toggler in between.
  private func block(seed: UInt64, count: Int, others: Bool) -> RandomBlock {
    var random = RandomBlock(seed: seed, count: others ? 30 : 0, accounts: 20)
    var draw = SplitMix64(seed: seed)
    let counter = Address(0x2_0000)
    random.state.set(
      counter, nonce: 1, balance: 100, code: RandomBlock.counter,
      storage: [0: 7, 1: 5, 2: 1, 3: UInt256.max &- UInt256(draw.next(200))])
    for number in 0..<UInt64(count) {
      let sender = Address(0x5_0000 + number)
      random.state.set(sender, nonce: 0, balance: UInt256(UInt64.max), code: [], storage: [:])
      // Which slot grows, by how much (once in a while to zero), and which one is looked at: a slot in which others add up,
      // or one of their own.
      let looked = draw.next(4) == 0 ? draw.next(4) : 100 + number
      let data =
        UInt256(draw.next(4)).bigEndianBytes + UInt256(draw.next(9)).bigEndianBytes
        + UInt256(looked).bigEndianBytes
      let place = Int(draw.next(UInt64(random.block.transactions.count) + 1))
      random.block.transactions.insert(
        Transaction(gasPrice: 10, gasLimit: 100_000, to: counter, data: data), at: place)
      random.senders.insert(sender, at: place)
    }
    return random
  }

  private func predictions(_ random: RandomBlock) throws -> [Prediction] {
    let processor = random.processor
    let state = MemoryState(base: random.state)
    var machine = processor.makeMachine(on: state)
    try processor.begin(&machine, on: state)
    return processor.block.transactions.indices.map { index in
      AccessAnalyzer().predict(
        processor.block.transactions[index], from: processor.senders[index],
        environment: processor.environment, state: state
      ).prediction
    }
  }

  @Test("and give the serial result, whatever the order and whoever looks", arguments: 700..<712)
  func sameResult(seed: UInt64) throws {
    let random = block(seed: seed, count: 80, others: seed % 2 == 0)
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(random.processor, on: random.state)
    let predictions = try predictions(random)
    #expect(predictions.contains { !$0.increments.isEmpty })
    let planner = BlockPlanner(random.processor, on: random.state)
    let schedule = Schedule.ordered(planner.transactions(predictions, addsUp: true), workers: 4)
    let plan = ExecutionPlan(schedule, predictions: predictions, on: random.state)
    for kind in [ExecutorKind.dataflow, .waves] {
      for threads in [1, 2, 4, 8] {
        for disturbance in 0..<4 as Range<UInt64> {
          let perturbation = Perturbation(seed: seed &* 31 &+ disturbance)
          let executor = BlockExecutor(
            kind: kind, threads: threads, adapts: false, perturbation: disturbance == 0 ? nil : perturbation)
          let run = try executor.run(
            random.processor, on: random.state, plan: disturbance == 0 ? plan : perturbation.disturbed(plan))
          try ExecutorTests.expectSame(serial, run, "seed \(seed), \(kind), \(threads), \(disturbance)")
        }
      }
    }
  }

  private let counter = Address(0x2_0000)

  /// Sixty transactions that add 1, 2, 3, … to one slot, which holds `start` before.
  private func sums(from start: UInt256) -> RandomBlock {
    var random = RandomBlock(seed: 1, count: 0, accounts: 1)
    random.state.set(counter, nonce: 1, balance: 0, code: RandomBlock.counter, storage: [0: start, 9: 1])
    for number in 0..<60 as Range<UInt64> {
      let sender = Address(0x5_0000 + number)
      random.state.set(sender, nonce: 0, balance: UInt256(UInt64.max), code: [], storage: [:])
      random.block.transactions.append(
        Transaction(
          gasPrice: 10, gasLimit: 100_000, to: counter,
          data: UInt256.zero.bigEndianBytes + UInt256(number + 1).bigEndianBytes
            + UInt256(9 as UInt64).bigEndianBytes))
      random.senders.append(sender)
    }
    return random
  }

  @Test("but what cannot add to what is there before the block waits for whoever changes that")
  func waitsForWhatIsMissing() throws {
    // What holds behind the first transaction does not before it: setting an empty slot costs more.
    let predictions = try predictions(sums(from: 1))
    #expect(predictions.allSatisfy { $0.increments.count == 1 })
    let random = sums(from: 0)
    let planner = BlockPlanner(random.processor, on: random.state)
    let schedule = Schedule.ordered(planner.transactions(predictions, addsUp: true), workers: 4)
    #expect(schedule.waves.count == 60)
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(random.processor, on: random.state)
    let run = try BlockExecutor(kind: .dataflow, threads: 2, adapts: false).run(
      random.processor, on: random.state, plan: ExecutionPlan(schedule, predictions: predictions))
    try ExecutorTests.expectSame(serial, run, "from zero")
    #expect(run.mispredictions == 0)
  }

  @Test("without running anything again that only adds, all in one wave", arguments: [false, true])
  func nothingRunsAgain(asksForFeeRecipient: Bool) throws {
    let random = sums(from: 1)
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(random.processor, on: random.state)
    var predictions = try predictions(random)
    if asksForFeeRecipient {
      // The first transaction makes it.
      let isAlive = Condition(.liveness(random.processor.environment.coinbase), is: .one)
      for index in predictions.indices.dropFirst() { predictions[index].conditions.append(isAlive) }
    }
    let planner = BlockPlanner(random.processor, on: random.state)
    let schedule = Schedule.ordered(planner.transactions(predictions, addsUp: true), workers: 4)
    #expect(schedule.waves.count == 1)
    #expect(Schedule.ordered(planner.transactions(predictions), workers: 4).waves.count == 60)
    let plan = ExecutionPlan(schedule, predictions: predictions)
    for threads in [1, 2, 8] {
      let run = try BlockExecutor(kind: .dataflow, threads: threads, adapts: false).run(
        random.processor, on: random.state, plan: plan)
      try ExecutorTests.expectSame(serial, run, "\(threads) threads")
      #expect(run.mispredictions == 0)
      #expect(try run.state.storage(counter, 0) == UInt256(1 + 60 * 61 / 2 as UInt64))
    }
  }
}
