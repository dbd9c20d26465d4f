public import AccessAnalysis
public import ChainFormats
import EVM
import EVMState
import EthereumTypes

/// What predicting costs beside running, for each kind of transaction: where the time of the pre-pass goes.
///
/// Everything is measured transaction by transaction on one thread, as the least of several rounds.
public struct PrePassBenchmark: Sendable {
  /// How a transaction's prediction was found when it was made once more.
  public enum Kind: String, Sendable, CaseIterable {
    /// Nobody's code runs.
    case transfer
    /// Along a path seen before.
    case path
    /// A contract is created at the top, by summaries.
    case creation
    /// By evaluating summaries.
    case summary
    /// Predicted before, by summaries or by a run, which is not on a path; what it hangs on was found to be as it was.
    case remembered
    /// By a run.
    case run
    /// Not at all.
    case none
  }

  /// Sums of one kind, in nanoseconds.
  public struct Row: Hashable, Sendable {
    /// How many transactions.
    public var transactions = 0
    /// Running them.
    public var serial: UInt64 = 0
    /// Predicting them with nothing known.
    public var cold: UInt64 = 0
    /// Predicting them with summaries and paths known, but no prediction remembered.
    public var warm: UInt64 = 0
    /// Predicting them once more.
    public var again: UInt64 = 0
    /// Steps or instructions evaluated in that.
    public var steps = 0

    /// Makes sums of nothing.
    public init() {}

    /// Adds another row's sums.
    public mutating func add(_ other: Row) {
      transactions += other.transactions
      serial += other.serial
      cold += other.cold
      warm += other.warm
      again += other.again
      steps += other.steps
    }
  }

  /// One transaction.
  public struct Entry: Sendable {
    /// Where it stands in the block.
    public var index: Int
    /// How its prediction was found again.
    public var kind: Kind
    /// Its own times.
    public var row: Row
    /// Why summaries did not suffice, where they did not.
    public var reason: FallbackReason?
    /// Why it is not on a path although summaries sufficed.
    public var obstacle: PathObstacle?
  }

  /// One entry for each transaction of the block.
  public private(set) var entries: [Entry] = []

  /// The sums by kind.
  public var rows: [Kind: Row] {
    entries.reduce(into: [:]) { $0[$1.kind, default: Row()].add($1.row) }
  }

  /// Measures a block.
  ///
  /// - Parameters:
  ///   - snapshot: the block.
  ///   - analyzer: predicts; its summaries are used and added to.
  ///   - rounds: how many rounds; 1 or more.
  /// - Throws: `FormatError` for a snapshot whose senders do not fit, `BlockError` for a block that is not valid.
  public init(_ snapshot: BlockSnapshot, analyzer: AccessAnalyzer, rounds: Int) throws {
    let processor = try BlockJob(snapshot, threads: 1).processor
    let opening = MemoryState(base: snapshot.preState)
    var machine = processor.makeMachine(on: opening)
    try processor.begin(&machine, on: opening)
    let transactions = processor.block.transactions
    for round in 0...max(1, rounds) {
      let state = MemoryState(base: snapshot.preState)
      try processor.begin(&machine, on: state)
      for (index, transaction) in transactions.enumerated() {
        let start = ContinuousClock.now
        let result = try machine.execute(transaction, sender: processor.senders[index], on: state)
        try state.apply(result.effects)
        let serial = start.nanosecondsSince
        if round > 0 { entries[index].row.serial = min(entries[index].row.serial, serial) }
        if round == 0 {
          var row = Row()
          row.transactions = 1
          (row.serial, row.warm, row.again) = (serial, .max, .max)
          entries.append(Entry(index: index, kind: .none, row: row))
        }
      }
      for (index, transaction) in transactions.enumerated() {
        let start = ContinuousClock.now
        let report = analyzer.predict(
          transaction, from: processor.senders[index], environment: processor.environment, state: opening)
        let time = start.nanosecondsSince
        guard round > 0 else {
          entries[index].row.cold = time
          continue
        }
        entries[index].row.again = min(entries[index].row.again, time)
        entries[index].row.steps = report.steps
        entries[index].obstacle = report.obstacle
        if !report.isRemembered { entries[index].row.warm = min(entries[index].row.warm, time) }
        (entries[index].kind, entries[index].reason) = try Self.kind(report, transaction, opening)
      }
      if round > 0 { analyzer.forgetPredictions() }
      for (index, transaction) in transactions.enumerated() where entries[index].kind == .remembered {
        let start = ContinuousClock.now
        _ = analyzer.predict(
          transaction, from: processor.senders[index], environment: processor.environment, state: opening)
        entries[index].row.warm = min(entries[index].row.warm, start.nanosecondsSince)
      }
    }
  }

  private static func kind(
    _ report: AccessAnalyzer.Report, _ transaction: Transaction, _ state: MemoryState
  ) throws -> (Kind, FallbackReason?) {
    switch report.route {
    case .none(let reason): return (.none, reason)
    case .taintedRun(let reason), .plainRun(let reason):
      return (report.isRemembered ? .remembered : .run, reason)
    case .summary: break
    }
    if report.isRemembered { return (.remembered, nil) }
    guard let to = transaction.to else { return (.creation, nil) }
    if transaction.authorizationList.isEmpty, try state.account(to)?.codeHash ?? .emptyCode == .emptyCode {
      return (.transfer, nil)
    }
    return (report.isOnKnownPath ? .path : .summary, nil)
  }
}
