import AccessAnalysis
import ConflictScheduling
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("Transactions that nobody else has to do with are made final without a word to the others")
struct QuietTransactionTests {
  /// Blocks of transactions with senders of their own, most of which do not meet.
  private struct Quarter {
    static let coinbase = Address(0xC0FFEE)
    static let counter = Address(0xC0)
    static let watcher = Address(0xC1)
    static let inn = Address(0xC2)
    static let diary = Address(0xC3)
    /// Writes the balance of the address in calldata word 0 to slot number calldata word 1.
    static let diaryCode: Bytes = [0x60, 0x00, 0x35, 0x31, 0x60, 0x20, 0x35, 0x55, 0x00]
    /// Removes itself in favour of calldata word 0.
    static let leaver: Bytes = [0x60, 0x00, 0x35, 0xFF]
    /// Puts one zero byte of code.
    static let initCode: Bytes = [0x60, 0x01, 0x60, 0x00, 0xF3]

    var state = MemoryState()
    var block: Block
    var senders: [Address] = []
    private var residents: [Int] = []
    let fork: Fork
    var processor: BlockProcessor { BlockProcessor(block: block, senders: senders, fork: fork) }

    /// The same state in two layers.
    func pile(_ number: UInt64) -> MemoryState {
      let bottom = MemoryState()
      let top = MemoryState(base: bottom)
      for (hash, code) in state.codes { bottom.insert(code: code, hash: hash) }
      for (address, entry) in state.entries {
        let layer = (address.lo &+ number) % 2 == 0 ? bottom : top
        if let account = entry.account { layer.set(address, account, storage: entry.storage) }
      }
      return top
    }

    static func sender(_ number: Int) -> Address { Address(0x1_0000 + UInt64(number)) }
    static func resident(_ number: Int) -> Address { Address(0x2_0000 + UInt64(number)) }
    static func newcomer(_ number: Int) -> Address { Address(0x3_0000 + UInt64(number)) }
    static func ghost(_ number: Int) -> Address { Address(0x4_0000 + UInt64(number)) }
    static func leaver(_ number: Int) -> Address { Address(0x5_0000 + UInt64(number)) }

    init(fork: Fork) {
      self.fork = fork
      var header = BlockHeader()
      header.number = 100
      header.gasLimit = 1 << 40
      header.coinbase = Self.coinbase
      header.baseFeePerGas = 7
      header.excessBlobGas = 0
      block = Block(header: header, withdrawals: [])
      // Half of the slots that transactions change are there before the block.
      var slots: [UInt256: UInt256] = [0: 3, 1: 5, 90: 1]
      for number in stride(from: 1000 as UInt64, to: 1100, by: 2) { slots[UInt256(number)] = 2 }
      state.set(Self.counter, nonce: 1, balance: 0, code: RandomBlock.counter, storage: slots)
      state.set(Self.diary, nonce: 1, balance: 0, code: Self.diaryCode, storage: slots)
      state.set(Self.watcher, nonce: 1, balance: 100, code: RandomBlock.balanceReader, storage: [0: 1])
      state.set(Self.inn, nonce: 0, balance: 1, code: [], storage: [:])
      for contract in [SystemContracts.withdrawalRequests, SystemContracts.consolidationRequests] {
        state.set(contract, nonce: 1, balance: 0, code: [0x00], storage: [:])
      }
    }

    mutating func send(
      to target: Address?, value: UInt256 = 0, data: Bytes = [], from sender: Address? = nil, tip: UInt256 = 2
    ) {
      let number = senders.count
      let sender = sender ?? Self.sender(number)
      if sender == Self.sender(number) {
        state.set(sender, nonce: 4, balance: 1_000_000_000_000, code: [], storage: [:])
      }
      let nonce = UInt64(4 + senders.count { $0 == sender })
      block.transactions.append(
        Transaction(
          kind: .dynamicFee, chainID: 1, nonce: nonce, maxFeePerGas: 20, maxPriorityFeePerGas: tip,
          gasLimit: 200_000, to: target, value: value, data: data))
      senders.append(sender)
    }

    /// Adds a transaction of a kind drawn by lot.
    mutating func add(_ random: inout SplitMix64) {
      let number = senders.count
      let other = Int(random.next(UInt64(number + 1)))
      switch random.next(20) {
      case 0: send(to: Self.inn, value: 3)
      case 1, 2:
        let slots = [
          UInt256(UInt64(1000 + number)), 1, [0, 1, 90, UInt256(UInt64(1000 + other))][Int(random.next(4))],
        ]
        send(to: Self.counter, data: slots.flatMap(\.bigEndianBytes))
      case 3:
        let watched = [Self.coinbase, Self.newcomer(other), Self.resident(other), Self.sender(other)]
        send(to: Self.watcher, data: watched[Int(random.next(4))].word.bigEndianBytes)
      case 14, 15, 16:
        // Mostly of someone to whom another one's transfer goes.
        let watched = residents.randomElement(using: &random) ?? other
        send(
          to: Self.diary,
          data: Self.resident(watched).word.bigEndianBytes + UInt256(UInt64(1000 + number)).bigEndianBytes)
      case 4:
        state.set(Self.ghost(number), Account(), storage: [7: 7])
        send(to: Self.ghost(number), value: 0)
      case 5: send(to: Self.newcomer(number), value: 0)
      case 6:
        let leaver = Self.leaver(number)
        state.set(leaver, nonce: 1, balance: 5, code: Self.leaver, storage: [1: 1])
        let heir = [leaver, Self.coinbase, Self.newcomer(number), Self.resident(other)][Int(random.next(4))]
        send(to: leaver, data: heir.word.bigEndianBytes)
      case 7: send(to: Self.leaver(other), value: 1)
      case 8: send(to: nil, value: UInt256(random.next(2)), data: Self.initCode)
      case 9: send(to: Self.coinbase, value: 9)
      case 10: send(to: Self.newcomer(other), value: 4, from: number == 0 ? nil : senders[other % number])
      case 11, 12:
        state.set(Self.resident(number), nonce: 0, balance: 1, code: [], storage: [:])
        residents.append(number)
        send(to: Self.resident(number), value: 6)
      case 13: send(to: Self.newcomer(number), value: 8, tip: 0)
      default: send(to: Self.newcomer(number), value: 7)
      }
    }
  }

  /// What the transactions did, some of the changes left out.
  private func predictions(
    _ serial: BlockRun, forgetting percent: UInt64 = 0, _ random: inout SplitMix64
  ) -> [Prediction] {
    serial.result.transactions.map { transaction in
      let actual = transaction.effects.accessSet
      let forgets = random.next(3) == 0
      return Prediction(
        trust: .speculative,
        access: AccessSet(
          reads: actual.reads, writes: actual.writes.filter { _ in !forgets || random.next(100) >= percent },
          adds: actual.adds.filter { _ in !forgets || random.next(100) >= percent }))
    }
  }

  private func plan(
    _ predictions: [Prediction], _ quarter: Quarter, on state: MemoryState? = nil, costs: [Int]? = nil
  ) -> ExecutionPlan {
    let transactions = predictions.enumerated().map {
      ScheduledTransaction(access: $1.access, cost: costs?[$0] ?? 1)
    }
    return ExecutionPlan(
      Schedule.ordered(transactions, workers: 4), predictions: predictions, on: state ?? quarter.state,
      coinbase: Quarter.coinbase)
  }

  @Test(
    "with the result of a serial run, whatever happens that nobody expected", arguments: 0..<60,
    [.london, .prague] as [Fork])
  func sameAsSerial(seed: UInt64, fork: Fork) throws {
    var random = SplitMix64(seed: seed &* 71 &+ 3)
    var quarter = Quarter(fork: fork)
    for _ in 0..<50 { quarter.add(&random) }
    // In one layer, or with every other account on top, where it has no row.
    let state = seed % 3 == 0 ? quarter.pile(seed / 3) : quarter.state
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(quarter.processor, on: quarter.state)
    #expect(serial.result.transactions.count == 50)
    for percent in [0, 15, 60] as [UInt64] {
      // Late ones first, so that what they see changes behind them.
      let costs = percent > 0 ? (0..<50).map { $0 * $0 + 1 } : nil
      let plan = plan(
        predictions(serial, forgetting: percent, &random), quarter, on: state, costs: costs)
      for (threads, disturbance) in [(1, 0), (3, 0), (2, 1), (5, 2)] as [(Int, UInt64)] {
        let perturbation = disturbance == 0 ? nil : Perturbation(seed: seed &* 17 &+ disturbance)
        let executor = BlockExecutor(
          kind: .dataflow, threads: threads, adapts: false, perturbation: perturbation)
        for plan in [plan, perturbation?.disturbed(plan)] {
          let run = try executor.run(quarter.processor, on: state, plan: plan)
          try ExecutorTests.expectSame(
            serial, run, "seed \(seed), \(fork), \(threads) threads, \(percent) % forgotten, \(disturbance)")
        }
      }
    }
  }

  @Test("as are transfers to own accounts, old and new, and calls that change own slots only")
  func quiet() throws {
    var quarter = Quarter(fork: .prague)
    quarter.send(to: Quarter.newcomer(0), value: 7)
    quarter.state.set(Quarter.resident(1), nonce: 0, balance: 1, code: [], storage: [:])
    quarter.send(to: Quarter.resident(1), value: 7)
    quarter.send(to: Quarter.counter, data: [1000, 1, 90].flatMap { UInt256($0 as UInt64).bigEndianBytes })
    #expect(try areQuiet(quarter) == [true, true, true])
  }

  @Test("as are not those that meet others, make or remove accounts, or begin with another nonce")
  func notQuiet() throws {
    var quarter = Quarter(fork: .london)
    quarter.send(to: Quarter.inn, value: 7)
    quarter.send(to: Quarter.inn, value: 7)
    quarter.state.set(Quarter.ghost(2), Account(), storage: [7: 7])
    quarter.send(to: Quarter.ghost(2))
    quarter.send(to: nil, data: Quarter.initCode)
    quarter.state.set(Quarter.leaver(4), nonce: 1, balance: 5, code: Quarter.leaver, storage: [:])
    quarter.send(to: Quarter.leaver(4), data: Quarter.newcomer(4).word.bigEndianBytes)
    quarter.send(to: Quarter.newcomer(5), value: 7)
    quarter.send(to: Quarter.newcomer(6), value: 7, from: Quarter.sender(5))
    quarter.send(to: Quarter.counter, data: [0, 1, 0].flatMap { UInt256($0 as UInt64).bigEndianBytes })
    quarter.send(to: Quarter.counter, data: [1008, 1, 0].flatMap { UInt256($0 as UInt64).bigEndianBytes })
    #expect(try areQuiet(quarter) == [Bool](repeating: false, count: 9))
  }

  @Test("and as none is once anything is changed that nobody was predicted to change")
  func surprised() throws {
    var quarter = Quarter(fork: .prague)
    quarter.send(to: Quarter.newcomer(0), value: 7)
    quarter.send(to: Quarter.newcomer(1), value: 7)
    #expect(try areQuiet(quarter, surprisedAt: 1) == [true, false])
  }

  @Test("as are not those that change what nobody was predicted to change")
  func changesAgainstAllPredictions() throws {
    var quarter = Quarter(fork: .prague)
    quarter.send(to: Quarter.counter, data: [1000, 1, 90].flatMap { UInt256($0 as UInt64).bigEndianBytes })
    quarter.send(to: Quarter.counter, data: [1002, 1, 90].flatMap { UInt256($0 as UInt64).bigEndianBytes })
    quarter.state.set(Quarter.resident(2), nonce: 0, balance: 1, code: [], storage: [:])
    quarter.send(to: Quarter.resident(2), value: 7)
    #expect(try areQuiet(quarter) == [true, true, true])
    let forgotten = [Location.storage(Quarter.counter, 1002), .balance(Quarter.resident(2))]
    #expect(try areQuiet(quarter, forgetting: forgotten) == [true, false, false])
  }

  /// For each transaction of a block, whether it is quiet where each is predicted as it ran; run one by one, without making any
  /// of them final.
  private func areQuiet(
    _ quarter: Quarter, forgetting forgotten: [Location] = [], surprisedAt surprise: Int = .max
  ) throws -> [Bool] {
    let processor = quarter.processor
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(processor, on: quarter.state)
    var random = SplitMix64(seed: 1)
    let predictions = predictions(serial, &random).map { prediction in
      var prediction = prediction
      let access = prediction.access
      prediction.access = AccessSet(
        reads: access.reads, writes: access.writes.filter { !forgotten.contains($0) },
        adds: access.adds.filter { !forgotten.contains($0) })
      return prediction
    }
    let plan = plan(predictions, quarter)
    let versions = VersionedState(
      base: quarter.state, state: MemoryState(base: quarter.state), coinbase: Quarter.coinbase, rules: nil,
      footprints: plan.footprints, finality: Finality(from: 0, BlockResult()),
      tables: VersionedState.Tables(), expecting: 16)
    let context = WorkerContext()
    let view = VersionedView(versions, context.arena, context.notes)
    var machine = processor.makeMachine(on: view)
    var answers: [Bool] = []
    for (index, transaction) in quarter.block.transactions.enumerated() {
      if index == surprise { versions.noteSurprise() }
      view.move(to: index, sender: quarter.senders[index], nonce: transaction.nonce)
      var result = try machine.execute(transaction, sender: quarter.senders[index], on: view)
      answers.append(view.isQuiet(&result.effects))
    }
    return answers
  }
}
