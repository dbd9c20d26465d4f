public import EVM
public import EVMState
import Foundation

/// How a block is run. Every way gives the same result.
public enum ExecutorKind: String, Sendable, CaseIterable {
  /// One transaction after the other: the reference.
  case serial
  /// Wave by wave, waiting for all of a wave before the next.
  case waves
  /// Each transaction as soon as its predecessors have run.
  case dataflow
  /// Optimistically, without a plan (Block-STM): what the others are measured against.
  case blockSTM = "block-stm"
}

/// A block that was run.
public struct BlockRun: Sendable {
  /// The outcome.
  public var result: BlockResult
  /// The state behind the block.
  public var state: MemoryState
  /// Executions of transactions, repeated ones included.
  public var executions: Int
  /// Transactions that had to run again because a value they had read turned out to be another one.
  public var mispredictions: Int
  /// On how many threads it was run.
  public var threads: Int
}

/// How to run a block for which no plan is at hand.
public enum PlanAdvice: String, Sendable, Encodable {
  /// One transaction after the other: the block is too small to share, or one chain.
  case serial
  /// In parallel without a plan: a pre-pass would take longer than it saves.
  case optimistic
  /// Predict, schedule, and run in parallel.
  case plan
}

/// Runs blocks on a number of threads. Keeps its threads and their memory between blocks; one executor runs one block
/// at a time.
public final class BlockExecutor: Sendable {
  /// How blocks are run.
  public let kind: ExecutorKind
  /// The number of threads, at least 1: all of them where `adapts` is false, at most as many where it is true.
  public let threads: Int
  /// Whether a block is run on no more threads than its plan can keep busy, and serially where that is one.
  public let adapts: Bool
  /// The number of cores this process may use. Asking takes as long as a hundred transfers, so it is asked once.
  public static let coreCount = max(ProcessInfo.processInfo.activeProcessorCount, 1)
  private let perturbation: Perturbation?
  private let pool = WorkerPool()
  private let codes = CodeCache()
  private let workspace: Workspace

  /// Makes an executor.
  ///
  /// - Parameters:
  ///   - kind: how to run blocks.
  ///   - threads: on how many threads at most, 1 or more; all cores by default.
  ///   - adapts: whether to use fewer where more would not pay.
  ///   - perturbation: disturbs `waves` and `dataflow` on purpose, for tests.
  public init(
    kind: ExecutorKind = .dataflow, threads: Int? = nil, adapts: Bool = true,
    perturbation: Perturbation? = nil
  ) {
    self.kind = kind
    self.threads = max(1, min(threads ?? Self.coreCount, 256))
    self.adapts = adapts
    self.perturbation = perturbation
    workspace = Workspace(workers: self.threads)
  }

  /// Runs a block.
  ///
  /// - Parameters:
  ///   - processor: the block.
  ///   - state: the state before it, which must not change meanwhile.
  ///   - plan: which transactions wait for which; without one everything starts at once.
  ///   - threads: run this block on no more than so many threads.
  /// - Throws: `BlockError`; nothing of a failed run is left anywhere.
  public func run(
    _ processor: BlockProcessor, on state: any StateReader, plan: ExecutionPlan? = nil,
    threads: Int? = nil
  ) throws(BlockError) -> BlockRun {
    let count = processor.block.transactions.count
    let plan = plan.flatMap { $0.count == count ? $0 : nil }
    let workers = min(workers(for: processor, plan), max(threads ?? .max, 1))
    if kind != .serial, !adapts || workers > 1 {
      pool.prepare(for: workers)
      return try runInParallel(processor, on: state, plan, workers)
    }
    let current = MemoryState(base: state)
    let result = try workspace.contexts[0].withMachine(for: processor, on: current, codes: codes) {
      machine throws(BlockError) in
      try processor.executeSerially(on: current, with: &machine)
    }
    return BlockRun(result: result, state: current, executions: count, mispredictions: 0, threads: 1)
  }

  private func runInParallel(
    _ processor: BlockProcessor, on state: any StateReader, _ plan: ExecutionPlan?, _ workers: Int
  ) throws(BlockError) -> BlockRun {
    let count = processor.block.transactions.count
    let opening = MemoryState(base: state)
    let steps = try workspace.contexts[0].withMachine(for: processor, on: opening, codes: codes) {
      machine throws(BlockError) in
      try processor.begin(&machine, on: opening)
    }
    var outcome: (result: BlockResult, state: MemoryState, executions: Int)
    if kind == .blockSTM {
      let run = STMRun(processor, base: opening, codes: codes)
      pool.run(on: workers) { _ in run.work() }
      let (result, executions) = try run.finish(on: opening)
      outcome = (result, opening, executions)
    } else {
      let run = ParallelRun(
        processor, base: opening.isEmpty ? state : opening, opening: opening, codes: codes,
        plan: plan ?? .unconstrained(count: count),
        hasBarriers: kind == .waves, workers: workers, workspace: workspace, pool: pool,
        perturbation: perturbation)
      pool.run(on: workers) { run.work($0) }
      outcome = try run.finish()
    }
    outcome.result.opening = steps
    try workspace.contexts[0].withMachine(for: processor, on: outcome.state, codes: codes) {
      machine throws(BlockError) in
      try processor.finish(&machine, on: outcome.state, &outcome.result)
    }
    return BlockRun(
      result: outcome.result, state: outcome.state, executions: outcome.executions,
      mispredictions: outcome.executions - count, threads: workers)
  }

  /// The processor time in nanoseconds that the executor's own threads have used since it was made; the rest of a run is
  /// the calling thread's. What a thread used that was asleep when a block was over is added later.
  public var helperNanoseconds: Int { pool.helperNanoseconds }

  /// What to do with a block for which no plan is at hand. Where predicting and scheduling would take longer than what
  /// they save, running everything at once and repeating what went wrong is the better half of a plan; and a block that
  /// is over before a second thread has woken up is run serially.
  ///
  /// - Parameter prePassNanoseconds: what a prediction takes for each transaction; nil where that is not known.
  public func advice(for processor: BlockProcessor, prePassNanoseconds: UInt64?) -> PlanAdvice {
    guard kind != .serial, workers(for: processor, nil) > 1 else { return .serial }
    guard kind != .blockSTM, let prePassNanoseconds else { return kind == .blockSTM ? .optimistic : .plan }
    let prePass = Double(prePassNanoseconds) * Double(processor.block.transactions.count)
    // A plan saves repetitions: a fifth of the work, or so.
    return prePass < Self.expectedNanoseconds(processor) / 5 ? .plan : .optimistic
  }

  /// About how long a block takes on one thread: a microsecond for each transaction, and what gas limits let expect.
  private static func expectedNanoseconds(_ processor: BlockProcessor) -> Double {
    var gas = 0.0
    for index in processor.block.transactions.indices {
      gas += Double(min(processor.block.transactions[index].gasLimit, 1 << 25)) - 21_000
    }
    return Double(processor.block.transactions.count) * 1000 + max(gas, 0) * 0.1
  }

  /// On how many threads to run a block. Waking a thread takes some ten microseconds, the time of a few small
  /// transactions; and threads that a plan cannot keep busy for most of the time only get in each other's way.
  private func workers(for processor: BlockProcessor, _ plan: ExecutionPlan?) -> Int {
    let count = processor.block.transactions.count
    let most = max(1, min(threads, count))
    guard adapts, most > 1 else { return most }
    let expected = Self.expectedNanoseconds(processor)
    guard count >= Self.leastTransactions, expected > Self.leastNanoseconds,
      expected > Self.leastNanosecondsEach * Double(count)
    else { return 1 }
    guard kind != .blockSTM, let plan else { return most }
    let parallelism = plan.parallelism
    return parallelism < Self.leastParallelism ? 1 : min(most, Int(parallelism.rounded(.up)) + 1)
  }

  private static var leastTransactions: Int { 8 }
  private static var leastNanoseconds: Double { 150_000 }
  /// Handing what a plain transfer did from one core to another takes as long as the transfer.
  private static var leastNanosecondsEach: Double { 3000 }
  private static var leastParallelism: Double { 1.1 }
}
