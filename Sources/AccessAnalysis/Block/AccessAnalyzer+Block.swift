public import EVM
import EVMBytecode
public import EVMState
public import EthereumTypes

extension AccessAnalyzer {
  /// What each transaction of a block will read and write, in block order, before any of them runs: each is predicted on
  /// the values that earlier ones are predicted to leave. What that takes for granted stands in the conditions.
  ///
  /// Nothing is executed for that but what summaries do not express, and what may run out of gas where somebody hangs on
  /// what it leaves.
  ///
  /// - Parameters:
  ///   - transactions: the block's transactions, in order; signatures are not checked.
  ///   - senders: who signed them, one for each.
  ///   - environment: the block.
  ///   - state: the state before the first transaction.
  /// - Returns: one report for each transaction; empty where there is not one sender for each.
  /// - Complexity: one binding for each transaction, and once more all of them where runs are needed to tell.
  public func predict(
    _ transactions: [Transaction], from senders: [Address], environment: BlockEnvironment,
    state: any StateReader
  ) -> [Report] {
    guard senders.count == transactions.count else { return [] }
    var pass = BlockPass(self, transactions, senders, environment, state)
    for index in transactions.indices { pass.predict(index) }
    // What a run tells may make others hang on what has not been run.
    for _ in 0..<Self.maximumRounds {
      let doubts = pass.doubtsThatMatter
      if doubts.isEmpty { break }
      pass.predictAnew(running: doubts)
    }
    return pass.entries.map(\.report)
  }

  /// More rounds than blocks of the real world need.
  private static var maximumRounds: Int { 12 }
}

/// The predictions of a block as far as it was gone through.
private struct BlockPass {
  /// A prediction, and what it says the transaction leaves; nil where nothing is known of that.
  struct Entry {
    var report: AccessAnalyzer.Report
    var effects: PredictedEffects?
    /// Whether the prediction hangs on somebody's balance.
    let looksAtBalances: Bool

    init(_ report: AccessAnalyzer.Report, _ effects: PredictedEffects? = nil) {
      self.report = report
      self.effects = effects
      looksAtBalances = report.prediction.conditions.contains { $0.location.field == .balance }
    }
  }

  let analyzer: AccessAnalyzer
  let transactions: [Transaction]
  let senders: [Address]
  let environment: BlockEnvironment
  let state: any StateReader
  private(set) var entries: [Entry] = []
  /// What the transactions so far are predicted to leave.
  private var values: MemoryState
  /// Accounts that they are predicted to have brought to life.
  private var births = AddressSet()

  init(
    _ analyzer: AccessAnalyzer, _ transactions: [Transaction], _ senders: [Address],
    _ environment: BlockEnvironment, _ state: any StateReader
  ) {
    self.analyzer = analyzer
    self.transactions = transactions
    self.senders = senders
    self.environment = environment
    self.state = state
    values = MemoryState(base: state)
    entries.reserveCapacity(transactions.count)
  }

  /// Predicts the next transaction.
  mutating func predict(_ index: Int) {
    if environment.fork >= .amsterdam {
      entries.append(Entry(plainRun(index)))
    } else {
      entries.append(entry(index, isRun: false))
      carryOut(index)
    }
  }

  private func plainRun(_ index: Int) -> AccessAnalyzer.Report {
    let run = PlainRun.predict(transactions[index], from: senders[index], in: environment, on: values)
    guard let run else {
      return AccessAnalyzer.Report(
        prediction: .unknown, route: .none(.unsupportedFork), steps: 0, segments: 0)
    }
    // A state that cannot be read leaves the values as they are: later predictions say what they were made on.
    try? values.apply(run.effects)
    return AccessAnalyzer.Report(
      prediction: run.prediction, route: .plainRun(.unsupportedFork), steps: 0, segments: 0)
  }

  private func entry(_ index: Int, isRun: Bool) -> Entry {
    var (report, effects) = analyzer.predict(
      transactions[index], from: senders[index], environment: environment, on: values, isRun: isRun)
    noteBirths(&report.prediction)
    return Entry(report, effects)
  }

  private mutating func carryOut(_ index: Int) {
    try? entries[index].effects?.apply(to: values, births: &births)
  }

  /// Adds that accounts come to life which a prediction takes for alive only because an earlier transaction is predicted to
  /// have brought them to life: that one may fail. (What is alive in the state stays alive; that is nothing to vouch for.)
  private func noteBirths(_ prediction: inout Prediction) {
    guard !births.isEmpty else { return }
    let access = prediction.access
    var born: [Location] = []
    for location in access.writes where location.field == .balance || location.field == .nonce {
      if births.contains(location.address) { born.append(.liveness(location.address)) }
    }
    for location in access.adds where location.field == .balance && births.contains(location.address) {
      born.append(.liveness(location.address))
    }
    guard !born.isEmpty else { return }
    prediction.access = AccessSet(reads: access.reads, writes: access.writes + born, adds: access.adds)
  }

  // MARK: Doubts

  /// The transactions whose effects only a run tells, and which others hang on.
  var doubtsThatMatter: Set<Int> {
    let guesses = guessesThatMatter
    guard let first = entries.firstIndex(where: { $0.effects?.isDoubtful ?? false }) else { return guesses }
    var trace = DoubtTrace()
    for index in first..<entries.count {
      let sender = senders[index]
      trace.add(entries[index].report.prediction, isDoubtful: entries[index].effects?.isDoubtful ?? false) {
        Self.isOwn($0, sender)
      }
    }
    return guesses.union(trace.found.map { first + $0 })
  }

  /// Whether a location is the sender's nonce, or what the transaction is paid from.
  private static func isOwn(_ location: Location, _ sender: Address) -> Bool {
    (location.field == .nonce || location.field == .balance) && location.address == sender
  }

  /// The transactions whose exact gas somebody hangs on: who looks at an account's balance sees what it has paid.
  private var guessesThatMatter: Set<Int> {
    var looked = AddressSet()
    for index in entries.indices where entries[index].looksAtBalances {
      for condition in entries[index].report.prediction.conditions where condition.location.field == .balance
      {
        looked.insert(condition.location.address)
      }
    }
    guard !looked.isEmpty else { return [] }
    var found: Set<Int> = []
    var guesses: [Address: [Int]] = [:]
    for index in entries.indices {
      if entries[index].looksAtBalances {
        for condition in entries[index].report.prediction.conditions
        where condition.location.field == .balance {
          found.formUnion(guesses[condition.location.address] ?? [])
        }
      }
      guard looked.contains(senders[index]), !(entries[index].effects?.isExact ?? true) else { continue }
      guesses[senders[index], default: []].append(index)
    }
    return found
  }

  /// Goes through the block once more: runs some transactions, and predicts anew what hangs on what that changes.
  mutating func predictAnew(running run: Set<Int>) {
    values = MemoryState(base: state)
    births = AddressSet()
    var changed: Set<Location> = []
    var filter = LocationFilter()
    var carriedOut = 0
    for index in (run.min() ?? entries.count)..<entries.count {
      if run.contains(index) || !changed.isEmpty && touches(index, changed, filter) {
        // What nobody looks at any more need not be carried out.
        for earlier in carriedOut..<index { carryOut(earlier) }
        carriedOut = index
        let before = entries[index].effects
        let wasRun = if case .taintedRun = entries[index].report.route { true } else { false }
        entries[index] = entry(index, isRun: wasRun || run.contains(index))
        let differences = PredictedEffects.differences(before, entries[index].effects)
        changed.formUnion(differences)
        filter.insert(differences)
      }
    }
  }

  private func touches(_ index: Int, _ changed: Set<Location>, _ filter: LocationFilter) -> Bool {
    let access = entries[index].report.prediction.access
    let (sender, coinbase) = (senders[index], environment.coinbase)
    return access.reads.contains {
      filter.mayContain($0) && changed.contains($0) && !Self.isOwn($0, sender)
    }
      || access.adds.contains {
        filter.mayContain($0) && changed.contains($0) && $0.address != coinbase
      }
  }
}
