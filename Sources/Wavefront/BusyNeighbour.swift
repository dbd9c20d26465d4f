import Dispatch
import Synchronization
import WaveExecution

/// Does the same thing again and again on a thread of its own until it is told to stop, and so keeps another core busy.
///
/// What one core can do while another one is at work is less than what it can do alone, whatever they work at: they
/// share memory, the last cache, heat, and under a hypervisor each core itself with strangers. No executor gains more
/// than that leaves.
final class BusyNeighbour: Sendable {
  private let mayGoOn = Atomic(true)
  private let rounds = Atomic(0)
  private let nanoseconds = Atomic(0)
  private let ended = DispatchSemaphore(value: 0)

  /// Begins, and returns once `body` has been done for the first time.
  init(_ body: @escaping @Sendable () -> Void) {
    let begun = DispatchSemaphore(value: 0)
    DispatchQueue.global(qos: .userInteractive).async { [self] in
      body()
      begun.signal()
      repeat {
        let start = ContinuousClock.now
        body()
        nanoseconds.wrappingAdd(Int(clamping: start.nanosecondsSince), ordering: .relaxed)
        rounds.wrappingAdd(1, ordering: .relaxed)
      } while mayGoOn.load(ordering: .relaxed)
      ended.signal()
    }
    begun.wait()
  }

  /// Waits for the last round to end.
  ///
  /// - Returns: what a round took, without the first, in nanoseconds.
  func stop() -> Int {
    mayGoOn.store(false, ordering: .relaxed)
    ended.wait()
    return nanoseconds.load(ordering: .relaxed) / max(rounds.load(ordering: .relaxed), 1)
  }
}
