import Glibc
import Synchronization
import WaveExecution

/// Does the same thing again and again on a thread of its own until it is told to stop, and so keeps another core busy.
///
/// What one core can do while another one is at work is less than what it can do alone, whatever they work at: they
/// share memory, the last cache, heat, and under a hypervisor each core itself with strangers. No executor gains more
/// than that leaves.
final class BusyNeighbour: Sendable {
  private let hasBegun = Atomic(false)
  private let mayGoOn = Atomic(true)
  private let hasEnded = Atomic(false)
  private let rounds = Atomic(0)
  private let nanoseconds = Atomic(0)

  /// Begins, and returns once `body` has been done for the first time; nil where the system gives no thread.
  init?(_ body: @escaping @Sendable () -> Void) {
    let thread = HelperThread { [self] in
      body()
      hasBegun.store(true, ordering: .releasing)
      repeat {
        let start = ContinuousClock.now
        body()
        nanoseconds.wrappingAdd(Int(clamping: start.nanosecondsSince), ordering: .relaxed)
        rounds.wrappingAdd(1, ordering: .relaxed)
      } while mayGoOn.load(ordering: .relaxed)
      hasEnded.store(true, ordering: .releasing)
    }
    guard thread != nil else { return nil }
    Self.wait(for: hasBegun)
  }

  /// Waits for the last round to end.
  ///
  /// - Returns: what a round took, without the first, in nanoseconds.
  func stop() -> Int {
    mayGoOn.store(false, ordering: .relaxed)
    Self.wait(for: hasEnded)
    return nanoseconds.load(ordering: .relaxed) / max(rounds.load(ordering: .relaxed), 1)
  }

  /// Awake: who sleeps may be woken on the core of the thread that wakes it, and would then share that one with it.
  private static func wait(for event: borrowing Atomic<Bool>) {
    while !event.load(ordering: .acquiring) { sched_yield() }
  }
}
