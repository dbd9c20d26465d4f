public import AccessAnalysis
public import ChainFormats
public import ConflictScheduling
import EVM
import EVMState
import EthereumTypes
public import WaveExecution

/// The whole way of one block: predict, schedule, run in order, run in parallel, compare.
public struct MainJob: Sendable {
  /// Nanoseconds spent on each part; for the runs the median of `repetitions`.
  public struct Timings: Hashable, Sendable {
    /// Recovering the senders.
    public var recover: UInt64 = 0
    /// Predicting all transactions.
    public var prepass: UInt64 = 0
    /// Building the graph and the schedule.
    public var schedule: UInt64 = 0
    /// Running in order on one thread.
    public var serial: UInt64 = 0
    /// Running with the executor asked for, with the schedule at hand.
    public var parallel: UInt64 = 0
  }

  /// The block.
  public let snapshot: BlockSnapshot
  /// One prediction for each transaction.
  public let predictions: [AccessAnalyzer.Report]
  /// The schedule the parallel run followed.
  public let schedule: Schedule
  /// The outcome of the parallel run, compared with the chain's record.
  public let header: HeaderCheck
  /// The first difference between the parallel and the serial run; nil where they are the same to the bit.
  public let difference: String?
  /// Gas used by each transaction.
  public let gasUsed: [UInt64]
  /// Transactions that ran twice because a value they had read turned out to be another one.
  public let mispredictions: Int
  /// Transactions whose predictions the parallel run made anew, as something they hang on had changed.
  public let rebindings: Int
  /// How the parallel run was organised in the end.
  public let way: RunWay
  /// On how many threads it was.
  public let threads: Int
  /// Nanoseconds spent.
  public let timings: Timings
  let prePass: PrePass

  /// Whether the parallel run gave what the serial run gave.
  public var matchesSerial: Bool { difference == nil }

  /// Does everything.
  ///
  /// - Parameters:
  ///   - snapshot: the block.
  ///   - prePass: predicts; its summaries are used and added to.
  ///   - executor: runs in parallel.
  ///   - repetitions: how often to run for the timings; 1 or more.
  ///   - inOrder: whether predictions follow the values that earlier transactions are predicted to leave; otherwise
  ///     each is made as if it were the first.
  ///   - rebinds: whether the executor makes predictions anew that rest on values that are no more.
  /// - Throws: `FormatError` for a snapshot whose senders do not fit, `BlockError` for a block that is not valid.
  public init(
    _ snapshot: BlockSnapshot, prePass: PrePass, executor: BlockExecutor, repetitions: Int = 1,
    inOrder: Bool = true, rebinds: Bool = true
  ) throws {
    let job = try BlockJob(snapshot, threads: executor.threads)
    let processor = job.processor
    var timings = Timings(recover: job.recoverNanoseconds)
    let before = try processor.opening(over: snapshot.preState)

    var start = ContinuousClock.now
    predictions = prePass.predict(processor, on: before, inOrder: inOrder)
    timings.prepass = start.nanosecondsSince
    start = .now
    let planner = BlockPlanner(processor, on: before)
    schedule = .ordered(
      planner.transactions(predictions.map(\.prediction), addsUp: true), workers: executor.threads)
    let plan = ExecutionPlan(
      schedule, predictions: predictions.map(\.prediction), madeOn: inOrder ? .inOrder : .opening, on: before,
      coinbase: processor.environment.coinbase, terms: ForeseenTerms(processor))
    timings.schedule = start.nanosecondsSince

    let reference = BlockExecutor(kind: .serial, threads: 1)
    let (serial, serialTime) = try Self.measure(repetitions) {
      try reference.run(processor, on: snapshot.preState)
    }
    let predictor = rebinds ? prePass.predictor(for: processor) : nil
    let (parallel, parallelTime) = try Self.measure(repetitions) {
      try executor.run(processor, on: snapshot.preState, plan: plan, predictor: predictor)
    }
    timings.serial = serialTime
    timings.parallel = parallelTime
    self.timings = timings
    self.snapshot = snapshot
    mispredictions = parallel.mispredictions
    rebindings = parallel.rebindings
    self.prePass = prePass
    way = parallel.way
    threads = parallel.threads
    gasUsed = parallel.result.transactions.map(\.gasUsed)
    difference = try Self.firstDifference(serial, parallel)
    header = HeaderCheck(snapshot, result: parallel.result, state: parallel.state)
  }

  private static func measure(
    _ repetitions: Int, _ body: () throws -> BlockRun
  ) throws -> (run: BlockRun, nanoseconds: UInt64) {
    var times: [UInt64] = []
    var start = ContinuousClock.now
    var run = try body()
    times.append(start.nanosecondsSince)
    for _ in 1..<max(repetitions, 1) {
      start = .now
      run = try body()
      times.append(start.nanosecondsSince)
    }
    return (run, times.median)
  }

  /// The first thing in which two runs of a block differ.
  static func firstDifference(_ a: BlockRun, _ b: BlockRun) throws(StateReadError) -> String? {
    guard a.result.transactions.count == b.result.transactions.count else { return "number of transactions" }
    for (index, pair) in zip(a.result.transactions, b.result.transactions).enumerated() {
      if pair.0.succeeded != pair.1.succeeded { return "transaction \(index): status" }
      if pair.0.gasUsed != pair.1.gasUsed { return "transaction \(index): gas used" }
      if pair.0.logs != pair.1.logs { return "transaction \(index): logs" }
      if pair.0.output != pair.1.output { return "transaction \(index): output" }
      if pair.0.effects.accessSet != pair.1.effects.accessSet { return "transaction \(index): access set" }
    }
    if a.result.gas != b.result.gas { return "gas used by the block" }
    if a.result.accessList != b.result.accessList { return "block access list" }
    if a.result.requests != b.result.requests { return "requests" }
    return try a.state.firstDifference(from: b.state).map { "state at \($0)" }
  }

  /// How many predictions there are of each class.
  public var classes: [PredictionClass: Int] {
    Dictionary(grouping: predictions, by: \.prediction.trust).mapValues(\.count)
  }

  /// The longest chain of dependent transactions, in gas used.
  public var criticalPath: Int {
    var finish = [Int](repeating: 0, count: gasUsed.count)
    for index in gasUsed.indices {
      let ready = schedule.graph.predecessors[index].map { finish[Int($0)] }.max() ?? 0
      finish[index] = ready + Int(clamping: gasUsed[index])
    }
    return finish.max() ?? 0
  }

  /// The number of transactions and the gas used in each wave.
  public var waves: [(width: Int, gas: UInt64)] {
    (0..<schedule.waves.count).map { wave in
      let members = schedule.waves[wave]
      return (members.count, members.reduce(0) { $0 + gasUsed[Int($1)] })
    }
  }
}
