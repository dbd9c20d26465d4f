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
/// disturbs all alike; the median counts. Every run is compared with the serial one. All run on machines and memory
/// that are warm from the blocks before, serial like the others, and give the same: results, effects and state.
public struct ParallelBenchmark: Sendable {
  /// What one way of running a block took: medians.
  public struct Cost: Encodable, Sendable {
    /// Nanoseconds from beginning to end.
    public let wall: UInt64
    /// Nanoseconds of processor time, of all threads together.
    public let cpu: UInt64
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
    /// What `planned` is expected to gain: the schedule simulated with what sharing costs, 1 where the run is serial.
    public let simulated: Double
    /// How fast the serial run is while another core runs the same block serially too, as a share of its speed alone:
    /// what the machine leaves to each of two busy cores, whatever they are busy with. Between 0 and about 1.
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
    public var plannedSpeedUp: Double { Double(serial.wall) / Double(max(planned.wall, 1)) }
    /// Serial time over cold time.
    public var coldSpeedUp: Double { Double(serial.wall) / Double(max(cold.wall, 1)) }
    /// Serial time over Block-STM's time.
    public var blockSTMSpeedUp: Double { Double(serialBesideBlockSTM.wall) / Double(max(blockSTM.wall, 1)) }
  }

  /// On how many threads at most.
  public let threads: Int
  private let repeats: Int
  private let patience: Int
  private let isShort: Bool
  private let prePass: PrePass
  private let serial = BlockExecutor(kind: .serial, threads: 1)
  private let neighbour = BlockExecutor(kind: .serial, threads: 1)
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
    let times = try times(processor, on: before)
    let predictions = prePass.predict(processor, on: before).map(\.prediction)
    let plan = plan(processor, predictions, on: before, costs: times)
    let predictor = prePass.predictor(for: processor)
    let run: @Sendable (BlockExecutor, ExecutionPlan?) throws -> BlockRun = {
      try $0.run(processor, on: preState, plan: $1, predictor: $1.map { _ in predictor })
    }
    let planned = try interleave([
      (serial, { try run(serial, nil) }), (dataflow, { try run(dataflow, plan) }),
      (alone, { try run(alone, plan) }),
      (
        isShort ? serial : dataflow,
        { try (isShort ? serial : dataflow).run(processor, on: preState, predictor: predictor) }
      ),
    ])
    // On their own: what Block-STM leaves behind in the memory allocator makes whatever runs after it slower.
    let optimistic = try interleave([
      (serial, { try run(serial, nil) }),
      (isShort ? serial : blockSTM, { try run(isShort ? serial : blockSTM, nil) }),
    ])
    let pace = try paceOfTwo(processor, on: preState)
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
      gas: reference.result.gasUsed, serial: planned[0].cost, planned: planned[1].cost, cold: planned[3].cost,
      coldWay: planned[3].run.way, blockSTM: optimistic[1].cost, serialBesideBlockSTM: optimistic[0].cost,
      alone: planned[2].cost, simulated: planned[1].run.way == .serial ? 1 : plan.speedUp,
      paceOfTwo: pace, ceilingOf2: speedUp(perfect, times, 2), ceilingOf8: speedUp(perfect, times, 8),
      ceilingOf8ByGas: speedUp(perfect, gas, 8), planOf8: speedUp(covering, times, 8),
      planOf8ByGas: speedUp(covering, gas, 8),
      isLargeSinceLondon: processor.environment.fork >= .london && reference.result.gasUsed > 3_000_000,
      difference: try (planned + optimistic).lazy.compactMap {
        try MainJob.firstDifference(reference, $0.run)
      }
      .first)
  }

  /// Runs the block in each way in turns, and once more before, which warms the summaries and everything else up.
  private func interleave(
    _ ways: [(executor: BlockExecutor, run: () throws -> BlockRun)]
  ) throws -> [(cost: Cost, run: BlockRun)] {
    var samples = [Samples](repeating: Samples(), count: ways.count)
    var runs: [BlockRun?] = Array(repeating: nil, count: ways.count)
    for round in 0...repeats {
      for turn in ways.indices {
        // Every other round goes backwards: what ran before leaves its traces in the caches.
        let number = round % 2 == 0 ? turn : ways.count - 1 - turn
        runs[number] = nil
        runs[number] = try samples[number].add(
          round, ways[number].executor, patience: patience, ways[number].run)
      }
    }
    return zip(samples, runs.compactMap(\.self)).map { ($0.cost(of: $1), $1) }
  }

  /// The serial run alone and beside another one, in turns; see `Measurement.paceOfTwo`.
  private func paceOfTwo(_ processor: BlockProcessor, on preState: any StateReader) throws -> Double {
    var alone = Samples()
    var beside = Samples()
    let run = { try self.serial.run(processor, on: preState) }
    var last = try run()
    for round in 0...repeats {
      last = try alone.add(round, serial, patience: patience, run)
      let busy = BusyNeighbour { [neighbour] in _ = try? neighbour.run(processor, on: preState) }
      defer { busy.stop() }
      last = try beside.add(round, serial, patience: patience, run)
    }
    return Double(alone.cost(of: last).wall) / Double(max(beside.cost(of: last).wall, 1))
  }

  private func plan(
    _ processor: BlockProcessor, _ predictions: [Prediction], on state: MemoryState, costs: [Int]
  ) -> ExecutionPlan {
    let planner = BlockPlanner(processor, on: state)
    return ExecutionPlan(
      Schedule.ordered(
        planner.transactions(predictions, costs: costs, addsUp: true), workers: threads), workers: threads,
      unit: .nanoseconds, predictions: predictions)
  }

  /// What each transaction takes in nanoseconds, one after the other: the least of three runs.
  private func times(_ processor: BlockProcessor, on before: MemoryState) throws -> [Int] {
    var times = [Int](repeating: .max, count: processor.senders.count)
    var machine = processor.makeMachine(on: before)
    for _ in 0..<3 {
      let state = MemoryState(copying: before)
      for index in times.indices {
        let start = ContinuousClock.now
        let result = try machine.execute(
          processor.block.transactions[index], sender: processor.senders[index], on: state)
        try state.apply(result.effects)
        times[index] = min(times[index], Int(clamping: start.nanosecondsSince))
      }
    }
    return times
  }
}
