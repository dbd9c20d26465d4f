import ConflictScheduling
import EVM
import EVMState
import EthereumTypes
import Glibc
import Synchronization

/// One block being run by several workers.
///
/// The protocol, all of it:
/// 1. A transaction is *ready* when its predecessors in the plan have run. Workers take the most urgent ready
///    transactions, run each on their view of the versioned state, publish what it did, and release its successors.
/// 2. Transactions become *final* in block order. Whoever finds that the transaction next in line has run, and that
///    nobody is at it, becomes the committer: it checks that every value the transaction had observed is what the now
///    final transactions before it left, and runs it again on the spot if not. What the committer saw is final, so
///    nothing runs more than twice.
/// 3. A transaction that could not run (a nonce that does not fit, an unreadable value) is run again by the committer
///    as well. If it fails then too, the block is at fault: all workers stop and the error is reported.
/// 4. Where too much has to run again, the committer takes over: it claims every transaction that nobody has begun and
///    runs it in its turn; once nothing of the others' is left, plainly on the state behind the block, as a serial
///    run does. So running ahead in vain costs the beginning of a block at most.
/// With barriers, the ready transactions of a wave are released together, when the wave before has run.
@safe
final class ParallelRun: @unchecked Sendable {
  // Invariant: `records` are those of `table`. They and `results` are written by the one worker that runs the transaction
  // until `hasRun` is set, and by the committer from then on. A result is in place where the transaction is final or its
  // record stands for something. `state` belongs to the committer, like what is in `finality`.
  let processor: BlockProcessor
  private let codes: CodeCache
  let plan: ExecutionPlan
  private let workspace: Workspace
  let pool: WorkerPool
  let perturbation: Perturbation?
  let versions: VersionedState
  let dispatcher: Dispatcher
  /// Nil where nobody asks whether sharing pays, or could tell.
  let pace: Pace?
  /// Nil where the plan's predictions are not known, or nobody could make them anew.
  let rebinding: Rebinding?
  /// The same, for who asks before every transaction.
  let watch: Uncounted<Rebinding>?
  /// What transactions will look at, where that is asked for ahead of them; the plan's.
  private let footprints: Uncounted<Footprints>?
  let count: Int
  /// Those before this one had run before the run in parallel began.
  let first: Int
  let records: UnsafeMutablePointer<TransactionRecord>
  /// What running a transaction gave, right or wrong. Made and checked where it stays.
  let results: Places<TransactionResult>

  let finality: Finality
  let over = Atomic<Bool>(false)
  /// The state behind the last final transaction.
  let state: MemoryState
  /// Set when the committer has taken over what nobody had begun.
  let isTakenOver = Atomic<Bool>(false)

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - first: where to begin; the transactions before have run.
  ///   - result: what came before.
  ///   - results: where all results go; no longer used once `finish` has returned.
  ///   - base: the state before that transaction; must not change while the run lasts.
  ///   - opening: the same; what becomes of it is put there, or on a copy where `base` is the same object.
  ///   - hasBarriers: whether each wave waits for all of the one before.
  ///   - predictor: makes predictions anew that rest on values that are no more; nil to let them be.
  ///   - mayGiveUp: whether to go on alone where sharing turns out to take longer.
  init(
    _ processor: BlockProcessor, from first: Int, _ result: BlockResult,
    in results: Places<TransactionResult>, base: any StateReader, opening: MemoryState, codes: CodeCache,
    plan: ExecutionPlan, hasBarriers: Bool, workers: Int, predictor: BlockPredictor?,
    workspace: Workspace, pool: WorkerPool, mayGiveUp: Bool, perturbation: Perturbation?
  ) {
    self.first = first
    self.results = results
    var result = result
    for index in 0..<first { unsafe results[index].initialize(to: result.transactions[index]) }
    result.transactions = []
    finality = Finality(from: first, result)
    self.processor = processor
    self.codes = codes
    self.plan = plan
    self.workspace = workspace
    self.pool = pool
    self.perturbation = perturbation
    count = plan.count
    spinTime = workers > BlockExecutor.coreCount ? .microseconds(2) : .microseconds(200)
    state = opening.isEmpty ? opening : MemoryState(copying: opening)
    versions = VersionedState(
      base: base, state: state, coinbase: processor.environment.coinbase, rules: plan.rules,
      footprints: plan.footprints,
      finality: finality, tables: workspace.tables, expecting: Self.expectedSlots(processor))
    footprints = versions.knowsOwners ? plan.footprints.map { unsafe Uncounted($0) } : nil
    rebinding = plan.basis.flatMap { basis in
      predictor.map { Rebinding(basis, $0, processor, nanosecondsEach: plan.nanosecondsEach) }
    }
    watch = rebinding.map { unsafe Uncounted($0) }
    workspace.records.begin(waiting: plan.waiting)
    unsafe records = workspace.records.records
    dispatcher = unsafe Dispatcher(plan, records, hasBarriers: hasBarriers, workers: workers)
    // Who is disturbed on purpose would give up each time.
    let knowsPace = mayGiveUp && perturbation == nil && plan.unit == .nanoseconds
    pace = knowsPace ? Pace(workers: workers, total: plan.totalCost) : nil
    over.store(first >= count, ordering: .relaxed)
    if !plan.isInformed, workers > 1 { finality.drawHorizon() }
  }

  /// A cold slot costs 2,100 gas since Berlin; few transactions spend all of theirs on that. By the header: to ask each
  /// transaction for its limit is to fetch all of them before anyone runs.
  private static func expectedSlots(_ processor: BlockProcessor) -> Int {
    let count = processor.block.transactions.count
    let header = processor.block.header
    let most = header.gasUsed > 0 ? header.gasUsed : header.gasLimit
    let gas = Int(clamping: min(most, UInt64(count) &* 200_000))
    return count &* 2 &+ gas / 16_000
  }

  // MARK: Workers

  /// One worker's life: runs transactions and makes them final until the block is over.
  func work(_ worker: Int) {
    let context = workspace.contexts[worker]
    context.arena.reset()
    let view = VersionedView(versions, context.arena, context.notes)
    try? context.withMachine(for: processor, on: view, codes: codes) { machine throws(BlockError) in
      machine.leavesFeeRecipient = true
      unsafe processor.block.transactions.withUnsafeBufferPointer { transactions in
        unsafe processor.senders.withUnsafeBufferPointer { senders in
          guard let first = transactions.baseAddress else { return }
          var worker = unsafe Worker(
            number: worker, arena: context.arena, view: view, transactions: first, senders: senders)
          work(&worker, &machine)
        }
      }
    }
  }

  /// What a worker has at hand. The block's arrays are borrowed once: counting references to them for each transaction
  /// would make the workers wait for each other.
  @safe
  struct Worker: ~Copyable {
    // Invariant: both buffers hold as much as the block and outlive the worker's part in the run.
    let number: Int
    let arena: Arena
    let view: VersionedView
    let transactions: UnsafePointer<Transaction>
    let senders: UnsafeBufferPointer<Address>
    var taken = PlainArray<Int32>(capacity: 64)
    /// For how many of those taken what they will look at has been asked for.
    var fetched = 0
    /// While that transaction is the next in line, to look beyond the horizon: there is nothing else to do.
    var boldAt = -1
    /// What it has run since it last asked whether it should commit: how many, and what they cost.
    var ran = 0
    var cost = 0
  }

  private func work(_ worker: inout Worker, _ machine: inout Machine) {
    while !over.load(ordering: .acquiring) {
      worker.taken.removeAll()
      worker.fetched = 0
      let isBold = worker.boldAt == finality.frontier.load(ordering: .relaxed)
      let horizon = isBold ? .max : finality.horizon.load(ordering: .relaxed)
      if dispatcher.take(into: &worker.taken, below: horizon) {
        runTaken(&worker, &machine)
      } else if !commit(&worker, &machine, isIdle: true), !waitForWork(&worker) {
        return
      }
    }
  }

  private func runTaken(_ worker: inout Worker, _ machine: inout Machine) {
    var position = 0
    while position < worker.taken.count {
      let index = Int(worker.taken[position])
      position += 1
      if index >= first {
        perturbation?.disturb(worker.number, index, .start)
        guard mayRun(index, &worker) else { continue }
        // Whoever takes over needs nobody released.
        guard claim(index, Claim.worker) else { continue }
        prefetch(behind: position - 1, &worker)
        pace?.add(plan.costs[index], by: worker.number)
        run(index, &worker, &machine)
      }
      perturbation?.disturb(worker.number, index, .release)
      let (kept, shared) = dispatcher.release(
        index, keepsOne: perturbation?.forbidsKeeping(index) != true,
        before: position < worker.taken.count ? worker.taken[position] : -1)
      if kept >= 0 {
        position -= 1
        worker.taken[position] = kept
        worker.fetched = position
      }
      if shared > 0 { pool.call(shared) }
      // What is behind in the plan matters more than what is done, but little should be left for the end. Asking
      // costs a look at what the others are writing, and so does taking over from them.
      worker.ran &+= 1
      worker.cost &+= plan.costs[index]
      if hasRunEnough(worker, isAtEnd: position == worker.taken.count) {
        worker.ran = 0
        worker.cost = 0
        if shouldCommit(worker.number) { commit(&worker, &machine, isIdle: false) }
      }
      if over.load(ordering: .relaxed) { return }
    }
  }

  /// Whether a worker has run enough to ask whether it should commit. Best where what it has taken ends: then what it has run
  /// becomes final in one go. To the end of the block ever sooner: whoever ends last makes final alone what is left then.
  private func hasRunEnough(_ worker: borrowing Worker, isAtEnd: Bool) -> Bool {
    guard plan.isInformed else { return isAtEnd || worker.ran >= 8 }
    guard isAtEnd else { return worker.cost >= plan.grain || worker.ran >= 64 }
    let left = dispatcher.left(behind: Int(worker.taken[worker.taken.count - 1]))
    return worker.cost >= plan.grain / 2 || worker.ran >= min(32, max(count / 16, 8), max(left / 4, 4))
  }

  /// Asks for what the transaction about to run and the next of those taken will look at.
  private func prefetch(behind position: Int, _ worker: inout Worker) {
    guard let footprints else { return }
    let end = min(position + 1 + Self.prefetchDistance, worker.taken.count)
    while worker.fetched < end {
      let index = Int(worker.taken[worker.fetched])
      footprints.with { versions.prefetch($0, of: index) }
      if index < plan.foreseen.count { plan.foreseen.prefetch(index) }
      unsafe Prefetch.fetchAll(worker.transactions + index)
      // What comes of it goes there.
      unsafe Prefetch.fetchForWriting(results[index])
      unsafe Prefetch.fetchForWriting(records + index)
      worker.fetched += 1
    }
  }

  /// So many transactions ahead.
  private static var prefetchDistance: Int { 2 }

  /// Claims a transaction unless someone else has.
  func claim(_ index: Int, _ claim: UInt8) -> Bool {
    unsafe records[index].claim.compareExchange(
      expected: Claim.none, desired: claim, ordering: .sequentiallyConsistent
    ).exchanged
  }

  private func run(_ index: Int, _ worker: inout Worker, _ machine: inout Machine) {
    worker.view.move(
      to: index, sender: unsafe worker.senders[index], nonce: unsafe worker.transactions[index].nonce)
    let record = unsafe records + index
    // Why a transaction failed does not matter here: the committer will find out.
    if (try? execute(index, &worker, &machine)) != nil,
      case .placed(let places) = unsafe record.pointee.standing
    {
      perturbation?.disturb(worker.number, index, .publish)
      let showsAll = showsAll
      unsafe versions.publish(
        &results[index].pointee.effects, at: places, index: index,
        accountsToo: showsAll || plan.shownAccounts[index],
        ownToo: showsAll, in: worker.arena)
    }
    unsafe record.pointee.runner = Int32(truncatingIfNeeded: worker.number)
    unsafe record.pointee.hasRun.store(true, ordering: .sequentiallyConsistent)
  }

  /// Whether someone may want to know what became of something although the plan knows of nobody.
  var showsAll: Bool { watch?.with { $0.isAlert } == true }

  /// Runs a transaction on the worker's view and notes what it gave and where.
  func execute(
    _ index: Int, _ worker: inout Worker, _ machine: inout Machine
  ) throws(ExecutionError) {
    let outcome = unsafe results[index]
    plan.prepare(&machine, for: index)
    unsafe outcome.initialize(
      to: try machine.execute(at: worker.transactions + index, sender: worker.senders[index], on: worker.view)
    )
    if unsafe !showsAll && worker.view.isQuiet(&outcome.pointee.effects) {
      unsafe records[index].standing = .quiet
      return
    }
    do throws(StateReadError) {
      unsafe records[index].standing = .placed(try worker.view.places(of: &outcome.pointee.effects))
    } catch {
      unsafe outcome.deinitialize(count: 1)
      throw .state(error)
    }
  }

  /// Waits until there may be something to do: spins for about as long as a transaction takes, then sleeps.
  ///
  /// - Returns: false where the block is over.
  private func waitForWork(_ worker: inout Worker) -> Bool {
    pace?.beginIdling(worker.number)
    defer { pace?.endIdling(worker.number) }
    let start = ContinuousClock.now
    repeat {
      // Once for each look at the clock: what is looked at here is what the others write.
      if isNeeded {
        // Nothing to run, but something to make final, and another worker is at it: it may be waiting for this very
        // processor.
        if !hasNearReady { sched_yield() }
        return true
      }
    } while ContinuousClock.now - start < (dispatcher.hasReady ? min(Self.timidity, spinTime) : spinTime)
    if dispatcher.hasReady {
      worker.boldAt = finality.frontier.load(ordering: .relaxed)
      return true
    }
    return pool.rest { isNeeded || dispatcher.hasReady }
  }

  /// So long others may take before a worker with nothing to do looks beyond the horizon.
  private static var timidity: Duration { .microseconds(20) }

  private var hasNearReady: Bool {
    dispatcher.hasReady(below: finality.horizon.load(ordering: .relaxed))
  }

  /// Waking a worker takes longer than most transactions; where there are more workers than cores, one that spins keeps
  /// another from working.
  private let spinTime: Duration

  /// Whether there is something to run, or to make final. Who is running something again looks once more behind that.
  private var isNeeded: Bool {
    over.load(ordering: .sequentiallyConsistent) || hasNearReady
      || (!finality.isRepeating.load(ordering: .relaxed)
        && hasRun(finality.frontier.load(ordering: .sequentiallyConsistent)))
  }

  /// Whether a transaction has run; where there is none, whether the last one has.
  func hasRun(_ index: Int) -> Bool {
    unsafe records[min(index, count - 1)].hasRun.load(ordering: .sequentiallyConsistent)
  }

  // MARK: The end

  /// The rest of what the block gives, when all results are in place, and the state behind the last transaction, or why there
  /// are none. For the caller, when all workers have left.
  func finish() throws(BlockError) -> (result: BlockResult, state: MemoryState, executions: Int) {
    var result = finality.takeResult()
    // Those run plainly are not in place yet.
    let final =
      finality.error == nil ? count - result.transactions.count : finality.frontier.load(ordering: .relaxed)
    for index in final..<count where unsafe !records[index].standing.isNothing {
      unsafe results[index].deinitialize(count: 1)
    }
    if let error = finality.error {
      for index in 0..<final { unsafe results[index].deinitialize(count: 1) }
      throw error
    }
    if finality.isPlain {
      for (offset, transaction) in result.transactions.enumerated() {
        unsafe results[final + offset].initialize(to: transaction)
      }
      result.transactions = []
    } else {
      versions.settleCoinbase()
    }
    return (result, state, count + finality.repetitions)
  }
}
