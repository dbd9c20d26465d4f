import EVM
import EVMState
import EthereumTypes
import Synchronization

/// The committer: whoever holds `committing`.
extension ParallelRun {
  /// So many transactions may wait for the committer while there is something to run.
  private static var patience: Int { 8 }
  /// So many of them may wait for the worker that ran them, whose caches hold what they did. By a plan hardly anything has to
  /// run again, so nothing is lost by finding that out late; and who has just ended a long transaction, behind which the
  /// others' pile up, had better run what is left than make those final alone. Where there are few, those that wait to the
  /// end are much of the block.
  private var foreignPatience: Int { plan.isInformed ? min(96, max(count / 16, 8)) : 32 }

  /// Whether a worker that has other things to do should make transactions final nevertheless.
  func shouldCommit(_ worker: Int) -> Bool {
    let next = finality.frontier.load(ordering: .relaxed)
    if isTakenOver.load(ordering: .relaxed) { return hasRun(next) }
    return hasRun(next &+ Self.patience) && isFor(worker, next)
  }

  /// Whether a transaction that has run is better made final by this worker than left for another.
  private func isFor(_ worker: Int, _ index: Int) -> Bool {
    guard index < count, hasRun(index) else { return false }
    return unsafe records[index].runner == Int32(truncatingIfNeeded: worker)
      || hasRun(index &+ foreignPatience)
  }

  /// Makes transactions final as far as they have run, unless someone else is at it.
  ///
  /// - Parameter isIdle: whether the worker has nothing else to do.
  /// - Returns: whether there was anything to do.
  @discardableResult
  func commit(_ worker: inout Worker, _ machine: inout Machine, isIdle: Bool) -> Bool {
    var hasCommitted = false
    // Who comes while the lock is taken leaves, so whoever gives it back must look once more.
    while !over.load(ordering: .sequentiallyConsistent),
      hasRun(finality.frontier.load(ordering: .sequentiallyConsistent)),
      isIdle || isTakenOver.load(ordering: .relaxed)
        || isFor(worker.number, finality.frontier.load(ordering: .relaxed)),
      finality.committing.tryAcquire()
    {
      do throws(BlockError) {
        var next = finality.frontier.load(ordering: .relaxed)
        if next == first { state.makeRoom(forTransactions: count) }
        while next < count, isReady(next, worker.number, isIdle: isIdle) {
          hasCommitted = true
          perturbation?.disturb(worker.number, next, .commit)
          if isTakenOver.load(ordering: .relaxed), next > finality.lastForeign {
            try runRest(from: next, &machine)
            next = count
          } else {
            try settle(next, &worker, &machine)
            next += 1
          }
          // Who must not miss it looks again behind the lock.
          finality.frontier.store(next, ordering: .releasing)
          if shouldTakeOver(next) { takeOver(from: next) }
        }
        if next == count { end() }
      } catch {
        finality.error = error
        end()
      }
      finality.committing.releaseFully()
    }
    return hasCommitted
  }

  private func isReady(_ index: Int, _ worker: Int, isIdle: Bool) -> Bool {
    if isTakenOver.load(ordering: .relaxed) {
      return hasRun(index) || index > finality.lastForeign || isCommitters(index)
    }
    return isIdle ? hasRun(index) : isFor(worker, index)
  }

  private func isCommitters(_ index: Int) -> Bool {
    unsafe records[index].claim.load(ordering: .relaxed) == Claim.committer
  }

  private func end() {
    over.store(true, ordering: .sequentiallyConsistent)
    pool.callAll()
  }

  // MARK: Making final

  /// Makes the transaction next in line final.
  private func settle(_ index: Int, _ worker: inout Worker, _ machine: inout Machine) throws(BlockError) {
    if !processor.admitsAtSight(index, after: finality.result.gas) {
      try processor.admit(index, after: finality.result.gas, blobGas: finality.result.blobGasUsed)
    }
    let outcome = unsafe results[index]
    if case .quiet = unsafe records[index].standing {
      if try settleQuietly(index) {
        finality.moveHorizon(past: index, hadToRepeat: false)
        return take(index, worker)
      }
      unsafe records[index].standing = .placed(try places(of: index, worker))
    }
    if case .placed(let places) = unsafe records[index].standing {
      let culprit = try surprise(index, at: places, worker)
      if !plan.isInformed { learn(from: index, culprit, places, worker) }
      guard culprit != nil else {
        finality.moveHorizon(past: index, hadToRepeat: false)
        return try append(index, &worker)
      }
      unsafe versions.retract(&outcome.pointee.effects, at: places)
      unsafe records[index].standing = .nothing
      unsafe outcome.deinitialize(count: 1)
    }
    if isCommitters(index) {
      try repeatRun(index, &worker, &machine)
    } else {
      finality.moveHorizon(past: index, hadToRepeat: true)
      try finality.countingRepetition(of: index - first + 1) { () throws(BlockError) in
        try repeatRun(index, &worker, &machine)
      }
    }
    if let rebinding { unsafe rebinding.noteRepetition(outcome.pointee.effects, of: index) }
    try append(index, &worker)
  }

  /// Because of whom a transaction has to run again; nil where it need not.
  private func surprise(
    _ index: Int, at places: TransactionPlaces, _ worker: borrowing Worker
  ) throws(BlockError) -> Int? {
    do throws(StateReadError) {
      return unsafe try versions.surprise(
        &results[index].pointee.effects, at: places, index: index, in: worker.arena)
    } catch { throw .state(error) }
  }

  /// Notes whether a transaction depends on one of its kind before it.
  ///
  /// - Parameter culprit: because of whom it has to run again; nil where it need not.
  private func learn(
    from index: Int, _ culprit: Int?, _ places: TransactionPlaces, _ worker: borrowing Worker
  ) {
    if finality.kinds.isEmpty {
      guard let culprit, culprit >= first else { return }
      finality.kinds = CallKinds(processor.block.transactions)
    }
    let isDependent: Bool
    if let culprit {
      isDependent = culprit >= 0 && finality.kinds.areAlike(culprit, index)
    } else if unsafe records[index].behind.load(ordering: .relaxed) >= 0 {
      // It has waited; would it have had to run again otherwise?
      let start = finality.kinds.recent(before: index)
      isDependent = unsafe versions.hasRead(&results[index].pointee.effects, at: places) {
        $0 >= start && finality.kinds.areAlike($0, index)
      }
    } else {
      isDependent = false
    }
    finality.kinds.note(index, dependent: isDependent) { later, previous in
      unsafe records[later].behind.store(previous, ordering: .relaxed)
    }
  }

  /// Runs a transaction all of whose predecessors are final: whatever comes of it is right.
  private func repeatRun(
    _ index: Int, _ worker: inout Worker, _ machine: inout Machine
  ) throws(BlockError) {
    worker.view.moveExactly(to: index)
    machine.leavesFeeRecipient = false
    defer { machine.leavesFeeRecipient = true }
    do throws(ExecutionError) { try execute(index, &worker, &machine) } catch {
      switch error {
      case .rejected(let rejection): throw .transaction(index: index, rejection)
      case .state(let error): throw .state(error)
      }
    }
  }

  /// Applies what a transaction did and counts its result among the others.
  private func append(_ index: Int, _ worker: inout Worker) throws(BlockError) {
    guard case .placed(let places) = unsafe records[index].standing else { return }
    let outcome = unsafe results[index]
    do throws(StateReadError) {
      unsafe try versions.settle(
        &outcome.pointee.effects, at: places, index: index, ownToo: showsAll, in: worker.arena)
    } catch { throw .state(error) }
    take(index, worker)
  }

  /// Counts a result among the others.
  private func take(_ index: Int, _ worker: borrowing Worker) {
    unsafe records[index].standing = .nothing
    unsafe finality.result.count(
      results[index].pointee.blockGas, blobs: worker.transactions[index].blobVersionedHashes.count)
  }

  /// Makes final what a quiet transaction did, unless something happened since that nobody expected.
  private func settleQuietly(_ index: Int) throws(BlockError) -> Bool {
    guard !showsAll else { return false }
    do throws(StateReadError) {
      return unsafe try versions.settleQuietly(&results[index].pointee.effects)
    } catch { throw .state(error) }
  }

  /// Where the effects of a transaction are that was quiet when it ran. Nothing is noted of what it saw, so all of that has to be
  /// compared.
  private func places(
    of index: Int, _ worker: borrowing Worker
  ) throws(BlockError) -> TransactionPlaces {
    worker.view.moveExactly(to: index)
    do throws(StateReadError) {
      return unsafe try worker.view.places(of: &results[index].pointee.effects)
    } catch { throw .state(error) }
  }

  // MARK: Taking over

  /// Whether running ahead does not pay: too much of it had to run again, or all workers together have done clearly less
  /// than one would have.
  private func shouldTakeOver(_ next: Int) -> Bool {
    guard !isTakenOver.load(ordering: .relaxed) else { return false }
    if let perturbation, perturbation.forcesTakeOver(next) { return true }
    if next & 15 == 0, let pace, pace.isBehind { return true }
    return finality.isLosing
  }

  /// Claims what nobody has begun, from the transaction next in line on.
  private func takeOver(from next: Int) {
    finality.lastForeign = next - 1
    for index in next..<count {
      if !claim(index, Claim.committer) { finality.lastForeign = index }
    }
    isTakenOver.store(true, ordering: .sequentiallyConsistent)
  }

  /// Runs all that is left on the state behind what is final. Nobody else runs anything any more.
  private func runRest(from next: Int, _ machine: inout Machine) throws(BlockError) {
    versions.settleCoinbase()
    finality.isPlain = true
    machine.leavesFeeRecipient = false
    for index in next..<count {
      plan.prepare(&machine, for: index)
      try processor.executeNext(index, on: state, with: &machine, &finality.result)
    }
  }
}
