import ConflictScheduling
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
  /// Transactions whose predictions were made anew, as something they hang on had changed.
  public var rebindings = 0
  /// On how many threads it was run.
  public var threads: Int
  /// How it was run.
  public var way: RunWay
}

/// How a block was run, as far as the executor had the choice.
public enum RunWay: String, Sendable, Encodable {
  /// One transaction after the other: the block is too small to share, or one chain.
  case serial
  /// In parallel without a plan: none was at hand, and making one would have taken longer than it saves.
  case optimistic
  /// In parallel by a plan.
  case planned
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
  let pool = WorkerPool()
  let codes = CodeCache()
  let workspace: Workspace

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
  /// An executor that adapts shares a block between threads where that pays. By a plan in nanoseconds it knows at once;
  /// otherwise it begins on one thread and shares what is left once it has seen how long transactions take. So a small
  /// block, or one of plain transfers, never leaves that thread.
  ///
  /// - Parameters:
  ///   - processor: the block.
  ///   - state: the state before it, which must not change meanwhile.
  ///   - plan: which transactions wait for which; without one everything starts at once.
  ///   - predictor: what to make a plan from, where none is given and that pays; and what to bind transactions again
  ///     with whose predictions turn out to rest on values that are no more, where the plan was given its predictions.
  /// - Throws: `BlockError`; nothing of a failed run is left anywhere.
  public func run(
    _ processor: BlockProcessor, on state: any StateReader, plan: ExecutionPlan? = nil,
    predictor: BlockPredictor? = nil
  ) throws(BlockError) -> BlockRun {
    let count = processor.block.transactions.count
    let plan = count > 0 && plan?.count == count ? plan : nil
    let most = max(1, min(threads, count))
    var result = BlockResult()
    var next = 0
    if kind == .serial || (adapts && (most == 1 || !mayPay(processor, plan))) {
      let opening = MemoryState(base: state)
      try begin(processor, on: opening, &next, &result, plan) { _, _ in false }
      return BlockRun(serially: result, opening)
    }
    guard adapts, kind != .blockSTM, plan?.unit != .nanoseconds else {
      pool.prepare(for: most)
      let opening = MemoryState(base: state)
      try begin(processor, on: opening, &next, &result, nil) { _, _ in true }
      if count == 0 { return BlockRun(serially: result, opening) }
      return try share(processor, from: next, result, on: opening, over: state, plan, predictor, most)
    }
    let opening = MemoryState(base: state)
    if plan == nil { CoreDistance.refresh() }
    var scout = Scout(processor)
    try begin(processor, on: opening, &next, &result, plan) { next, result in
      let finding = scout.look(next, result)
      if finding == .wake { scout.pausing { pool.prepare(for: most) } }
      return finding == .share
    }
    if next == count { return BlockRun(serially: result, opening) }
    let own = plan ?? self.plan(processor, from: next, on: opening, scout, predictor, most)
    if plan == nil, let own, !own.pays {
      try begin(processor, on: opening, &next, &result, own) { _, _ in false }
      return BlockRun(serially: result, opening)
    }
    return try share(processor, from: next, result, on: opening, over: state, own, predictor, most)
  }

  /// Runs the block serially from transaction `next` on until `stops` says so, which is asked before each transaction;
  /// to its end where it does not.
  private func begin(
    _ processor: BlockProcessor, on state: MemoryState, _ next: inout Int, _ result: inout BlockResult,
    _ plan: ExecutionPlan?, until stops: (Int, borrowing BlockResult) -> Bool
  ) throws(BlockError) {
    let count = processor.block.transactions.count
    try workspace.contexts[0].withMachine(for: processor, on: state, codes: codes) {
      machine throws(BlockError) in
      if next == 0 { result.opening = try processor.begin(&machine, on: state) }
      while next < count {
        if stops(next, result) { return }
        if next == 0 {
          state.makeRoom(forTransactions: count)
          result.transactions.reserveCapacity(count)
        }
        plan?.prepare(&machine, for: next)
        try processor.executeNext(next, on: state, with: &machine, &result)
        next += 1
      }
      try processor.finish(&machine, on: state, &result)
    }
  }

  /// Runs the block from transaction `first` on in parallel.
  ///
  /// - Parameters:
  ///   - result: what came before.
  ///   - opening: the state behind that.
  ///   - state: the state before the block.
  private func share(
    _ processor: BlockProcessor, from first: Int, _ result: BlockResult, on opening: MemoryState,
    over state: any StateReader, _ plan: ExecutionPlan?, _ predictor: BlockPredictor?, _ most: Int
  ) throws(BlockError) -> BlockRun {
    let count = processor.block.transactions.count
    let workers = workers(for: plan, most)
    var outcome: (result: BlockResult, state: MemoryState, executions: Int)
    var rebindings = 0
    if kind == .blockSTM {
      let run = STMRun(processor, base: opening, codes: codes)
      pool.run(on: workers) { [workspace] in run.work(workspace.contexts[$0]) }
      let (transactions, executions) = try run.finish(on: opening)
      outcome = (transactions, opening, executions)
      outcome.result.opening = result.opening
    } else {
      let results: [TransactionResult]
      (results, outcome) = try Places.fill(count) { places throws(BlockError) in
        let run = ParallelRun(
          processor, from: first, result, in: places, base: opening.isEmpty ? state : opening,
          opening: opening, codes: codes,
          plan: plan ?? .unconstrained(processor.block.transactions, from: first, workers: workers),
          hasBarriers: kind == .waves, workers: workers, predictor: predictor, workspace: workspace,
          pool: pool, mayGiveUp: adapts && workers > 1, perturbation: perturbation)
        pool.run(on: workers) { run.work($0) }
        rebindings = run.rebinding?.count ?? 0
        return try run.finish()
      }
      outcome.result.transactions = results
    }
    try workspace.contexts[0].withMachine(for: processor, on: outcome.state, codes: codes) {
      machine throws(BlockError) in
      try processor.finish(&machine, on: outcome.state, &outcome.result)
    }
    return BlockRun(
      result: outcome.result, state: outcome.state, executions: outcome.executions,
      mispredictions: outcome.executions - count, rebindings: rebindings, threads: workers,
      way: plan == nil ? .optimistic : .planned)
  }

  /// The processor time in nanoseconds that the executor's own threads have used since it was made; the rest of a run is
  /// the calling thread's. What a thread used that was asleep when a block was over is added later.
  public var helperNanoseconds: Int { pool.helperNanoseconds }

  // MARK: Choices

  /// Whether more than one thread may pay, as far as that is known without running anything.
  private func mayPay(_ processor: BlockProcessor, _ plan: ExecutionPlan?) -> Bool {
    if kind == .blockSTM { return Scout.mayPay(processor) }
    if plan?.unit != .nanoseconds, Scout.isTiny(processor) || Scout.isOnlyTransfers(processor) {
      return false
    }
    guard let plan else { return true }
    guard plan.mayPay else { return false }
    // The cores may have moved since the plan was made.
    CoreDistance.refresh()
    return plan.pays
  }

  /// On how many threads to share a block: those that a plan cannot keep busy for most of the time only get in each
  /// other's way.
  private func workers(for plan: ExecutionPlan?, _ most: Int) -> Int {
    guard adapts, let plan, kind != .blockSTM else { return most }
    return min(most, Int(plan.parallelism.rounded(.up)) + 1)
  }

  /// A plan for the transactions from `first` on, or nil where predicting them takes longer than a plan saves: what
  /// was known beforehand, or shows while predicting.
  private func plan(
    _ processor: BlockProcessor, from first: Int, on state: MemoryState, _ scout: Scout,
    _ predictor: BlockPredictor?, _ workers: Int
  ) -> ExecutionPlan? {
    guard let predictor else { return nil }
    let count = processor.block.transactions.count
    // A plan saves repetitions: the more threads, the more transactions run ahead of what they depend on.
    let budget = scout.nanosecondsLeft * min(Double(workers) * 0.03, 0.2)
    if let pace = predictor.nanosecondsPerTransaction,
      Double(pace) * Double(count - first) > 2 * budget
    {
      return nil
    }
    let start = ContinuousClock.now
    let isLate: @Sendable () -> Bool = { Double(start.nanosecondsSince) > budget }
    let predictions = Predictions(count: count, from: first)
    pool.run(on: workers) { _ in predictions.work(predictor, on: state, until: isLate) }
    guard let predictions = predictions.all else { return nil }
    let planner = BlockPlanner(processor, on: state)
    return ExecutionPlan(
      Schedule.ordered(planner.transactions(predictions, addsUp: true), workers: workers), workers: workers,
      predictions: predictions, on: state, coinbase: processor.environment.coinbase)
  }
}

extension MemoryState {
  /// Makes room for about what so many transactions leave. Not before the first of them runs: a block's system calls leave little.
  func makeRoom(forTransactions count: Int) { reserve(accounts: 3 * count, slots: count) }
}

extension BlockRun {
  fileprivate init(serially result: BlockResult, _ state: MemoryState) {
    self.init(
      result: result, state: state, executions: result.transactions.count, mispredictions: 0, threads: 1,
      way: .serial)
  }
}
