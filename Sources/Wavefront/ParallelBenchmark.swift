public import AccessAnalysis
public import ChainFormats
import ConflictScheduling
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import WaveExecution

/// Measures the executors side by side on whole blocks.
///
/// On each block every way of running it takes its turn, again and again, so that whatever else the machine does
/// disturbs all alike; the median counts. All but `rested` run behind another run of their own, serial like the others. At the
/// end a run of each must give the same as the serial one: results, effects and state.
public struct ParallelBenchmark: Sendable {
  /// What one way of running a block took: medians.
  public struct Cost: Encodable, Sendable {
    /// Nanoseconds from beginning to end.
    public let wall: UInt64
    /// Nanoseconds of processor time, of all threads together.
    public let cpu: UInt64
    /// How many times as fast as serial: the median over all turns, of which each has the times of both side by side, as the
    /// speed of a virtual machine's cores changes from turn to turn.
    public let speedUp: Double
    /// Executions of transactions in the last run, repeated ones included.
    public let executions: Int
    /// On how many threads the last run was.
    public let threads: Int
  }

  /// What one block took.
  public struct Measurement: Encodable, Sendable {
    /// The block's number, or what kind of generated block it is.
    public let block: String
    /// The rules it ran under.
    public let fork: String
    /// How many transactions it has.
    public let transactions: Int
    /// The gas they used.
    public let gas: UInt64
    /// One transaction after the other on one thread.
    public let serial: Cost
    /// By `dataflow` with the schedule at hand, as who built the block has it: made from predictions of what the
    /// transactions touch and from the time that each took.
    public let planned: Cost
    /// The same with the schedule only: nothing that was worked out when the transactions were predicted is at hand.
    public let bare: Cost
    /// `planned`, but not behind another run of its own: the cores of all threads but one have slept for some milliseconds.
    public let rested: Cost
    /// By `dataflow` with the pre-pass (summaries warm) and the scheduling inside, or whatever the executor finds pays.
    public let cold: Cost
    /// What `cold` did.
    public let coldWay: RunWay
    /// By Block-STM.
    public let blockSTM: Cost
    /// One transaction after the other, in turns with Block-STM.
    public let serialBesideBlockSTM: Cost
    /// By `dataflow` with the schedule at hand on one thread: what the parallel machinery itself costs.
    public let alone: Cost
    /// What `rested` is expected to gain: `saving`, times the schedule simulated with what sharing costs where it is shared.
    public let simulated: Double
    /// How many times as fast the transactions run, one after the other, with what was worked out when they were predicted.
    public let saving: Double
    /// What each of two busy cores does of what the one core does that runs the serial block alone: both run the block
    /// serially, each for itself, in turns with the other ways. Sharing alone gains no more than the ceiling times that.
    public let paceOfTwo: Double
    /// The speed-up of a perfect plan over serial, were dispatch free, with the measured time of each transaction, on
    /// 2 workers.
    public let ceilingOf2: Double
    /// The same on 8 workers.
    public let ceilingOf8: Double
    /// The same on 8 workers with the gas that each transaction used for its cost.
    public let ceilingOf8ByGas: Double
    /// The speed-up of the plan that the pre-pass leads to on 8 workers, were dispatch free, with the measured time of each
    /// transaction. It may be better than the ceiling, which does not add storage up.
    public let planOf8: Double
    /// The same with the gas that each transaction used for its cost.
    public let planOf8ByGas: Double
    /// Whether it is one of those blocks that have enough in them to share: since London, of more than 3 million gas.
    public let isLargeSinceLondon: Bool
    /// The first difference from the serial run, if any.
    public let difference: String?

    /// Serial time over planned time.
    public var plannedSpeedUp: Double { planned.speedUp }
    /// Serial time over the time of the run by the schedule only.
    public var bareSpeedUp: Double { bare.speedUp }
    /// Serial time over the time of the planned run on cores that have slept.
    public var restedSpeedUp: Double { rested.speedUp }
    /// Serial time over cold time.
    public var coldSpeedUp: Double { cold.speedUp }
    /// Serial time over Block-STM's time.
    public var blockSTMSpeedUp: Double { blockSTM.speedUp }
  }

  /// On how many threads at most.
  public let threads: Int
  private let repeats: Int
  private let patience: Int
  private let isShort: Bool
  private let prePass: PrePass
  private let serial = BlockExecutor(kind: .serial, threads: 1)
  /// For `paceOfTwo`: apart from the others, or the memory of `serial` would be warmer than theirs.
  private let neighbours = [
    BlockExecutor(kind: .serial, threads: 1), BlockExecutor(kind: .serial, threads: 1),
  ]
  private let dataflow: BlockExecutor
  private let blockSTM: BlockExecutor
  private let alone = BlockExecutor(kind: .dataflow, threads: 1, adapts: false)

  /// Prepares.
  ///
  /// - Parameters:
  ///   - threads: on how many threads to run at most.
  ///   - repeats: how often each way is tried; 1 or more.
  ///   - patience: how often to try again where other programs kept a run waiting for a core.
  ///   - isShort: leave out what takes longest, cold and Block-STM, and show serial in their places.
  ///   - analyzer: predicts; its summaries are used and added to.
  public init(
    threads: Int, repeats: Int, patience: Int = 0, isShort: Bool = false,
    analyzer: AccessAnalyzer = AccessAnalyzer()
  ) {
    self.patience = max(patience, 0)
    self.isShort = isShort
    self.threads = threads
    self.repeats = max(repeats, 1)
    prePass = PrePass(analyzer: analyzer, threads: threads)
    dataflow = BlockExecutor(kind: .dataflow, threads: threads)
    blockSTM = BlockExecutor(kind: .blockSTM, threads: threads)
  }

  /// Measures a block.
  ///
  /// - Throws: `FormatError` for a snapshot whose senders do not fit, `BlockError` for a block that is not valid.
  public func measure(_ snapshot: BlockSnapshot) throws -> Measurement {
    let processor = try BlockJob(snapshot, threads: threads).processor
    return try measure("\(snapshot.block.header.number)", processor, on: snapshot.preState)
  }

  /// Measures a generated block.
  public func measure(_ generated: GeneratedBlock) throws -> Measurement {
    try measure(generated.shape.rawValue, generated.processor, on: generated.state)
  }

  private func measure(
    _ name: String, _ processor: BlockProcessor, on preState: any StateReader
  ) throws -> Measurement {
    let before = try processor.opening(over: preState)

    let reference = try serial.run(processor, on: preState)
    let predictions = prePass.predict(processor, on: before).map(\.prediction)
    let terms = ForeseenTerms(processor)
    let times = try times(processor, on: before)
    let expected = try self.times(
      processor, on: before, expecting: ForeseenTable(predictions.map(\.foreseen), terms: terms))
    let plan = plan(processor, predictions, on: before, costs: expected, terms: terms)
    let bare = self.plan(
      processor, predictions.map { $0.withoutForeseen }, on: before, costs: times)
    let saving = Double(max(times.reduce(0, +), 1)) / Double(max(expected.reduce(0, +), 1))
    let predictor = prePass.predictor(for: processor)
    let run: @Sendable (BlockExecutor, ExecutionPlan?) throws -> BlockRun = {
      try $0.run(processor, on: preState, plan: $1, predictor: $1.map { _ in predictor })
    }
    let cold = isShort ? serial : dataflow
    // Who sees the transactions for the first time knows the contracts, and nothing of what these will ask for.
    let forget = { [analyzer = prePass.analyzer] in
      analyzer.forgetResults()
      analyzer.forgetPredictions()
    }
    let (planned, pace) = try measure(
      [
        .init(executor: serial) { try run(serial, nil) },
        // Between two that run on one thread, forwards as backwards.
        .init(executor: dataflow, isRested: true) { try run(dataflow, plan) },
        .init(executor: alone) { try run(alone, plan) },
        .init(executor: dataflow) { try run(dataflow, plan) },
        .init(executor: dataflow) { try run(dataflow, bare) },
        .init(executor: cold, prepare: forget) {
          try cold.run(processor, on: preState, predictor: predictor)
        },
      ],
      together: neighbours.map { neighbour in { @Sendable in _ = try? neighbour.run(processor, on: preState) }
      }
    )
    // On their own: what Block-STM leaves behind in the memory allocator makes whatever runs after it slower.
    let baseline = isShort ? serial : blockSTM
    let (optimistic, _) = try measure([
      .init(executor: serial) { try run(serial, nil) }, .init(executor: baseline) { try run(baseline, nil) },
    ])
    let planner = BlockPlanner(processor, on: before)
    let actual = reference.result.transactions.map(\.effects.accessSet)
    let gas = reference.result.transactions.map { Int(clamping: $0.gasUsed) }
    let perfect = actual.map { Prediction(trust: .certain, access: $0) }
    // What was not predicted must be waited for all the same.
    let covering = zip(predictions, actual).map { prediction, actual in
      var covering = prediction
      if prediction.trust != .unknown { covering.access = prediction.access.union(actual) }
      return covering
    }
    func speedUp(_ predictions: [Prediction], _ costs: [Int], _ workers: Int) -> Double {
      let transactions = planner.transactions(predictions, costs: costs, addsUp: true)
      return Simulator(Schedule.ordered(transactions, workers: workers)).speedUp(workers: workers)
    }
    return Measurement(
      block: name, fork: "\(processor.environment.fork)", transactions: processor.senders.count,
      gas: reference.result.gasUsed, serial: planned[0].cost, planned: planned[3].cost,
      bare: planned[4].cost, rested: planned[1].cost, cold: planned[5].cost, coldWay: planned[5].run.way,
      blockSTM: optimistic[1].cost, serialBesideBlockSTM: optimistic[0].cost,
      alone: planned[2].cost, simulated: planned[1].run.way == .serial ? saving : plan.speedUp * saving,
      saving: saving,
      paceOfTwo: pace, ceilingOf2: speedUp(perfect, times, 2), ceilingOf8: speedUp(perfect, times, 8),
      ceilingOf8ByGas: speedUp(perfect, gas, 8), planOf8: speedUp(covering, times, 8),
      planOf8ByGas: speedUp(covering, gas, 8),
      isLargeSinceLondon: processor.environment.fork >= .london && reference.result.gasUsed > 3_000_000,
      difference: try (planned + optimistic).lazy.compactMap {
        try MainJob.firstDifference(reference, $0.run)
      }
      .first)
  }

  /// Runs the block in each way in turns.
  ///
  /// - Parameter neighbours: two that run it serially, each for itself, at the same time, for `paceOfTwo`; or none.
  private func measure(
    _ ways: [SideBySide.Way], together neighbours: [@Sendable () -> Void] = []
  ) throws -> (results: [(cost: Cost, run: BlockRun)], paceOfTwo: Double) {
    var turns = try SideBySide(ways, patience: patience)
    var paces: [Double] = []
    for number in 1...repeats {
      try turns.round(number)
      if neighbours.count == 2 {
        guard let time = timeOfTwo(neighbours[0], neighbours[1]) else { continue }
        paces.append(Double(turns.latest) / max(time, 1))
      }
    }
    return (try turns.results(), paces.isEmpty ? 1 : paces.median)
  }

  /// The time in nanoseconds that a core takes for the block where two run it, each for itself; nil where there is no
  /// second thread.
  private func timeOfTwo(_ one: () -> Void, _ other: @escaping @Sendable () -> Void) -> Double? {
    one()
    guard let busy = BusyNeighbour(other) else { return nil }
    var rounds = 0
    let start = ContinuousClock.now
    // Long enough for the other one to come around.
    repeat {
      one()
      rounds += 1
    } while rounds < 2 || start.nanosecondsSince < 200_000
    let ownTime = Double(start.nanosecondsSince) / Double(rounds)
    let otherTime = Double(busy.stop())
    return 2 / (1 / max(ownTime, 1) + 1 / max(otherTime, 1))
  }

  private func plan(
    _ processor: BlockProcessor, _ predictions: [Prediction], on state: MemoryState, costs: [Int],
    terms: ForeseenTerms? = nil
  ) -> ExecutionPlan {
    let planner = BlockPlanner(processor, on: state)
    return ExecutionPlan(
      Schedule.ordered(
        planner.transactions(predictions, costs: costs, addsUp: true), workers: threads), workers: threads,
      unit: .nanoseconds, predictions: predictions, madeOn: .inOrder, on: state,
      coinbase: processor.environment.coinbase, terms: terms)
  }

  /// What each transaction takes in nanoseconds, one after the other: the least of three runs.
  ///
  /// - Parameter foreseen: what is at hand.
  private func times(
    _ processor: BlockProcessor, on before: MemoryState, expecting foreseen: ForeseenTable = .empty
  ) throws -> [Int] {
    var times = [Int](repeating: .max, count: processor.senders.count)
    var machine = processor.makeMachine(on: before)
    for _ in 0..<3 {
      let state = MemoryState(copying: before)
      machine.enter(processor.environment, reader: state)
      for index in times.indices {
        let start = ContinuousClock.now
        machine.expect(foreseen, at: index)
        let result = try processor.execute(index, on: state, with: &machine)
        try state.apply(result.effects)
        times[index] = min(times[index], Int(clamping: start.nanosecondsSince))
      }
    }
    return times
  }
}
