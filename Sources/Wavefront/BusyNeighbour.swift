import Dispatch
import Synchronization

/// Does the same thing again and again on a thread of its own until it is told to stop, and so keeps another core busy.
///
/// What one core can do while another one is at work is less than what it can do alone, whatever they work at: they
/// share memory, the last cache, heat, and under a hypervisor maybe the core itself. No executor gains more than that
/// leaves.
final class BusyNeighbour: Sendable {
  private let mayGoOn = Atomic(true)
  private let rounds = Atomic(0)
  private let ended = DispatchSemaphore(value: 0)

  /// Begins, and returns once `body` has been done for the first time.
  init(_ body: @escaping @Sendable () -> Void) {
    let begun = DispatchSemaphore(value: 0)
    DispatchQueue.global(qos: .userInteractive).async { [self] in
      while mayGoOn.load(ordering: .relaxed) {
        body()
        if rounds.wrappingAdd(1, ordering: .relaxed).newValue == 1 { begun.signal() }
      }
      ended.signal()
    }
    begun.wait()
  }

  /// Waits for the last round to end.
  func stop() {
    mayGoOn.store(false, ordering: .relaxed)
    ended.wait()
  }
}
