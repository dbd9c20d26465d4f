import AccessAnalysis
public import ChainFormats
import ConflictScheduling
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Foundation
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
    /// By `dataflow` with the schedule at hand, as who built the block has it: made from predictions and gas used.
    public let planned: Cost
    /// By `dataflow` with the pre-pass (summaries warm) and the scheduling inside, or whatever the executor finds pays.
    public let cold: Cost
    /// What `cold` did.
    public let coldWay: PlanAdvice
    /// By Block-STM.
    public let blockSTM: Cost
    /// By `dataflow` with the schedule at hand on one thread: what the parallel machinery itself costs.
    public let alone: Cost
    /// The speed-up of a perfect plan over serial, were dispatch free, with the measured time of each transaction, on
    /// 2 workers.
    public let ceilingOf2: Double
    /// The same on 8 workers.
    public let ceilingOf8: Double
    /// The first difference from the serial run, if any.
    public let difference: String?

    /// Serial time over the time of another way.
    public func speedUp(_ cost: Cost) -> Double { Double(serial.wall) / Double(max(cost.wall, 1)) }
  }

  /// On how many threads at most.
  public let threads: Int
  private let repeats: Int
  private let isShort: Bool
  private let prePass: PrePass
  private let serial = BlockExecutor(kind: .serial, threads: 1)
  private let dataflow: BlockExecutor
  private let blockSTM: BlockExecutor
  private let alone = BlockExecutor(kind: .dataflow, threads: 1, adapts: false)

  /// Prepares.
  ///
  /// - Parameters:
  ///   - threads: on how many threads to run at most.
  ///   - repeats: how often each way is tried; 1 or more.
  ///   - isShort: leave out what takes longest, cold and Block-STM, and show serial in their places.
  public init(threads: Int, repeats: Int, isShort: Bool = false) {
    self.isShort = isShort
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
    return try measure("\(snapshot.block.header.number)", processor, on: snapshot.preState)
  }

  /// Measures a generated block.
  public func measure(_ generated: GeneratedBlock) throws -> Measurement {
    try measure(generated.shape.rawValue, generated.processor, on: generated.state)
  }

  private func measure(
    _ name: String, _ processor: BlockProcessor, on preState: any StateReader
  ) throws -> Measurement {
    let before = MemoryState(base: preState)
    var machine = processor.makeMachine(on: before)
    try processor.begin(&machine, on: before)

    let reference = try serial.run(processor, on: preState)
    let gas = reference.result.transactions.map { Int(clamping: $0.gasUsed) }
    let plan = plan(processor, on: before, costs: gas)
    var way = PlanAdvice.serial
    // The first round warms the summaries and everything else up.
    let ways: [() throws -> BlockRun] = [
      { try serial.run(processor, on: preState) },
      { try dataflow.run(processor, on: preState, plan: plan) },
      {
        if isShort { return try serial.run(processor, on: preState) }
        way = dataflow.advice(for: processor, prePassNanoseconds: prePass.nanosecondsPerTransaction)
        return try dataflow.run(
          processor, on: preState, plan: way == .plan ? self.plan(processor, on: before) : nil,
          threads: way == .serial ? 1 : nil)
      },
      { try (isShort ? serial : blockSTM).run(processor, on: preState) },
      { try alone.run(processor, on: preState, plan: plan) },
    ]
    var samples = [Samples](repeating: Samples(), count: ways.count)
    var runs: [BlockRun?] = Array(repeating: nil, count: ways.count)
    for round in 0...repeats {
      // Each begins a round as often as any other: what ran before leaves its traces in the caches.
      for turn in ways.indices {
        let number = (turn + round) % ways.count
        runs[number] = nil
        runs[number] = try samples[number].add(round, ways[number])
      }
    }
    let results = runs.compactMap(\.self)
    let costs = zip(samples, results).map { $0.cost(of: $1) }
    let ceiling = try simulator(processor, reference, on: preState)
    return Measurement(
      block: name, fork: "\(processor.environment.fork)", transactions: processor.senders.count,
      gas: reference.result.gasUsed, serial: costs[0], planned: costs[1], cold: costs[2], coldWay: way,
      blockSTM: costs[3], alone: costs[4], ceilingOf2: ceiling.speedUp(workers: 2),
      ceilingOf8: ceiling.speedUp(workers: 8),
      difference: try results.lazy.compactMap { try MainJob.firstDifference(reference, $0) }.first)
  }

  private func plan(
    _ processor: BlockProcessor, on state: MemoryState, costs: [Int]? = nil
  ) -> ExecutionPlan {
    let predictions = prePass.predict(processor, on: state).map(\.prediction)
    let planner = BlockPlanner(processor, on: state)
    return ExecutionPlan(
      Schedule.ordered(planner.transactions(predictions, costs: costs), workers: threads))
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

/// The times of one way of running a block.
private struct Samples {
  private var wall: [UInt64] = []
  private var cpu: [UInt64] = []

  /// Runs `body`, and counts it unless it is the first round.
  mutating func add(_ round: Int, _ body: () throws -> BlockRun) rethrows -> BlockRun {
    let cpuStart = ProcessTime.nanoseconds
    let start = ContinuousClock.now
    let run = try body()
    if round > 0 {
      wall.append(start.nanosecondsSince)
      cpu.append(ProcessTime.nanoseconds &- cpuStart)
    }
    return run
  }

  func cost(of run: BlockRun) -> ParallelBenchmark.Cost {
    ParallelBenchmark.Cost(
      wall: wall.sorted()[wall.count / 2], cpu: cpu.sorted()[cpu.count / 2], executions: run.executions,
      threads: run.threads)
  }
}

/// The processor time that all threads of this process have used.
private enum ProcessTime {
  static var nanoseconds: UInt64 {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return 0 }
    return UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_nsec)
  }
}
