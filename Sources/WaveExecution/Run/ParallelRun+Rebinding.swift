import ConflictScheduling
import EVM
import EVMState
import EthereumTypes
import Synchronization

/// Binding again what rests on values that are no more, before it runs in vain.
extension ParallelRun {
  /// Whether a ready transaction is to run now; otherwise it has been put behind others that it needs. Those come before
  /// it in the block, so the first unfinished transaction never waits for anyone.
  @inline(__always)
  func mayRun(_ index: Int, _ worker: inout Worker) -> Bool {
    let behind = unsafe records[index].behind.load(ordering: .relaxed)
    if behind >= 0 { return mayRun(index, behind: Int(behind)) }
    guard let watch, watch.with({ $0.concerns(index) }) || perturbation?.forcesRebinding(index) == true,
      let rebinding
    else { return true }
    return mayRun(index, rebinding, &worker)
  }

  @inline(never)
  private func mayRun(_ index: Int, behind: Int) -> Bool {
    guard behind >= first, !hasRun(behind), !isTakenOver.load(ordering: .relaxed) else { return true }
    let (isPostponed, shared) = dispatcher.postpone(index, behind: [behind], hasRun: hasRun)
    if shared > 0 { pool.call(shared) }
    return !isPostponed
  }

  @inline(never)
  private func mayRun(_ index: Int, _ rebinding: Rebinding, _ worker: inout Worker) -> Bool {
    // Who has nobody to wait for, or has the committer to run it, does not gain by knowing for whom.
    guard !hasRunAll(before: index), !isTakenOver.load(ordering: .relaxed) else { return true }
    var blockers: [Int] = []
    if isBroken(index, rebinding, &worker) {
      guard rebinding.mayRebind(index) else { return true }
      // Where it touches something else now, what the ones before it are predicted to write may be as wrong.
      if rebinding.bind(index, on: worker.view) {
        for earlier in unfinished(before: index)
        where rebinding.mayRebind(earlier) && isBroken(earlier, rebinding, &worker) && !hasRun(earlier) {
          rebinding.bind(earlier, on: worker.view)
        }
      }
    }
    if rebinding.isAlert {
      blockers = rebinding.blockers(of: index, among: unfinished(before: index), hasRun: hasRun)
      blockers += dispatcher.late(before: index).filter { !hasRun($0) }
    }
    if blockers.isEmpty { return true }
    let (isPostponed, shared) = dispatcher.postpone(index, behind: Set(blockers), hasRun: hasRun)
    if shared > 0 { pool.call(shared) }
    return !isPostponed
  }

  /// Whether the values that a transaction's prediction rests on are no more.
  private func isBroken(_ index: Int, _ rebinding: Rebinding, _ worker: inout Worker) -> Bool {
    move(worker.view, to: index, worker)
    return perturbation?.forcesRebinding(index) == true || rebinding.isBroken(index, on: worker.view)
  }

  private func move(_ view: VersionedView, to index: Int, _ worker: borrowing Worker) {
    view.move(to: index, sender: unsafe worker.senders[index], nonce: unsafe worker.transactions[index].nonce)
  }

  /// Whether everything before a transaction has run, if not for good.
  private func hasRunAll(before index: Int) -> Bool {
    var earlier = finality.frontier.load(ordering: .relaxed)
    while earlier < index, hasRun(earlier) { earlier += 1 }
    return earlier >= index
  }

  /// Those before a transaction that have not run.
  private func unfinished(before index: Int) -> [Int] {
    let first = finality.frontier.load(ordering: .relaxed)
    return (first..<max(index, first)).filter { !hasRun($0) }
  }
}
