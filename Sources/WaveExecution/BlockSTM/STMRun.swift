import EVM
import EVMState
import EthereumTypes
import Glibc
import Synchronization

/// One block being run optimistically by Block-STM: the baseline that the planned executors are measured against. It
/// knows no plan and shares nothing with them but the EVM.
///
/// Transactions are executed in any order on a multi-version memory, then validated; one that read what is not there
/// any more is aborted and executed again, its old writes standing as estimates meanwhile. Validation compares values
/// rather than version numbers, which aborts no more often than the paper's rule.
final class STMRun: Sendable {
  typealias AccountRead = (address: Address, account: Account?)
  typealias SlotRead = (address: Address, key: UInt256, value: UInt256)

  /// The last execution of a transaction.
  private struct Execution: Sendable {
    enum Outcome: Sendable {
      case success(TransactionResult)
      case failure(ExecutionError, accounts: [AccountRead], slots: [SlotRead])
    }
    var outcome: Outcome?
    var incarnation = 0
    var readsCoinbase = false

    var effects: TransactionEffects {
      if case .success(let result)? = outcome { result.effects } else { TransactionEffects() }
    }
  }

  private final class Cell: Sendable {
    let execution = Mutex(Execution())
  }

  private let processor: BlockProcessor
  private let codes: CodeCache
  private let memory: STMMemory
  private let scheduler: Monitor<STMScheduler>
  private let cells: [Cell]
  /// For each transaction the one before it of the same sender, −1 for none.
  private let previousOfSender: [Int]

  init(_ processor: BlockProcessor, base: any StateReader, codes: CodeCache) {
    self.processor = processor
    self.codes = codes
    memory = STMMemory(base: base)
    let count = processor.block.transactions.count
    scheduler = Monitor(STMScheduler(count: count))
    cells = (0..<count).map { _ in Cell() }
    var last: [Address: Int] = [:]
    previousOfSender = (0..<count).map { index in
      let previous = last[processor.senders[index]] ?? -1
      last[processor.senders[index]] = index
      return previous
    }
  }

  // MARK: Workers

  /// One worker's life: executes and validates until the block is done.
  func work(_ context: WorkerContext) {
    let view = STMView(memory, coinbase: processor.environment.coinbase)
    try? context.withMachine(for: processor, on: view, codes: codes) { machine throws(BlockError) in
      // `finish` knows what was there.
      machine.leavesFeeRecipient = true
      work(&machine, view)
    }
  }

  private func work(_ machine: inout Machine, _ view: STMView) {
    var task = nextTask()
    while true {
      switch task {
      case .execute(let index, let incarnation):
        task = execute(index, incarnation, &machine, view) ?? nextTask()
      case .validate(let index): task = validate(index) ?? nextTask()
      case .done:
        scheduler.wakeAll()
        return
      }
    }
  }

  /// A short turn takes less time than falling asleep and waking: so whoever finds nothing to do looks again a few times.
  private func nextTask() -> STMScheduler.Task {
    for _ in 0..<Self.patience {
      if let task = scheduler.withLock({ $0.nextTask() }) { return task }
      sched_yield()
    }
    return scheduler.waitUntil { $0.nextTask() }
  }

  private static var patience: Int { 32 }

  private func execute(
    _ index: Int, _ incarnation: Int, _ machine: inout Machine, _ view: STMView
  ) -> STMScheduler.Task? {
    let old = cells[index].execution.withLock { $0 }
    var readsCoinbase = old.readsCoinbase
    while true {
      view.move(to: index, readsCoinbase: readsCoinbase)
      var execution = Execution(incarnation: incarnation, readsCoinbase: readsCoinbase)
      do throws(ExecutionError) {
        let result = try machine.execute(
          processor.block.transactions[index], sender: processor.senders[index], on: view)
        if !readsCoinbase, observesCoinbase(result.effects) {
          readsCoinbase = true
          continue
        }
        execution.outcome = .success(result)
      } catch {
        if view.guessedCoinbase {
          readsCoinbase = true
          continue
        }
        if let blocker = view.blocker ?? chainedTo(index, error) {
          if scheduler.withLock({ $0.addDependency(of: index, on: blocker) }) { return nil }
          if view.blocker != nil { continue }
        }
        execution.outcome = .failure(error, accounts: view.accounts, slots: view.slots)
      }
      let wroteNewLocation = memory.record(execution.effects, replacing: old.effects, index: index)
      cells[index].execution.withLock { $0 = execution }
      return scheduler.withLockWaking {
        ($0.finishExecution(index, wroteNewLocation: wroteNewLocation), .max)
      }
    }
  }

  /// The transaction that must run before one that was rejected could be valid: the last one of the same sender, or else,
  /// as somebody may have to pay it first, the last one.
  private func chainedTo(_ index: Int, _ error: ExecutionError) -> Int? {
    guard case .rejected = error, index > 0 else { return nil }
    return previousOfSender[index] >= 0 ? previousOfSender[index] : index - 1
  }

  private func observesCoinbase(_ effects: TransactionEffects) -> Bool {
    effects.accounts.contains {
      $0.address == processor.environment.coinbase && (!$0.observed.isEmpty || !$0.requiredBalance.isZero)
    }
  }

  private func validate(_ index: Int) -> STMScheduler.Task? {
    let execution = cells[index].execution.withLock { $0 }
    let aborts =
      !holds(execution, index)
      && scheduler.withLock { $0.tryAbort(index, incarnation: execution.incarnation) }
    if aborts { memory.markEstimates(execution.effects, index: index) }
    return scheduler.withLockWaking { ($0.finishValidation(index, aborted: aborts), .max) }
  }

  /// Whether everything the execution read is what it would read now.
  private func holds(_ execution: Execution, _ index: Int) -> Bool {
    do throws(StateReadError) {
      switch execution.outcome {
      case nil: return false
      case .failure(_, let accounts, let slots):
        for read in accounts {
          guard case .value(read.account) = try memory.account(read.address, before: index) else {
            return false
          }
        }
        return try hold(slots, index)
      case .success(let result):
        for effect in result.effects.accounts where !effect.observed.isEmpty || !effect.requiredBalance.isZero
        {
          guard case .value(let account) = try memory.account(effect.address, before: index),
            effect.holds(for: account)
          else { return false }
        }
        return try hold(result.effects.slots.lazy.map { ($0.address, $0.key, $0.before) }, index)
      }
    } catch {
      // A read that fails now failed then, or is of a location that is not read any more: the end will tell.
      if case .failure(.state, _, _)? = execution.outcome { return true }
      return false
    }
  }

  private func hold(_ slots: some Sequence<SlotRead>, _ index: Int) throws(StateReadError) -> Bool {
    for slot in slots {
      guard case .value(slot.value) = try memory.storage(slot.address, slot.key, before: index) else {
        return false
      }
    }
    return true
  }

  // MARK: The end

  /// Applies everything to the state the block began with and returns the results in block order, or says why there
  /// are none. Called when all workers are done.
  func finish(on state: MemoryState) throws(BlockError) -> (result: BlockResult, executions: Int) {
    var result = BlockResult()
    for (index, cell) in cells.enumerated() {
      try processor.admit(index, after: result)
      let outcome = cell.execution.withLock { execution in
        defer { execution.outcome = nil }
        return execution.outcome
      }
      switch consume outcome {
      case .success(var transaction)?:
        do throws(StateReadError) {
          for position in transaction.effects.accounts.indices {
            // What was credited without being observed was credited to whatever was there.
            transaction.effects.accounts[position].before =
              try state.account(transaction.effects.accounts[position].address)
          }
          try state.apply(transaction.effects)
        } catch { throw .state(error) }
        result.append(
          transaction, blobs: processor.block.transactions[index].blobVersionedHashes.count)
      case .failure(.rejected(let rejection), _, _)?: throw .transaction(index: index, rejection)
      case .failure(.state(let error), _, _)?: throw .state(error)
      case nil: throw .state(.unavailable("transaction \(index) was never executed"))
      }
    }
    return (result, scheduler.withLock { $0.executions })
  }
}
