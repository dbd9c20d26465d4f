public import AccessAnalysis
public import ChainFormats
import ConflictScheduling
import EVM
import EVMState
import WaveExecution

/// Measures what binding again is worth to a run whose plan rests on other values than the block finds.
///
/// The plans are those of someone who predicts transactions as they arrive, each as if it were the next to run, or on the
/// state before some other block. Each way of running takes its turn, again and again, and the median counts. All runs
/// are compared with the serial one.
public struct RebindingBenchmark: Sendable {
  /// What one way of running a block took: medians.
  public struct Cost: Encodable, Sendable {
    /// Nanoseconds from beginning to end.
    public let wall: UInt64
    /// Nanoseconds of processor time, of all threads together.
    public let cpu: UInt64
    /// Executions of transactions in the last run, repeated ones included.
    public let executions: Int
    /// Predictions made anew in the last run.
    public let rebindings: Int
  }

  /// What one block took.
  public struct Measurement: Encodable, Sendable {
    /// The block's number, or what kind of generated block it is.
    public let block: String
    /// How many transactions it has.
    public let transactions: Int
    /// Predictions of which something they hang on was different when their turn came.
    public let broken: Int
    /// One transaction after the other.
    public let serial: Cost
    /// By the plan as it is.
    public let asPlanned: Cost
    /// By the same plan, binding again what is broken.
    public let rebinding: Cost
    /// By a plan that follows the block's own values, binding again where need be.
    public let inOrder: Cost
    /// By that plan without a look at what predictions hang on: what looking costs.
    public let unwatched: Cost
    /// The first difference from the serial run, if any.
    public let difference: String?
  }

  private let repeats: Int
  private let patience: Int
  private let threads: Int
  private let prePass: PrePass
  private let serial = BlockExecutor(kind: .serial, threads: 1)
  private let dataflow: BlockExecutor

  /// Prepares.
  ///
  /// - Parameters:
  ///   - threads: on how many threads to run.
  ///   - repeats: how often each way is tried; 1 or more.
  ///   - patience: how often to try again where other programs kept a run waiting for a core.
  ///   - analyzer: predicts; its summaries are used and added to.
  public init(
    threads: Int, repeats: Int, patience: Int = 0, analyzer: AccessAnalyzer = AccessAnalyzer()
  ) {
    self.patience = max(patience, 0)
    self.threads = threads
    self.repeats = max(repeats, 1)
    prePass = PrePass(analyzer: analyzer, threads: threads)
    dataflow = BlockExecutor(kind: .dataflow, threads: threads)
  }

  /// Measures a block whose transactions were predicted each on the state before it.
  ///
  /// - Throws: `FormatError` for a snapshot whose senders do not fit, `BlockError` for a block that is not valid.
  public func measure(_ snapshot: BlockSnapshot) throws -> Measurement {
    let processor = try BlockJob(snapshot, threads: threads).processor
    return try measure(
      "\(snapshot.block.header.number)", processor, on: snapshot.preState, planOn: snapshot.preState)
  }

  /// Measures the block whose first transaction changes where the others go: predicted each on the state before it, and on
  /// a state that is older than the block, in which that change has been made before.
  public func measureRerouted(count: Int) throws -> [Measurement] {
    let generated = GeneratedBlock(.rerouted, count: count)
    return [
      try measure("rerouted", generated.processor, on: generated.state, planOn: generated.state),
      try measure("older", generated.processor, on: generated.reroutedBefore(), planOn: generated.state),
    ]
  }

  private func measure(
    _ name: String, _ processor: BlockProcessor, on preState: MemoryState, planOn planState: MemoryState
  ) throws -> Measurement {
    let reference = try serial.run(processor, on: preState)
    let planOpening = try processor.opening(over: planState)
    let opening = try processor.opening(over: preState)
    let alone = prePass.predict(processor, on: planOpening, inOrder: false).map(\.prediction)
    let inOrder = prePass.predict(processor, on: opening).map(\.prediction)
    let origin: ExecutionPlan.Origin = planState === preState ? .opening : .other
    let stale = plan(processor, alone, on: opening, origin)
    let fresh = plan(processor, inOrder, on: opening, .inOrder)
    let predictor = prePass.predictor(for: processor)
    let ways: [(BlockExecutor, ExecutionPlan?, BlockPredictor?)] = [
      (serial, nil, nil), (dataflow, stale, nil), (dataflow, stale, predictor), (dataflow, fresh, predictor),
      (dataflow, fresh, nil),
    ]
    var difference: String?
    var turns = try SideBySide(
      ways.map { executor, plan, predictor in
        .init(executor: executor) {
          try executor.run(processor, on: preState, plan: plan, predictor: predictor)
        }
      }, patience: patience)
    for number in 1...repeats {
      try turns.round(number) { run in
        if difference == nil { difference = try MainJob.firstDifference(reference, run) }
      }
    }
    let all = try turns.results().map {
      Cost(
        wall: $0.cost.wall, cpu: $0.cost.cpu, executions: $0.run.executions, rebindings: $0.run.rebindings)
    }
    let check = try PredictionCheck(alone, processor, preState: preState)
    return Measurement(
      block: name, transactions: processor.senders.count, broken: check.rows.count { !$0.conditionsHeld },
      serial: all[0], asPlanned: all[1], rebinding: all[2], inOrder: all[3], unwatched: all[4],
      difference: difference)
  }

  private func plan(
    _ processor: BlockProcessor, _ predictions: [Prediction], on state: MemoryState,
    _ origin: ExecutionPlan.Origin
  ) -> ExecutionPlan {
    let planner = BlockPlanner(processor, on: state)
    return ExecutionPlan(
      Schedule.ordered(planner.transactions(predictions, addsUp: true), workers: threads), workers: threads,
      predictions: predictions, madeOn: origin, on: state, coinbase: processor.environment.coinbase)
  }
}
