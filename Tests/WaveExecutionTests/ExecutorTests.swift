import AccessAnalysis
import ConflictScheduling
import EVM
import EVMState
import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("Every executor gives the serial result")
struct ExecutorTests {
  /// The serial run, and what a run by any other executor must equal.
  private static func expectSame(_ a: BlockRun, _ b: BlockRun, _ comment: Comment) throws {
    #expect(a.result.transactions.map(\.succeeded) == b.result.transactions.map(\.succeeded), comment)
    #expect(a.result.transactions.map(\.gasUsed) == b.result.transactions.map(\.gasUsed), comment)
    #expect(a.result.transactions.map(\.logs) == b.result.transactions.map(\.logs), comment)
    #expect(
      a.result.transactions.map(\.effects.accessSet) == b.result.transactions.map(\.effects.accessSet),
      comment)
    #expect(a.result.gasUsed == b.result.gasUsed, comment)
    #expect(a.result.requests == b.result.requests, comment)
    #expect(try a.state.firstDifference(from: b.state) == nil, comment)
  }

  private static func actualPlan(_ run: BlockRun) -> ExecutionPlan {
    ExecutionPlan(
      Schedule.ordered(
        run.result.transactions.map { ScheduledTransaction(access: $0.effects.accessSet, cost: $0.gasUsed) }))
  }

  @Test("on random blocks, for any number of threads, with a perfect plan and with none", arguments: 0..<12)
  func randomBlocks(seed: UInt64) throws {
    let random = RandomBlock(seed: seed, count: 60, accounts: seed % 3 == 0 ? 2 : 9)
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(random.processor, on: random.state)
    #expect(serial.result.transactions.count == random.block.transactions.count)
    for kind in ExecutorKind.allCases {
      for threads in [1, 2, 4, 8] {
        let executor = BlockExecutor(kind: kind, threads: threads)
        for plan in [nil, Self.actualPlan(serial)] {
          let run = try executor.run(random.processor, on: random.state, plan: plan)
          try Self.expectSame(serial, run, "seed \(seed), \(kind), \(threads) threads, plan \(plan != nil)")
        }
      }
    }
  }

  @Test("when reads stall at random", arguments: 20..<24)
  func stallingState(seed: UInt64) throws {
    let random = RandomBlock(seed: seed, count: 40, accounts: 5)
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(random.processor, on: random.state)
    for kind in ExecutorKind.allCases {
      let slow = UnreliableState(random.state, failsAfter: nil, stalls: true)
      let run = try BlockExecutor(kind: kind, threads: 4).run(random.processor, on: slow)
      try Self.expectSame(serial, run, "seed \(seed), \(kind)")
    }
  }

  @Test("or the error of a state that fails, at whatever read that is", arguments: [0, 3, 10, 25, 60])
  func failingState(reads: Int) throws {
    let random = RandomBlock(seed: 99, count: 40, accounts: 30)
    for kind in ExecutorKind.allCases {
      for threads in [1, 4] {
        let failing = UnreliableState(random.state, failsAfter: reads, stalls: false)
        #expect(throws: BlockError.state(.unavailable("disk on fire"))) {
          _ = try BlockExecutor(kind: kind, threads: threads).run(random.processor, on: failing)
        }
      }
    }
  }

  @Test("or the error of the first invalid transaction")
  func invalidTransaction() throws {
    var random = RandomBlock(seed: 7, count: 40, accounts: 6)
    random.block.transactions[20].nonce += 1
    let expected = BlockError.transaction(
      index: 20,
      .nonceTooHigh(
        expected: random.block.transactions[20].nonce - 1, found: random.block.transactions[20].nonce))
    for kind in ExecutorKind.allCases {
      for threads in [1, 2, 8] {
        #expect(throws: expected) {
          _ = try BlockExecutor(kind: kind, threads: threads).run(random.processor, on: random.state)
        }
      }
    }
  }

  @Test("a sender that cannot pay in the end is found out in any order")
  func insolventSender() throws {
    var random = RandomBlock(seed: 3, count: 30, accounts: 3)
    // The last transaction asks for more than its sender can have left.
    random.block.transactions[random.block.transactions.count - 1].value = 2_000_000_000_000
    for kind in ExecutorKind.allCases {
      #expect {
        _ = try BlockExecutor(kind: kind, threads: 4).run(random.processor, on: random.state)
      } throws: { error in
        guard case BlockError.transaction(_, .insufficientFunds)? = error as? BlockError else { return false }
        return true
      }
    }
  }

  @Test("a plan for another block, or with a cycle, costs speed only")
  func uselessPlans() throws {
    let random = RandomBlock(seed: 5, count: 30, accounts: 4)
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(random.processor, on: random.state)
    let tooShort = ExecutionPlan.unconstrained(count: 3)
    let count = random.block.transactions.count
    let ring = CompactRows((0..<count).map { [Int32(($0 + 1) % count)] })
    let cycle = ExecutionPlan(
      predecessors: ring, successors: ring, priorities: Array(repeating: 1, count: count))
    for kind in [ExecutorKind.waves, .dataflow] {
      for plan in [tooShort, cycle] {
        let run = try BlockExecutor(kind: kind, threads: 3).run(
          random.processor, on: random.state, plan: plan)
        try Self.expectSame(serial, run, "\(kind)")
      }
    }
  }

  @Test("the transactions of one sender need not wait for each other")
  func senderChainsDissolve() throws {
    var random = RandomBlock(seed: 1, count: 0, accounts: 1)
    let sender = Address(0x1_0000)
    random.state.set(sender, nonce: 0, balance: UInt256(UInt64.max), code: [], storage: [:])
    for nonce in 0..<50 as Range<UInt64> {
      random.block.transactions.append(
        Transaction(nonce: nonce, gasPrice: 10, gasLimit: 21_000, to: Address(0x9_0000 + nonce), value: 5))
      random.senders.append(sender)
    }
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(random.processor, on: random.state)
    let predictions = serial.result.transactions.map {
      Prediction(trust: .certain, access: $0.effects.accessSet)
    }
    let planner = BlockPlanner(random.processor, on: random.state)
    let schedule = Schedule.ordered(planner.transactions(predictions))
    #expect(schedule.waves.count == 1)
    let run = try BlockExecutor(kind: .dataflow, threads: 4).run(
      random.processor, on: random.state, plan: ExecutionPlan(schedule))
    try Self.expectSame(serial, run, "chain")
    #expect(run.mispredictions == 0)
    #expect(try run.state.account(sender)?.nonce == 50)
  }

  @Test("a sender that might not afford all its transactions stays a chain")
  func poorSendersStayChains() throws {
    var random = RandomBlock(seed: 1, count: 0, accounts: 1)
    let sender = Address(0x1_0000)
    random.state.set(sender, nonce: 0, balance: 800_000, code: [], storage: [:])
    for nonce in 0..<2 as Range<UInt64> {
      random.block.transactions.append(
        Transaction(nonce: nonce, gasPrice: 10, gasLimit: 50_000, to: Address(0x9_0000 + nonce)))
      random.senders.append(sender)
    }
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(random.processor, on: random.state)
    let predictions = serial.result.transactions.map {
      Prediction(trust: .certain, access: $0.effects.accessSet)
    }
    let schedule = Schedule.ordered(
      BlockPlanner(random.processor, on: random.state).transactions(predictions))
    #expect(schedule.waves.count == 2)
  }
}
