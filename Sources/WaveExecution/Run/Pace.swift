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
  /// So much may be lost by sharing in vain: a twentieth of the block, and a little more for other threads to wake and
  /// for whoever was alone until then to be late. A share of it, as a moment in which the whole machine is slow looks
  /// the same, and alone it would be as slow.
  private let tolerance: Int

  /// - Parameters:
  ///   - workers: how many there are.
  ///   - total: what a serial run of the block takes, in nanoseconds.
  init(workers: Int, total: Int) {
    count = workers
    tolerance = 100_000 + total / 20
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

  /// Whether a serial run would have done clearly more by now. Not just more: a block may begin with a chain on which one
  /// worker works while the others wait, and what hangs on it may still be shared.
  var isBehind: Bool {
    let elapsed = Int(clamping: start.nanosecondsSince)
    guard elapsed > tolerance else { return false }
    var begun = 0
    for worker in 0..<count { unsafe begun &+= lanes[worker].begun.load(ordering: .relaxed) }
    return begun < elapsed - max(elapsed / 8, tolerance)
  }
}
