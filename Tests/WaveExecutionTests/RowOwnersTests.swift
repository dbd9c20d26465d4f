import AccessAnalysis
import ConflictScheduling
import EVM
import EVMState
import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("Versions are made, and looked for, only of what several transactions have to do with")
struct RowOwnersTests {
  @Test(
    "a row belongs to nobody, to one transaction or to all, in small states and large ones",
    arguments: [0, 1, 85, 1000], [1, 20])
  func owners(_ changed: Int, _ spread: Int) {
    var random = SplitMix64(seed: UInt64(changed + spread))
    let rows = max(changed * 2 * spread, 10)
    let owners = RowOwners(rows: rows, changed: changed)
    var users: [Int32: Set<Int>] = [:]
    for _ in 0..<changed {
      let row = Int32(random.next(UInt64(rows)))
      owners.noteChange(row, isShown: false)
      users[row] = []
    }
    for row in (0..<Int32(rows)) {
      for _ in 0..<random.next(3) {
        let index = Int(random.next(300))
        owners.noteUse(row, by: index)
        users[row]?.insert(index)
      }
      // Who changes it uses it.
      if users[row]?.isEmpty == true {
        owners.noteUse(row, by: 7)
        users[row] = [7]
      }
    }
    var exact = 0
    for row in 0..<Int32(rows) {
      for index in [7, 8, 150, 299] {
        let sharing = owners.view.sharing(Int(row), by: index)
        let expected: Sharing =
          switch users[row] {
          case nil: .constant
          case [index]: .own
          case .some(let users): users.count == 1 ? .foreign : .shared
          }
        if sharing == expected { exact += 1 }
        // Where rows share an answer, what is said of a changed one may be too careful, never too bold.
        if users[row] != nil { #expect(sharing == expected || sharing == .shared) }
      }
    }
    #expect(spread == 1 ? exact == rows * 4 : exact > rows * 2)
  }

  @Test("or to all where someone may look at anything, and where numbers are too large")
  func shown() {
    let owners = RowOwners(rows: 4, changed: 4)
    owners.noteChange(0, isShown: true)
    owners.noteUse(0, by: 1)
    #expect(owners.view.sharing(0, by: 1) == .shared)
    for (row, index) in [(1, 65_531), (2, 65_532), (3, 65_533)] {
      owners.noteChange(Int32(row), isShown: false)
      owners.noteUse(Int32(row), by: index)
    }
    #expect(owners.view.sharing(1, by: 65_531) == .own)
    #expect(owners.view.sharing(2, by: 65_532) == .own)
    #expect(owners.view.sharing(3, by: 65_533) == .shared)
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
    "what is changed against all predictions is seen by everyone behind it, and so is what is taken for another one's",
    arguments: 0..<12,
    [0, 10, 50, 100] as [UInt64])
  func changesAgainstAllPredictions(seed: UInt64, forgotten: UInt64) throws {
    var random = SplitMix64(seed: seed &* 977 &+ forgotten)
    let block = RandomBlock(seed: 5000 + seed, count: 60, accounts: [4, 15, 200][Int(seed % 3)])
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(block.processor, on: block.state)
    let plan = plan(block, serial, forgetting: forgotten, &random)
    for threads in [1, 2, 5] {
      for disturbance in 0..<4 as Range<UInt64> {
        let executor = BlockExecutor(
          kind: .dataflow, threads: threads, adapts: false,
          perturbation: disturbance == 0 ? nil : Perturbation(seed: seed &* 31 &+ disturbance))
        let wrong = disturbance == 0 ? plan : Perturbation(seed: seed &* 7 &+ disturbance).disturbed(plan)
        for plan in [plan, wrong] {
          let run = try executor.run(block.processor, on: block.state, plan: plan)
          try ExecutorTests.expectSame(
            serial, run, "seed \(seed), \(threads) threads, \(forgotten) % forgotten, \(disturbance)")
        }
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

  @Test("what is not below yet belongs to one transaction or to all, too, but for what shares an answer")
  func absent() throws {
    let state = MemoryState()
    state.set(Address(1), nonce: 1, balance: 1, code: [], storage: [1: 1])
    let count: UInt64 = 200
    // Each changes an account and a slot of its own and what all change, and looks at what nobody changes.
    let predictions = (0..<count).map { number in
      Prediction(
        trust: .certain,
        access: AccessSet(
          reads: [.balance(Address(3000 + number)), .storage(Address(1), UInt256(3000 + number))],
          writes: [.storage(Address(1), UInt256(1000 + number))],
          adds: [.balance(Address(1000 + number)), .balance(Address(7))]))
    }
    let rows = unsafe StateRows(state)
    let footprints = Footprints(predictions, on: try #require(rows))
    func sharings(_ number: UInt64, _ index: UInt64) -> [Sharing] {
      [
        footprints.accountOwners.view.sharing(-1, else: Address(number).mixedBits, by: Int(index)),
        footprints.slotOwners.view.sharing(
          -1, else: SlotKey(address: Address(1), slot: UInt256(number)).mixedBits, by: Int(index)),
      ]
    }
    var exact = 0
    for number in 0..<count {
      let own = sharings(1000 + number, number)
      let foreign = sharings(1000 + number, (number + 1) % count)
      // What is only read may be changed by someone of whom that is not known: nothing follows from it.
      let read = sharings(3000 + number, number)
      #expect(own.allSatisfy { $0 == .own || $0 == .shared })
      #expect(foreign.allSatisfy { $0 == .foreign || $0 == .shared })
      #expect(!read.contains(.constant))
      if own == [.own, .own], foreign == [.foreign, .foreign], read == [.shared, .shared] { exact += 1 }
      #expect(sharings(7, number)[0] == .shared)
    }
    #expect(exact > 120)
  }
}
