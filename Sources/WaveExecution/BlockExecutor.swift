public import EVM
public import EVMState

/// How a block is run. Every way gives the same result.
public enum ExecutorKind: String, Sendable, CaseIterable {
  /// One transaction after the other: the reference.
  case serial
  /// Wave by wave, waiting for all of a wave before the next.
  case waves
  /// Each transaction as soon as its predecessors have run.
  case dataflow
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
}

/// Runs blocks on a number of threads. Keeps its threads between blocks; one executor runs one block at a time.
public final class BlockExecutor: Sendable {
  /// How blocks are run.
  public let kind: ExecutorKind
  /// The number of threads, at least 1.
  public let threads: Int
  private let pool = WorkerPool()
  private let codes = CodeCache()

  /// Makes an executor.
  ///
  /// - Parameters:
  ///   - kind: how to run blocks.
  ///   - threads: on how many threads; 1 or more.
  public init(kind: ExecutorKind = .dataflow, threads: Int) {
    self.kind = kind
    self.threads = max(1, min(threads, 256))
  }

  /// Runs a block.
  ///
  /// - Parameters:
  ///   - processor: the block.
  ///   - state: the state before it, which must not change meanwhile.
  ///   - plan: which transactions wait for which; without one everything starts at once.
  /// - Throws: `BlockError`; nothing of a failed run is left anywhere.
  public func run(
    _ processor: BlockProcessor, on state: any StateReader, plan: ExecutionPlan? = nil
  ) throws(BlockError) -> BlockRun {
    let current = MemoryState(base: state)
    if kind == .serial {
      let result = try processor.executeSerially(on: current, codes: codes)
      return BlockRun(
        result: result, state: current, executions: result.transactions.count, mispredictions: 0)
    }
    var machine = processor.makeMachine(on: current, codes: codes)
    try processor.begin(&machine, on: current)
    let count = processor.block.transactions.count
    let usable = plan.flatMap { $0.count == count ? $0 : nil } ?? .unconstrained(count: count)
    let run = ParallelRun(processor, base: current, codes: codes, plan: usable, hasBarriers: kind == .waves)
    let workers = max(1, min(threads, count))
    if count > 0 { pool.run(on: workers) { _ in run.work() } }
    var outcome = try run.finish()
    do throws(StateReadError) {
      for transaction in outcome.result.transactions { try current.apply(transaction.effects) }
    } catch { throw .state(error) }
    outcome.result.requests = try processor.finish(
      &machine, on: current, logs: outcome.result.transactions.map(\.logs))
    return BlockRun(
      result: outcome.result, state: current, executions: outcome.executions,
      mispredictions: outcome.executions - count)
  }
}
