import Synchronization

/// Compares what the workers of a run have done with the time it took: whether one alone would be further.
@safe
final class Pace: @unchecked Sendable {
  /// On cache lines of its own.
  private struct Lane: ~Copyable {
    let begun = Atomic<Int>(0)
    private let padding = InlineArray<15, UInt64>(repeating: 0)
  }

  // Invariant: `lanes` points to `count` initialised lanes, each written by one worker only.
  private let lanes: UnsafeMutablePointer<Lane>
  private let count: Int
  private let start = ContinuousClock.now

  init(workers: Int) {
    count = workers
    unsafe lanes = .allocate(capacity: workers)
    for worker in 0..<workers { unsafe (lanes + worker).initialize(to: Lane()) }
  }

  deinit { unsafe lanes.deallocate() }

  /// Notes that a worker begins something that takes so many nanoseconds in a serial run.
  @inline(__always)
  func add(_ nanoseconds: Int, by worker: Int) {
    let begun = unsafe lanes[worker].begun.load(ordering: .relaxed)
    unsafe lanes[worker].begun.store(begun &+ nanoseconds, ordering: .relaxed)
  }

  /// Other threads take some time to wake, and whoever was alone until then is late.
  private static var patience: Int { 200_000 }

  /// Whether a serial run would have done clearly more by now. Not just more: a block may begin with a chain on which one
  /// worker works while the others wait, and what hangs on it may still be shared.
  var isBehind: Bool {
    let elapsed = Int(clamping: start.nanosecondsSince)
    guard elapsed > Self.patience else { return false }
    var begun = 0
    for worker in 0..<count { unsafe begun &+= lanes[worker].begun.load(ordering: .relaxed) }
    return begun < elapsed - elapsed / 8
  }
}
