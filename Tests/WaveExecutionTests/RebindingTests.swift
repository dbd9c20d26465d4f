import AccessAnalysis
import ConflictScheduling
import EVM
import EVMState
import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("Transactions are bound again whose predictions rest on values that are no more")
struct RebindingTests {
  /// With one word n: multiplies slot 0x100 + n / d by three and adds one, where slot 0 holds d. With two words: sets d to
  /// the second.
  private static let router: Bytes = [
    0x36, 0x60, 0x40, 0x14, 0x60, 0x1D, 0x57,  // if calldatasize == 64 goto 29
    0x60, 0x00, 0x54, 0x60, 0x00, 0x35, 0x04, 0x61, 0x01, 0x00, 0x01,  // k = 0x100 + n / sload(0)
    0x80, 0x54, 0x60, 0x03, 0x02, 0x60, 0x01, 0x01, 0x90, 0x55, 0x00,  // sstore(k, 3 sload(k) + 1)
    0x5B, 0x60, 0x20, 0x35, 0x60, 0x00, 0x55, 0x00,  // 29: sstore(0, calldataload(32))
  ]
  private static let address = Address(0x2_0100)

  /// Jobs for the router; `settings` says which transactions change d instead, and to what.
  private static func block(seed: UInt64 = 0, jobs: Int, others: Int = 0, settings: [Int: UInt64])
    -> RandomBlock
  {
    var random = RandomBlock(seed: seed, count: others, accounts: 6)
    random.state.set(address, nonce: 1, balance: 0, code: router, storage: [0: 1])
    var draw = SplitMix64(seed: seed)
    for number in 0..<jobs {
      let sender = Address(0x5_0000 + UInt64(number))
      random.state.set(sender, nonce: 0, balance: UInt256(UInt64.max), code: [], storage: [:])
      let job = UInt256(UInt64(number)).bigEndianBytes
      let data = settings[number].map { job + UInt256($0).bigEndianBytes } ?? job
      let place = others == 0 ? number : Int(draw.next(UInt64(random.block.transactions.count) + 1))
      random.block.transactions.insert(
        Transaction(gasPrice: 10, gasLimit: 100_000, to: address, data: data), at: place)
      random.senders.insert(sender, at: place)
    }
    return random
  }

  private static func opening(_ random: RandomBlock) throws -> MemoryState {
    let state = MemoryState(base: random.state)
    var machine = random.processor.makeMachine(on: state)
    try random.processor.begin(&machine, on: state)
    return state
  }

  private static func predictor(_ random: RandomBlock) -> BlockPredictor {
    let analyzer = AccessAnalyzer()
    let processor = random.processor
    return BlockPredictor { index, state in
      analyzer.predict(
        processor.block.transactions[index], from: processor.senders[index],
        environment: processor.environment, state: state
      ).prediction
    }
  }

  /// A plan from predictions of each transaction on the state before the block.
  private static func plan(
    _ random: RandomBlock, _ predictor: BlockPredictor, madeOn origin: ExecutionPlan.Origin = .opening
  ) throws -> ExecutionPlan {
    let state = try opening(random)
    let predictions = random.block.transactions.indices.map { predictor.predict($0, state) }
    let planner = BlockPlanner(random.processor, on: state)
    return ExecutionPlan(
      Schedule.ordered(planner.transactions(predictions, addsUp: true), workers: 4),
      predictions: predictions, madeOn: origin)
  }

  private static func serial(_ random: RandomBlock) throws -> BlockRun {
    try BlockExecutor(kind: .serial, threads: 1).run(random.processor, on: random.state)
  }

  @Test("and the result is serial's on 1 to 16 threads, disturbed or not", arguments: 800..<808)
  func sameResult(seed: UInt64) throws {
    var draw = SplitMix64(seed: seed)
    var settings: [Int: UInt64] = [:]
    for _ in 0..<(1 + draw.next(8)) { settings[Int(draw.next(60))] = draw.next(20) }
    let random = Self.block(seed: seed, jobs: 60, others: seed % 2 == 0 ? 0 : 40, settings: settings)
    let serial = try Self.serial(random)
    let predictor = Self.predictor(random)
    let plans = try [Self.plan(random, predictor), Self.plan(random, predictor, madeOn: .other)]
    for kind in [ExecutorKind.dataflow, .waves] {
      for threads in [1, 2, 3, 8, 16] {
        for disturbance in 0..<6 as Range<UInt64> {
          let perturbation = Perturbation(seed: seed &* 37 &+ disturbance)
          let isDisturbed = disturbance > 1
          let plan = plans[Int(disturbance % 2)]
          let executor = BlockExecutor(
            kind: kind, threads: threads, adapts: false, perturbation: isDisturbed ? perturbation : nil)
          let run = try executor.run(
            random.processor, on: random.state, plan: isDisturbed ? perturbation.disturbed(plan) : plan,
            predictor: isDisturbed ? perturbation.disturbed(predictor, count: plan.count) : predictor)
          try ExecutorTests.expectSame(serial, run, "seed \(seed), \(kind), \(threads), \(disturbance)")
          #expect(run.executions <= 2 * serial.executions)
        }
      }
    }
  }

  @Test("and so nothing runs in vain, on one thread, in whatever order the plan has it")
  func fewerExecutions() throws {
    let count = 80
    let random = Self.block(jobs: count, settings: [0: 20])
    let serial = try Self.serial(random)
    let predictor = Self.predictor(random)
    let known = try Self.plan(random, predictor)
    let waves = (0..<count).map { $0 == 0 ? 0 : Int32(1 + (count - $0) / 8) }
    for (kind, plan) in [
      (ExecutorKind.dataflow, Self.backwards(count, known.basis)),
      (.waves, Self.backwards(count, known.basis, waves)),
    ] {
      let executor = BlockExecutor(kind: kind, threads: 1, adapts: false)
      let without = try executor.run(random.processor, on: random.state, plan: plan)
      try ExecutorTests.expectSame(serial, without, "\(kind) without")
      #expect(without.rebindings == 0)
      #expect(without.mispredictions > 0)
      let with = try executor.run(random.processor, on: random.state, plan: plan, predictor: predictor)
      try ExecutorTests.expectSame(serial, with, "\(kind) with")
      #expect(with.rebindings > 0)
      #expect(with.mispredictions == 0)
    }
  }

  /// Everything waits for the first one, and the last comes first. Such transactions take long enough to spend time on them.
  private static func backwards(_ count: Int, _ basis: PlanBasis?, _ waveOf: [Int32]? = nil) -> ExecutionPlan
  {
    let cost: Int = 1 << 25
    return ExecutionPlan(
      predecessors: CompactRows((0..<count).map { $0 == 0 ? [] : [0] as [Int32] }),
      priorities: (0..<count).map { 1000 * cost * ($0 == 0 ? 10 : $0) },
      costs: Array(repeating: cost, count: count), waveOf: waveOf, basis: basis)
  }

  @Test("but not where they were made in order, as long as nothing has run in vain")
  func inOrder() throws {
    let count = 80
    let random = Self.block(jobs: count, settings: [0: 20])
    let serial = try Self.serial(random)
    let predictor = Self.predictor(random)
    let known = try Self.plan(random, predictor, madeOn: .inOrder)
    let executor = BlockExecutor(kind: .dataflow, threads: 1, adapts: false)
    let run = try executor.run(
      random.processor, on: random.state, plan: Self.backwards(count, known.basis), predictor: predictor)
    try ExecutorTests.expectSame(serial, run, "backwards")
    #expect(run.rebindings == 0)
    #expect(run.mispredictions > 0)
    // In block order it shows at once what runs in vain.
    for threads in [1, 2, 5] {
      let executor = BlockExecutor(kind: .dataflow, threads: threads, adapts: false)
      let run = try executor.run(random.processor, on: random.state, plan: known, predictor: predictor)
      try ExecutorTests.expectSame(serial, run, "\(threads) threads")
    }
  }

  @Test("also where the plan is older than the block")
  func olderPlan() throws {
    let random = Self.block(jobs: 80, settings: [:])
    let predictor = Self.predictor(random)
    let plan = try Self.plan(random, predictor, madeOn: .other)
    let blind = try Self.plan(random, predictor, madeOn: .opening)
    var later = random
    later.state = MemoryState(copying: random.state)
    try later.state.set(Self.address, 0, 1000)
    let serial = try Self.serial(later)
    for kind in [ExecutorKind.dataflow, .waves] {
      for threads in [2, 8] {
        let executor = BlockExecutor(kind: kind, threads: threads, adapts: false)
        let run = try executor.run(later.processor, on: later.state, plan: plan, predictor: predictor)
        try ExecutorTests.expectSame(serial, run, "\(kind), \(threads)")
        let unseen = try executor.run(later.processor, on: later.state, plan: blind, predictor: predictor)
        try ExecutorTests.expectSame(serial, unseen, "\(kind), \(threads), not looking")
      }
    }
  }

  @Test("but not where everything it hangs on is as it was")
  func nothingBroken() throws {
    let random = Self.block(jobs: 60, settings: [30: 1])
    let serial = try Self.serial(random)
    let predictor = Self.predictor(random)
    for origin in [ExecutionPlan.Origin.opening, .other] {
      let plan = try Self.plan(random, predictor, madeOn: origin)
      for threads in [1, 4] {
        let run = try BlockExecutor(kind: .dataflow, threads: threads, adapts: false).run(
          random.processor, on: random.state, plan: plan, predictor: predictor)
        try ExecutorTests.expectSame(serial, run, "\(threads)")
        #expect(run.rebindings == 0)
        #expect(run.mispredictions == 0)
      }
    }
  }

  @Test("and a predictor that talks nonsense costs speed at most", arguments: 0..<6)
  func hostile(way: Int) throws {
    let random = Self.block(seed: 9, jobs: 70, others: 20, settings: [5: 10, 40: 3, 41: 7])
    let serial = try Self.serial(random)
    let honest = Self.predictor(random)
    let everything = (0..<2000 as Range<UInt64>).map { Location.storage(Self.address, UInt256($0)) }
    let count = random.block.transactions.count
    let predictor = BlockPredictor { index, state in
      switch way {
      case 0: return .unknown
      case 1: return Prediction(trust: .certain, access: .empty)
      // All need all others.
      case 2:
        return Prediction(trust: .certain, access: AccessSet(reads: everything, writes: everything, adds: []))
      // Never holds.
      case 3:
        return Prediction(
          trust: .conditional,
          access: AccessSet(reads: everything.prefix(300), writes: everything.prefix(300), adds: []),
          conditions: [Condition(.storage(Self.address, 0), is: .max)])
      // Someone else's, from the other end of the block.
      case 4: return honest.predict(count - 1 - index, state)
      // Looks where nobody does.
      default:
        for location in everything.prefix(500) { _ = try? state.word(at: location) }
        for location in everything.prefix(500) {
          _ = try? state.account(Address(0x77_0000 + location.slot.l0))
        }
        return honest.predict(index, state)
      }
    }
    for origin in [ExecutionPlan.Origin.opening, .other] {
      let plan = try Self.plan(random, honest, madeOn: origin)
      for kind in [ExecutorKind.dataflow, .waves] {
        for threads in [1, 2, 16] {
          for seed in 0..<2 as Range<UInt64> {
            let executor = BlockExecutor(
              kind: kind, threads: threads, adapts: false,
              perturbation: seed == 0 ? nil : Perturbation(seed: seed))
            let run = try executor.run(random.processor, on: random.state, plan: plan, predictor: predictor)
            try ExecutorTests.expectSame(serial, run, "way \(way), \(kind), \(threads) threads, seed \(seed)")
            #expect(run.executions <= 2 * serial.executions)
          }
        }
      }
    }
  }

  @Test("and a state that fails is reported, whoever comes across it", arguments: [0, 5, 20, 60])
  func failingState(reads: Int) throws {
    let random = Self.block(jobs: 70, settings: [0: 10])
    let predictor = Self.predictor(random)
    let plan = try Self.plan(random, predictor, madeOn: .other)
    for kind in [ExecutorKind.dataflow, .waves] {
      for threads in [1, 4] {
        let failing = DisturbedState(random.state, failsAt: reads)
        #expect(throws: BlockError.state(Perturbation.failure)) {
          _ = try BlockExecutor(kind: kind, threads: threads, adapts: false).run(
            random.processor, on: failing, plan: plan, predictor: predictor)
        }
      }
    }
  }
}
