import Synchronization

/// Who waits for whom beyond the plan.
final class Postponements: Sendable {
  struct Notes {
    /// For each transaction those that wait for it.
    var behind: [Int: [Int32]] = [:]
    /// With barriers: those that have left their wave.
    var outOfWave: Set<Int> = []
    /// With barriers: for each transaction those that it would have waited for, had they not left their wave.
    var late: [Int: [Int]] = [:]
  }

  private let used = Atomic<Bool>(false)
  private let notes = Mutex(Notes())

  /// Whether there ever was any.
  var isUsed: Bool {
    @inline(__always) get { used.load(ordering: .sequentiallyConsistent) }
  }

  /// Whoever has run looks here behind that, and whoever waits looks behind this whether the other has run: one of them
  /// sees the other.
  func beginUse() { used.store(true, ordering: .sequentiallyConsistent) }

  func withLock<Result>(_ body: (inout Notes) -> Result) -> Result { notes.withLock { body(&$0) } }
}

extension Dispatcher {
  /// Makes a transaction that was taken wait for others, all of them before it.
  ///
  /// - Parameter hasRun: whether a transaction has run; then it will be released, or has been.
  /// - Returns: whether there still is one to wait for, otherwise the transaction may run at once; and how many
  ///   transactions others may take now that they could not before.
  func postpone(
    _ index: Int, behind blockers: Set<Int>, hasRun: (Int) -> Bool
  ) -> (isPostponed: Bool, shared: Int) {
    let number = Int32(truncatingIfNeeded: index)
    // One more, so that nobody else gets to zero before all is noted.
    setWaiting(index, blockers.count + 1)
    postponements.beginUse()
    postponements.withLock { notes in
      for blocker in blockers { notes.behind[blocker, default: []].append(number) }
    }
    var gone = 1
    for blocker in blockers where hasRun(blocker) {
      let isOurs = postponements.withLock { notes in
        guard let position = notes.behind[blocker]?.firstIndex(of: number) else { return false }
        notes.behind[blocker]?.remove(at: position)
        return true
      }
      if isOurs { gone += 1 }
    }
    let leavesWave = hasBarriers && leaveWave(index)
    if countDown(index, by: gone) {
      // Its place in the wave has been given up already: what it releases in the end is nothing.
      return (false, leavesWave ? releaseWave() : 0)
    }
    return (true, leavesWave ? releaseWave() : 0)
  }

  /// Takes a transaction out of its wave, so that those it waits for may be in later ones; false where it was before.
  private func leaveWave(_ index: Int) -> Bool {
    postponements.withLock { notes in
      guard notes.outOfWave.insert(index).inserted else { return false }
      for successor in successors(of: index) { notes.late[Int(successor), default: []].append(index) }
      return true
    }
  }

  /// With barriers: those that have left their wave and that a transaction waits for by the plan.
  func late(before index: Int) -> [Int] {
    guard hasBarriers, postponements.isUsed else { return [] }
    return postponements.withLock { $0.late[index] ?? [] }
  }

  /// Whether a transaction has left its wave.
  func isOutOfWave(_ index: Int) -> Bool {
    postponements.isUsed
      && postponements.withLock { $0.outOfWave.contains(index) }
  }

  /// Releases those that were put behind a transaction that has run.
  ///
  /// - Returns: how many may be taken now.
  func releasePostponed(behind index: Int) -> Int {
    guard postponements.isUsed else { return 0 }
    let released = postponements.withLock {
      $0.behind.removeValue(forKey: index) ?? []
    }
    var shared = 0
    for number in released where countDown(Int(number), by: 1) {
      makeReady(Int(number))
      shared += 1
    }
    return shared
  }
}
