import ConflictScheduling
import EVM

extension ParallelRun {
  /// Where a run stands: what its workers share, under one lock.
  struct Progress {
    var ready: ReadyQueue
    /// For each transaction, how many predecessors have not run.
    var waiting: [Int32]
    private let workers: Int
    private var hasStarted: [Bool]
    /// What came of the transactions that have run and that no committer has taken yet.
    private var outcomes: [Outcome?]
    /// Transactions below this are final, or in the hands of the committer.
    private var takenCount = 0
    private var isCommitting = false
    /// Workers that are running a transaction or committing.
    private var busyWorkers = 0
    private(set) var executions = 0
    /// What the block gave so far; with the committer while there is one.
    private(set) var result = BlockResult()
    private(set) var error: BlockError?
    /// With barriers: the wave that runs, and how many of its transactions have not.
    var wave: Int32 = 0
    var leftInWave = 0

    init(_ plan: ExecutionPlan, workers: Int) {
      self.workers = workers
      ready = ReadyQueue(priorities: plan.priorities)
      waiting = (0..<plan.count).map { Int32(plan.predecessors[$0].count) }
      hasStarted = Array(repeating: false, count: plan.count)
      outcomes = Array(repeating: nil, count: plan.count)
      result.transactions.reserveCapacity(plan.count)
    }

    var isOver: Bool { error != nil || (takenCount == outcomes.count && !isCommitting) }

    /// So many outcomes wait for a committer before it goes before transactions that are ready: what is behind in
    /// the plan matters more than what is done, but pending versions should not pile up.
    private static var patience: Int { 16 }

    /// What a worker that has nothing to do does next; nil to wait.
    mutating func nextStep() -> Step? {
      if isOver { return .stop }
      if canCommit(takenCount + Self.patience - 1) { return takeBatch() }
      if let index = popReady() {
        busyWorkers += 1
        return .execute(takeMore(than: index))
      }
      if canCommit(takenCount) { return takeBatch() }
      // A transaction that no one will release because the plan is wrong (a cycle, say).
      if busyWorkers == 0, let stranded = hasStarted.firstIndex(of: false) {
        hasStarted[stranded] = true
        busyWorkers += 1
        return .execute([stranded])
      }
      return nil
    }

    /// Where far more transactions are ready than there are workers, each takes several in one turn at the lock: many
    /// take little longer than a turn.
    private mutating func takeMore(than first: Int) -> [Int] {
      var taken = [first]
      let share = min(ready.count / (4 * workers), Self.patience)
      while taken.count < share, let index = popReady() { taken.append(index) }
      return taken
    }

    private mutating func popReady() -> Int? {
      while let index = ready.pop() {
        // One that was stranded may be released later.
        if hasStarted[index] { continue }
        hasStarted[index] = true
        return index
      }
      return nil
    }

    private func canCommit(_ index: Int) -> Bool {
      !isCommitting && takenCount < outcomes.count && outcomes[takenCount] != nil
        && outcomes[min(index, outcomes.count - 1)] != nil
    }

    private mutating func takeBatch() -> Step {
      var batch = Batch(result: result)
      result = BlockResult()
      while takenCount < outcomes.count, let outcome = outcomes[takenCount] {
        batch.outcomes.append(outcome)
        outcomes[takenCount] = nil
        takenCount += 1
      }
      isCommitting = true
      busyWorkers += 1
      return .commit(batch)
    }

    /// Notes that a transaction has run.
    mutating func note(_ index: Int, _ outcome: Outcome) {
      outcomes[index] = outcome
      executions += 1
    }

    /// Notes that a worker is done with what it took.
    mutating func noteIdle() { busyWorkers -= 1 }

    /// Notes how far a committer came.
    mutating func take(back batch: Batch, _ error: BlockError?) {
      result = batch.result
      executions += batch.executions
      self.error = error
      isCommitting = false
      busyWorkers -= 1
    }
  }
}

extension ParallelRun.Batch {
  /// Adds a transaction that is final.
  mutating func append(_ transaction: TransactionResult, _ source: Transaction) {
    result.gasUsed += transaction.gasUsed
    result.blobGasUsed += UInt64(source.blobVersionedHashes.count) * BlobSchedule.gasPerBlob
    result.transactions.append(transaction)
  }
}
