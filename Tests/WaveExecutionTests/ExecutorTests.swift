import AccessAnalysis
import ConflictScheduling
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Foundation
import Testing

@testable import WaveExecution

@Suite("Every executor gives the serial result")
struct ExecutorTests {
  /// The serial run, and what a run by any other executor must equal.
  static func expectSame(_ a: BlockRun, _ b: BlockRun, _ comment: Comment) throws {
    #expect(a.result.transactions.map(\.succeeded) == b.result.transactions.map(\.succeeded), comment)
    #expect(a.result.transactions.map(\.gasUsed) == b.result.transactions.map(\.gasUsed), comment)
    #expect(a.result.transactions.map(\.logs) == b.result.transactions.map(\.logs), comment)
    #expect(
      a.result.transactions.map(\.effects.accessSet) == b.result.transactions.map(\.effects.accessSet),
      comment)
    #expect(a.result.transactions.map(found) == b.result.transactions.map(found), comment)
    #expect(a.result.gas == b.result.gas, comment)
    #expect(a.result.accessList == b.result.accessList, comment)
    #expect(a.result.requests == b.result.requests, comment)
    #expect(try a.state.firstDifference(from: b.state) == nil, comment)
  }

  /// What a transaction found of each account and left there.
  private static func found(_ result: TransactionResult) -> [Address: [Account?]] {
    Dictionary(
      uniqueKeysWithValues: result.effects.accounts.map {
        ($0.address, [$0.before, $0.applied(to: $0.before)])
      })
  }

  /// The state that a block access list leads to without running anything, which is what EIP-7928 is for.
  static func replay(_ list: BlockAccessList, on base: MemoryState) throws -> MemoryState {
    let state = MemoryState(base: base)
    for changes in list.accounts {
      var account = try base.account(changes.address) ?? Account()
      if let balance = changes.balanceChanges.last { account.balance = balance.value }
      if let nonce = changes.nonceChanges.last { account.nonce = nonce.value }
      if let code = changes.codeChanges.last {
        account.codeHash = code.value.isEmpty ? .emptyCode : state.insert(code: code.value)
      }
      state.set(changes.address, account.isEmpty ? nil : account, wipesStorage: false)
      for slot in changes.storageChanges {
        if let last = slot.changes.last { try state.set(changes.address, slot.slot, last.value) }
      }
    }
    return state
  }

  static func actualPlan(_ run: BlockRun) -> ExecutionPlan {
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
        let executor = BlockExecutor(kind: kind, threads: threads, adapts: false)
        for plan in [nil, Self.actualPlan(serial)] {
          let run = try executor.run(random.processor, on: random.state, plan: plan)
          try Self.expectSame(serial, run, "seed \(seed), \(kind), \(threads) threads, plan \(plan != nil)")
        }
      }
    }
  }

  @Test("under Amsterdam's rules, block access list included", arguments: 40..<46)
  func amsterdam(seed: UInt64) throws {
    let random = RandomBlock(seed: seed, count: 60, accounts: seed % 3 == 0 ? 2 : 9, fork: .amsterdam)
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(random.processor, on: random.state)
    #expect(serial.result.gas.state > 0)
    #expect(
      try Self.replay(serial.result.accessList, on: random.state).firstDifference(from: serial.state) == nil)
    for kind in ExecutorKind.allCases {
      for threads in [1, 2, 4] {
        let executor = BlockExecutor(kind: kind, threads: threads, adapts: false)
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
      let slow = DisturbedState(random.state, stallsEvery: 7)
      let run = try BlockExecutor(kind: kind, threads: 4, adapts: false).run(random.processor, on: slow)
      try Self.expectSame(serial, run, "seed \(seed), \(kind)")
    }
  }

  @Test("or the error of a state that fails, at whatever read that is", arguments: [0, 3, 10, 25])
  func failingState(reads: Int) throws {
    let random = RandomBlock(seed: 99, count: 40, accounts: 30)
    for kind in ExecutorKind.allCases {
      for threads in [1, 4] {
        let failing = DisturbedState(random.state, failsAt: reads)
        #expect(throws: BlockError.state(Perturbation.failure)) {
          _ = try BlockExecutor(kind: kind, threads: threads, adapts: false).run(
            random.processor, on: failing)
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
          _ = try BlockExecutor(kind: kind, threads: threads, adapts: false).run(
            random.processor, on: random.state)
        }
      }
    }
  }

  @Test("the fee recipient may send transactions itself")
  func coinbaseSends() throws {
    for seed in 30..<36 as Range<UInt64> {
      var random = RandomBlock(seed: seed, count: 40, accounts: 3)
      random.block.header.coinbase = Address(0x1_0001)
      let serial = try BlockExecutor(kind: .serial, threads: 1).run(random.processor, on: random.state)
      for kind in ExecutorKind.allCases {
        for threads in [1, 4] {
          let run = try BlockExecutor(kind: kind, threads: threads, adapts: false).run(
            random.processor, on: random.state)
          try Self.expectSame(serial, run, "seed \(seed), \(kind), \(threads) threads")
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
        _ = try BlockExecutor(kind: kind, threads: 4, adapts: false).run(random.processor, on: random.state)
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
    let cycle = ExecutionPlan(predecessors: ring, priorities: Array(repeating: 1, count: count))
    for kind in [ExecutorKind.waves, .dataflow] {
      for plan in [tooShort, cycle] {
        let run = try BlockExecutor(kind: kind, threads: 3, adapts: false).run(
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
    let run = try BlockExecutor(kind: .dataflow, threads: 4, adapts: false).run(
      random.processor, on: random.state, plan: ExecutionPlan(schedule))
    try Self.expectSame(serial, run, "chain")
    #expect(run.mispredictions == 0)
    #expect(try run.state.account(sender)?.nonce == 50)
  }

  @Test(
    "a chain, and a block too small to share, run on one thread; independent work on as many as it keeps busy"
  )
  func threadsFitTheBlock() throws {
    func threads(_ senders: Int, _ count: Int, nanoseconds: Int = 30_000) throws -> Int {
      var random = RandomBlock(seed: 1, count: 0, accounts: 1)
      for sender in 0..<senders {
        let address = Address(0x1_0000 + UInt64(sender))
        random.state.set(address, nonce: 0, balance: UInt256(UInt64.max), code: [], storage: [:])
        for nonce in 0..<UInt64(count / senders) {
          random.block.transactions.append(
            Transaction(nonce: nonce, gasPrice: 10, gasLimit: 100_000, to: Address(0x2_0000), value: 5))
          random.senders.append(address)
        }
      }
      let chained = random.senders.map { sender in
        let place = [Location.nonce(sender)]
        return ScheduledTransaction(
          access: AccessSet(reads: place, writes: place, adds: []), cost: nanoseconds)
      }
      let plan = ExecutionPlan(Schedule.ordered(chained), workers: 8, unit: .nanoseconds)
      return try BlockExecutor(kind: .dataflow, threads: 8).run(
        random.processor, on: random.state, plan: plan
      ).threads
    }
    #expect(try threads(1, 30) == 1)
    #expect(try threads(4, 4, nanoseconds: 10_000) == 1)
    #expect(try threads(2, 30) == 3)
    #expect(try threads(10, 30) == 8)
    #expect(try threads(10, 30, nanoseconds: 1000) == 1)
  }

  @Test("an executor that adapts, beginning serially and sharing the rest", arguments: 600..<608)
  func adaptingExecutors(seed: UInt64) throws {
    let random = RandomBlock(seed: seed, count: 400, accounts: seed % 2 == 0 ? 4 : 60)
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(random.processor, on: random.state)
    let executor = BlockExecutor(kind: .dataflow, threads: 3)
    let asked = BlockPredictor(nanosecondsPerTransaction: 1) { index, _ in
      Prediction(trust: .speculative, access: serial.result.transactions[index].effects.accessSet)
    }
    let late = BlockPredictor { _, _ in
      usleep(300)
      return Prediction(trust: .unknown, access: AccessSet(reads: [], writes: [], adds: []))
    }
    for predictor in [nil, asked, late] {
      let run = try executor.run(random.processor, on: random.state, predictor: predictor)
      try Self.expectSame(serial, run, "seed \(seed), \(run.way)")
      #expect(run.way != .serial || run.threads == 1)
    }
    let planned = try executor.run(random.processor, on: random.state, plan: Self.actualPlan(serial))
    try Self.expectSame(serial, planned, "seed \(seed), planned")
  }

  @Test("a chain run without a plan is taken over: little of it runs twice")
  func chainsAreTakenOver() throws {
    var random = RandomBlock(seed: 1, count: 0, accounts: 1)
    for number in 0..<200 as Range<UInt64> {
      let sender = Address(0x1_0000 + number)
      random.state.set(sender, nonce: 0, balance: UInt256(UInt64.max), code: [], storage: [:])
      random.block.transactions.append(
        Transaction(
          gasPrice: 10, gasLimit: 100_000, to: Address(0x2_0000),
          data: UInt256.zero.bigEndianBytes + UInt256(1 as UInt64).bigEndianBytes
            + UInt256.zero.bigEndianBytes))
      random.senders.append(sender)
    }
    random.state.set(Address(0x2_0000), nonce: 1, balance: 0, code: RandomBlock.counter, storage: [0: 1])
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(random.processor, on: random.state)
    for threads in [2, 4, 8] {
      // All are slowed down alike, so that they run side by side whatever else the machine does.
      let slow = DisturbedState(random.state, stallsEvery: 7)
      let run = try BlockExecutor(kind: .dataflow, threads: threads, adapts: false).run(
        random.processor, on: slow)
      try Self.expectSame(serial, run, "\(threads) threads")
      #expect(try run.state.storage(Address(0x2_0000), 0) == 201)
    }
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
