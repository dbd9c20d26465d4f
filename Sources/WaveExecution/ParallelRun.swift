import ConflictScheduling
import EVM
import EVMState
import EthereumTypes

/// One block being run by several workers.
///
/// The protocol, all of it:
/// 1. A transaction is *ready* when its predecessors in the plan have run. Workers take the most urgent ready
///    transaction, run it on its view of the versioned state, publish what it did, and release its successors.
/// 2. Transactions become *final* in block order. Whoever finishes the transaction that is next in line becomes the
///    committer: it checks that every value the transaction had observed is what the now final transactions before
///    it left, and runs it again on the spot if not. What the committer saw is final, so nothing runs more than twice.
/// 3. A transaction that could not run (a nonce that does not fit, an unreadable value) is run again by the committer
///    as well. If it fails then too, the block is at fault: all workers stop and the error is reported.
/// With barriers, the ready transactions of a wave are released together, when the wave before has run.
final class ParallelRun: Sendable {
  /// What running a transaction gave, right or wrong.
  typealias Outcome = Result<TransactionResult, ExecutionError>

  private struct Progress {
    var ready: ReadyQueue
    /// For each transaction, how many predecessors have not run.
    var waiting: [Int32]
    var outcomes: [Outcome?]
    /// Transactions below this are final.
    var finalCount = 0
    var isCommitting = false
    /// Workers that are running a transaction or committing.
    var busyWorkers = 0
    var executions = 0
    var gasUsed: UInt64 = 0
    var blobGasUsed: UInt64 = 0
    var error: BlockError?
    /// With barriers: the wave that runs, and how many of its transactions have not.
    var wave: Int32 = 0
    var leftInWave = 0

    /// A transaction that no one will release because the plan is wrong (a cycle, say): the first that has not run,
    /// when nobody is running anything.
    var stranded: Int? {
      busyWorkers == 0 ? outcomes.firstIndex { $0 == nil } : nil
    }

    var isOver: Bool { error != nil || finalCount == outcomes.count }
  }

  private let processor: BlockProcessor
  private let codes: CodeCache
  private let plan: ExecutionPlan
  private let hasBarriers: Bool
  private let waves: [[Int]]
  private let versions: VersionedState
  private let monitor: Monitor<Progress>

  init(
    _ processor: BlockProcessor, base: any StateReader, codes: CodeCache, plan: ExecutionPlan,
    hasBarriers: Bool
  ) {
    self.processor = processor
    self.codes = codes
    self.plan = plan
    self.hasBarriers = hasBarriers
    versions = VersionedState(base: base)
    var progress = Progress(
      ready: ReadyQueue(priorities: plan.priorities),
      waiting: (0..<plan.count).map { Int32(plan.predecessors[$0].count) },
      outcomes: Array(repeating: nil, count: plan.count))
    var waves: [[Int]] = []
    if hasBarriers {
      waves = Array(repeating: [], count: Int(plan.waveOf.max() ?? -1) + 1)
      for index in 0..<plan.count { waves[Int(plan.waveOf[index])].append(index) }
      progress.leftInWave = waves.first?.count ?? 0
      for index in waves.first ?? [] { progress.ready.push(index) }
    } else {
      for index in 0..<plan.count where progress.waiting[index] == 0 { progress.ready.push(index) }
    }
    self.waves = waves
    monitor = Monitor(progress)
  }

  // MARK: Workers

  /// One worker's life: runs transactions until the block is over.
  func work() {
    let view = VersionedView(versions)
    var machine = processor.makeMachine(on: view, codes: codes)
    while let index = nextReady() {
      defer { noteIdle() }
      let outcome = execute(index, &machine, view, foretellsNonce: true)
      if case .success(let result) = outcome { versions.publish(result.effects, index: index) }
      if noteExecuted(index, outcome) { commit(&machine, view) }
    }
  }

  private func nextReady() -> Int? {
    monitor.waitUntil { progress -> Int?? in
      if progress.isOver { return .some(nil) }
      if let index = progress.ready.pop() ?? progress.stranded {
        progress.busyWorkers += 1
        return index
      }
      return nil
    }
  }

  private func noteIdle() { monitor.withLock { $0.busyWorkers -= 1 } }

  private func execute(
    _ index: Int, _ machine: inout Machine, _ view: VersionedView, foretellsNonce: Bool
  ) -> Outcome {
    let transaction = processor.block.transactions[index]
    let sender = processor.senders[index]
    view.move(to: index, sender: sender, nonce: foretellsNonce ? transaction.nonce : nil)
    do throws(ExecutionError) {
      return .success(try machine.execute(transaction, sender: sender, on: view))
    } catch { return .failure(error) }
  }

  /// Notes that a transaction has run and releases what waited for it.
  ///
  /// - Returns: whether the caller must commit.
  private func noteExecuted(_ index: Int, _ outcome: Outcome) -> Bool {
    // This worker takes one of the ready transactions itself; waking another for a lone successor would only move a
    // chain of transactions from core to core.
    monitor.withLockWaking { progress -> (result: Bool, wake: Int) in
      progress.outcomes[index] = outcome
      progress.executions += 1
      release(index, &progress)
      let mustCommit = !progress.isCommitting && index == progress.finalCount
      if mustCommit { progress.isCommitting = true }
      return (mustCommit, progress.ready.count - 1)
    }
  }

  private func release(_ index: Int, _ progress: inout Progress) {
    guard hasBarriers else {
      for successor in plan.successors[index] {
        progress.waiting[Int(successor)] -= 1
        if progress.waiting[Int(successor)] == 0 { progress.ready.push(Int(successor)) }
      }
      return
    }
    progress.leftInWave -= 1
    while progress.leftInWave == 0, Int(progress.wave) + 1 < waves.count {
      progress.wave += 1
      let next = waves[Int(progress.wave)]
      progress.leftInWave = next.count
      for index in next { progress.ready.push(index) }
    }
  }

  // MARK: The committer

  /// Makes transactions final, in order, as far as they have run.
  private func commit(_ machine: inout Machine, _ view: VersionedView) {
    while let (index, outcome) = nextToCommit() {
      do throws(BlockError) {
        let (gas, blobs) = monitor.withLock { ($0.gasUsed, $0.blobGasUsed) }
        try processor.admit(index, gasUsed: gas, blobGasUsed: blobs)
        let result = try settle(index, outcome, &machine, view)
        monitor.withLock { progress in
          progress.outcomes[index] = .success(result)
          progress.gasUsed += result.gasUsed
          progress.blobGasUsed +=
            UInt64(processor.block.transactions[index].blobVersionedHashes.count) * BlobSchedule.gasPerBlob
          progress.finalCount += 1
        }
      } catch {
        monitor.withLock { progress in
          progress.error = error
          progress.isCommitting = false
        }
      }
    }
    if monitor.withLock({ $0.isOver }) { monitor.wakeAll() }
  }

  private func nextToCommit() -> (Int, Outcome)? {
    monitor.withLock { progress in
      if !progress.isOver, let outcome = progress.outcomes[progress.finalCount] {
        return (progress.finalCount, outcome)
      }
      progress.isCommitting = false
      return nil
    }
  }

  /// The outcome of a transaction all of whose predecessors are final: the one at hand if it holds, a new one if not.
  private func settle(
    _ index: Int, _ outcome: Outcome, _ machine: inout Machine, _ view: VersionedView
  ) throws(BlockError) -> TransactionResult {
    if case .success(var result) = outcome {
      if try settle(&result, index) { return result }
      versions.retract(result.effects, index: index)
    }
    monitor.withLock { $0.executions += 1 }
    switch execute(index, &machine, view, foretellsNonce: false) {
    case .success(var result):
      versions.publish(result.effects, index: index)
      _ = try settle(&result, index)
      return result
    case .failure(.rejected(let rejection)): throw .transaction(index: index, rejection)
    case .failure(.state(let error)): throw .state(error)
    }
  }

  private func settle(_ result: inout TransactionResult, _ index: Int) throws(BlockError) -> Bool {
    do throws(StateReadError) { return try versions.settle(&result.effects, index: index) } catch {
      throw .state(error)
    }
  }

  // MARK: The end

  /// The results in block order, or why there are none. Called when all workers are done.
  func finish() throws(BlockError) -> (result: BlockResult, executions: Int) {
    let (outcomes, executions, gasUsed, blobGasUsed, error) = monitor.withLock {
      ($0.outcomes, $0.executions, $0.gasUsed, $0.blobGasUsed, $0.error)
    }
    if let error { throw error }
    var result = BlockResult()
    result.gasUsed = gasUsed
    result.blobGasUsed = blobGasUsed
    for case .success(let transaction)? in outcomes { result.transactions.append(transaction) }
    return (result, executions)
  }
}
