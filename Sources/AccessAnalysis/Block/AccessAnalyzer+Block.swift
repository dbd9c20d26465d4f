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
  private var births: Set<Address> = []

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
      entries.append(Entry(report: plainRun(index)))
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
    return Entry(report: report, effects: effects)
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
    for location in access.writes where births.contains(location.address) {
      if location.field == .balance || location.field == .nonce { born.append(.liveness(location.address)) }
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
    var found = guessesThatMatter
    guard let first = entries.firstIndex(where: { $0.effects?.isDoubtful ?? false }) else { return found }
    // Whose doubtful values made what is in a location.
    var sources: [Location: Set<Int>] = [:]
    var filter = LocationFilter()
    for index in first..<entries.count {
      let prediction = entries[index].report.prediction
      for condition in prediction.conditions where filter.mayContain(condition.location) {
        if let source = sources[condition.location] { found.formUnion(source) }
      }
      var own: Set<Int> = entries[index].effects?.isDoubtful ?? false ? [index] : []
      // What it writes may be made from all it reads; what it pays is known without.
      for location in prediction.access.reads where filter.mayContain(location) {
        guard let source = sources[location], !isOwn(location, index) else { continue }
        own.formUnion(source)
      }
      if own.isEmpty {
        for location in prediction.access.writes where filter.mayContain(location) { sources[location] = nil }
        continue
      }
      for location in prediction.access.writes { sources[location] = own }
      for location in prediction.access.adds { sources[location, default: []].formUnion(own) }
      filter.insert(prediction.access.writes)
      filter.insert(prediction.access.adds)
    }
    return found
  }

  /// Whether a location is the sender's nonce, or what the transaction is paid from.
  private func isOwn(_ location: Location, _ index: Int) -> Bool {
    (location.field == .nonce || location.field == .balance) && location.address == senders[index]
  }

  /// The transactions whose exact gas somebody hangs on: who looks at an account's balance sees what it has paid.
  private var guessesThatMatter: Set<Int> {
    var found: Set<Int> = []
    for (index, entry) in entries.enumerated() {
      for condition in entry.report.prediction.conditions where condition.location.field == .balance {
        for earlier in 0..<index where senders[earlier] == condition.location.address {
          if let effects = entries[earlier].effects, !effects.isExact { found.insert(earlier) }
        }
      }
    }
    return found
  }

  /// Goes through the block once more: runs some transactions, and predicts anew what hangs on what that changes.
  mutating func predictAnew(running run: Set<Int>) {
    values = MemoryState(base: state)
    births = []
    var changed: Set<Location> = []
    var filter = LocationFilter()
    for index in entries.indices {
      if run.contains(index) || !changed.isEmpty && touches(index, changed, filter) {
        let before = entries[index].effects
        let wasRun = if case .taintedRun = entries[index].report.route { true } else { false }
        entries[index] = entry(index, isRun: wasRun || run.contains(index))
        let differences = PredictedEffects.differences(before, entries[index].effects)
        changed.formUnion(differences)
        filter.insert(differences)
      }
      carryOut(index)
    }
  }

  private func touches(_ index: Int, _ changed: Set<Location>, _ filter: LocationFilter) -> Bool {
    let access = entries[index].report.prediction.access
    return access.reads.contains { filter.mayContain($0) && changed.contains($0) && !isOwn($0, index) }
      || access.adds.contains {
        filter.mayContain($0) && changed.contains($0) && $0.address != environment.coinbase
      }
  }
}
