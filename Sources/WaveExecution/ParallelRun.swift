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

  /// What a worker does next.
  enum Step {
    /// Run these, all of which are ready.
    case execute([Int])
    /// Make transactions final.
    case commit(Batch)
    case stop
  }

  /// What the committer takes in one go: the outcomes next in line, and the result to add them to.
  struct Batch {
    var outcomes: [Outcome?] = []
    var result = BlockResult()
    /// Executions the committer adds.
    var executions = 0
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
    hasBarriers: Bool, workers: Int
  ) {
    self.processor = processor
    self.codes = codes
    self.plan = plan
    self.hasBarriers = hasBarriers
    versions = VersionedState(base: base)
    var progress = Progress(plan, workers: workers)
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

  /// One worker's life: runs transactions and makes them final until the block is over.
  func work() {
    let view = VersionedView(versions)
    var machine = processor.makeMachine(on: view, codes: codes)
    var places: [VersionedState.Place] = []
    var step = nextStep { _ in }
    while true {
      switch step {
      case .stop: return
      case .execute(let indices):
        var outcomes: [Outcome] = []
        outcomes.reserveCapacity(indices.count)
        for index in indices { outcomes.append(executeAndPublish(index, &machine, view)) }
        step = nextStep { progress in
          for (index, outcome) in zip(indices, outcomes) { release(index, outcome, &progress) }
          progress.noteIdle()
        }
      case .commit(var batch):
        let error = commit(&batch, &machine, view, &places)
        step = nextStep { $0.take(back: batch, error) }
      }
    }
  }

  /// Notes what the worker has done and finds it something to do: first commit, then execute, else wait. All in one
  /// turn at the lock.
  private func nextStep(_ note: (inout Progress) -> Void) -> Step {
    let step = monitor.withLockWaking { progress -> (result: Step?, wake: Int) in
      note(&progress)
      let step = progress.nextStep()
      if progress.isOver { return (step, .max) }
      // This worker takes one of the ready transactions itself; waking another for a lone successor would only move
      // a chain of transactions from core to core.
      let ready = progress.ready.count
      if case .execute? = step { return (step, ready) }
      return (step, step == nil ? ready : ready - 1)
    }
    return step ?? monitor.waitUntil { $0.nextStep() }
  }

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

  private func executeAndPublish(_ index: Int, _ machine: inout Machine, _ view: VersionedView) -> Outcome {
    let outcome = execute(index, &machine, view, foretellsNonce: true)
    guard case .success(let result) = outcome else { return outcome }
    do throws(StateReadError) { try versions.publish(result.effects, index: index) } catch {
      versions.retract(result.effects, index: index)
      return .failure(.state(error))
    }
    return outcome
  }

  /// Notes that a transaction has run and releases what waited for it.
  private func release(_ index: Int, _ outcome: Outcome, _ progress: inout Progress) {
    progress.note(index, outcome)
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

  /// Makes the transactions of a batch final, in order, up to the first that is at fault.
  private func commit(
    _ batch: inout Batch, _ machine: inout Machine, _ view: VersionedView,
    _ places: inout [VersionedState.Place]
  ) -> BlockError? {
    do throws(BlockError) {
      for position in batch.outcomes.indices {
        let index = batch.result.transactions.count
        try processor.admit(index, gasUsed: batch.result.gasUsed, blobGasUsed: batch.result.blobGasUsed)
        // Taken out, so that bringing the effects up to date does not copy them.
        let outcome = batch.outcomes[position]
        batch.outcomes[position] = nil
        if let result = try settle(index, consume outcome, &places) {
          batch.append(result, processor.block.transactions[index])
        } else {
          batch.executions += 1
          batch.append(try executeAgain(index, &machine, view, &places), processor.block.transactions[index])
        }
      }
      return nil
    } catch { return error }
  }

  /// Makes the outcome at hand final, or takes it back where it does not hold.
  private func settle(
    _ index: Int, _ outcome: consuming Outcome?, _ places: inout [VersionedState.Place]
  ) throws(BlockError) -> TransactionResult? {
    guard case .success(var result)? = consume outcome else { return nil }
    do throws(StateReadError) {
      if try versions.settle(&result.effects, index: index, places: &places) { return result }
    } catch { throw .state(error) }
    versions.retract(result.effects, index: index)
    return nil
  }

  /// Runs a transaction all of whose predecessors are final: whatever comes of it is right.
  private func executeAgain(
    _ index: Int, _ machine: inout Machine, _ view: VersionedView, _ places: inout [VersionedState.Place]
  ) throws(BlockError) -> TransactionResult {
    switch execute(index, &machine, view, foretellsNonce: false) {
    case .success(var result):
      do throws(StateReadError) {
        _ = try versions.settle(&result.effects, index: index, places: &places)
      } catch { throw .state(error) }
      return result
    case .failure(.rejected(let rejection)): throw .transaction(index: index, rejection)
    case .failure(.state(let error)): throw .state(error)
    }
  }

  // MARK: The end

  /// Applies everything to the state the block began with and returns the results in block order, or says why there
  /// are none. Called when all workers are done.
  func finish(on state: MemoryState) throws(BlockError) -> (result: BlockResult, executions: Int) {
    let (result, executions, error) = monitor.withLock { ($0.result, $0.executions, $0.error) }
    if let error { throw error }
    do throws(StateReadError) { try versions.apply(to: state) } catch { throw .state(error) }
    return (result, executions)
  }
}
