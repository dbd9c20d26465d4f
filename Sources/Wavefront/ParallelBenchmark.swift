import AccessAnalysis
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
/// disturbs all alike; the median counts. Every run is compared with the serial one.
public struct ParallelBenchmark: Sendable {
  /// What one block took. Times are medians in nanoseconds.
  public struct Measurement: Encodable, Sendable {
    /// The block's number.
    public let block: UInt64
    /// The rules it ran under.
    public let fork: String
    /// How many transactions it has.
    public let transactions: Int
    /// The gas they used.
    public let gas: UInt64
    /// One transaction after the other on one thread.
    public let serial: UInt64
    /// By `dataflow` with the schedule at hand.
    public let planned: UInt64
    /// By `dataflow` with the pre-pass (summaries warm) and the scheduling inside.
    public let cold: UInt64
    /// By Block-STM.
    public let blockSTM: UInt64
    /// On how many threads the planned run was.
    public let plannedThreads: Int
    /// Executions of transactions in the planned run.
    public let plannedExecutions: Int
    /// Executions of transactions by Block-STM.
    public let blockSTMExecutions: Int
    /// The speed-up of a perfect plan over serial, were dispatch free, with the measured time of each transaction, on
    /// 2 workers.
    public let ceilingOf2: Double
    /// The same on 8 workers.
    public let ceilingOf8: Double
    /// The first difference from the serial run, if any.
    public let difference: String?

    /// Serial time over planned time.
    public var plannedSpeedUp: Double { Double(serial) / Double(max(planned, 1)) }
    /// Serial time over cold time.
    public var coldSpeedUp: Double { Double(serial) / Double(max(cold, 1)) }
    /// Serial time over Block-STM's time.
    public var blockSTMSpeedUp: Double { Double(serial) / Double(max(blockSTM, 1)) }
  }

  /// On how many threads at most.
  public let threads: Int
  private let repeats: Int
  private let prePass: PrePass
  private let serial = BlockExecutor(kind: .serial, threads: 1)
  private let dataflow: BlockExecutor
  private let blockSTM: BlockExecutor

  /// Prepares.
  ///
  /// - Parameters:
  ///   - threads: on how many threads to run at most.
  ///   - repeats: how often each way is tried; 1 or more.
  public init(threads: Int, repeats: Int) {
    self.threads = threads
    self.repeats = max(repeats, 1)
    prePass = PrePass(threads: threads)
    dataflow = BlockExecutor(kind: .dataflow, threads: threads)
    blockSTM = BlockExecutor(kind: .blockSTM, threads: threads)
  }

  /// Measures a block.
  ///
  /// - Throws: `FormatError` for a snapshot whose senders do not fit, `BlockError` for a block that is not valid.
  public func measure(_ snapshot: BlockSnapshot) throws -> Measurement {
    let processor = try BlockJob(snapshot, threads: threads).processor
    let before = MemoryState(base: snapshot.preState)
    var machine = processor.makeMachine(on: before)
    try processor.begin(&machine, on: before)

    // The first round warms the summaries and everything else up.
    let plan = plan(processor, on: before)
    let reference = try serial.run(processor, on: snapshot.preState)
    var runs: [BlockRun] = []
    var times: [[UInt64]] = [[], [], [], []]
    for round in 0...repeats {
      runs = [try timed(round, &times[0]) { try serial.run(processor, on: snapshot.preState) }]
      runs.append(
        try timed(round, &times[1]) { try dataflow.run(processor, on: snapshot.preState, plan: plan) })
      runs.append(
        try timed(round, &times[2]) {
          try dataflow.run(
            processor, on: snapshot.preState,
            plan: dataflow.wantsPlan(for: processor) ? self.plan(processor, on: before) : nil)
        })
      runs.append(try timed(round, &times[3]) { try blockSTM.run(processor, on: snapshot.preState) })
    }
    let medians = times.map { $0.sorted()[$0.count / 2] }
    let ceiling = try simulator(processor, reference, on: snapshot.preState)
    return Measurement(
      block: snapshot.block.header.number, fork: "\(snapshot.fork)", transactions: processor.senders.count,
      gas: reference.result.gasUsed, serial: medians[0], planned: medians[1], cold: medians[2],
      blockSTM: medians[3], plannedThreads: runs[1].threads, plannedExecutions: runs[1].executions,
      blockSTMExecutions: runs[3].executions, ceilingOf2: ceiling.speedUp(workers: 2),
      ceilingOf8: ceiling.speedUp(workers: 8),
      difference: try runs.lazy.compactMap { try MainJob.firstDifference(reference, $0) }.first)
  }

  private func timed(
    _ round: Int, _ times: inout [UInt64], _ body: () throws -> BlockRun
  ) rethrows -> BlockRun {
    let start = ContinuousClock.now
    let run = try body()
    if round > 0 { times.append(start.nanosecondsSince) }
    return run
  }

  private func plan(_ processor: BlockProcessor, on state: MemoryState) -> ExecutionPlan {
    let predictions = prePass.predict(processor, on: state).map(\.prediction)
    let planner = BlockPlanner(processor, on: state)
    return ExecutionPlan(Schedule.ordered(planner.transactions(predictions), workers: threads))
  }

  /// A simulator of the schedule that follows from what the transactions really touched and took.
  private func simulator(
    _ processor: BlockProcessor, _ run: BlockRun, on preState: any StateReader
  ) throws -> Simulator {
    var costs = [Int](repeating: .max, count: processor.senders.count)
    let before = MemoryState(base: preState)
    var machine = processor.makeMachine(on: before)
    try processor.begin(&machine, on: before)
    for _ in 0..<3 {
      let state = MemoryState(copying: before)
      for index in costs.indices {
        let start = ContinuousClock.now
        let result = try machine.execute(
          processor.block.transactions[index], sender: processor.senders[index], on: state)
        try state.apply(result.effects)
        costs[index] = min(costs[index], Int(clamping: start.nanosecondsSince))
      }
    }
    let actual = run.result.transactions.map {
      Prediction(trust: .certain, access: $0.effects.accessSet)
    }
    let planner = BlockPlanner(processor, on: before)
    return Simulator(Schedule.ordered(planner.transactions(actual, costs: costs), workers: threads))
  }
}
