import Glibc
import Synchronization

/// A lock for a few instructions: whoever finds it taken tries again.
struct SpinLock: ~Copyable {
  private let isTaken = Atomic<Bool>(false)

  /// Takes the lock if it is free.
  @inline(__always)
  func tryAcquire() -> Bool {
    !isTaken.load(ordering: .relaxed) && !isTaken.exchange(true, ordering: .sequentiallyConsistent)
  }

  @inline(__always)
  func acquire() {
    if !isTaken.exchange(true, ordering: .acquiring) { return }
    wait()
  }

  @inline(never)
  private func wait() {
    var tries = 0
    while true {
      if tryAcquire() { return }
      tries += 1
      // The one who has it may not even be running.
      if tries & 127 == 0 { sched_yield() }
    }
  }

  @inline(__always)
  func release() { isTaken.store(false, ordering: .releasing) }

  /// Gives the lock back so that whoever found it taken has already done what the releasing thread looks at next.
  func releaseFully() { isTaken.store(false, ordering: .sequentiallyConsistent) }
}
