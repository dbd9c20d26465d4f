import Synchronization

/// Finds out while a block runs whether one worker alone would be further.
///
/// Having done less than a serial run would have done by now is not enough: the plan's times may be from a better moment of the
/// machine, which would be as slow with one worker. What sharing itself can cost so much is waiting for each other. So
/// both must be: little done, and much idled away.
@safe
final class Pace: @unchecked Sendable {
  /// On cache lines of its own.
  private struct Lane: ~Copyable {
    let begun = Atomic<Int>(0)
    /// Nanoseconds without anything to do, and since when there has been nothing; 0 while there is.
    let idle = Atomic<Int>(0)
    let idleSince = Atomic<Int>(0)
    private let padding = InlineArray<13, UInt64>(repeating: 0)
  }

  // Invariant: `lanes` points to `count` initialised lanes, each written by one worker only.
  private let lanes: UnsafeMutablePointer<Lane>
  private let count: Int
  private let start = ContinuousClock.now
  /// So much may be lost by sharing in vain: a twentieth of the block, and a little more for other threads to wake and
  /// for whoever was alone until then to be late.
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

  /// Notes that a worker has nothing to do until `endIdling`.
  func beginIdling(_ worker: Int) { unsafe lanes[worker].idleSince.store(now, ordering: .relaxed) }

  /// Notes that it has something to do again.
  func endIdling(_ worker: Int) {
    let lane = unsafe lanes + worker
    let idle = unsafe now &- lane.pointee.idleSince.load(ordering: .relaxed)
    unsafe lane.pointee.idle.wrappingAdd(idle, ordering: .relaxed)
    unsafe lane.pointee.idleSince.store(0, ordering: .relaxed)
  }

  private var now: Int { max(Int(clamping: start.nanosecondsSince), 1) }

  /// Whether a serial run would have done clearly more by now, because workers wait for each other. Not just more: a block
  /// may begin with a chain on which one worker works while the others wait, and what hangs on it may still be shared.
  var isBehind: Bool {
    let elapsed = now
    guard elapsed > tolerance else { return false }
    var begun = 0
    var idle = 0
    for worker in 0..<count {
      let lane = unsafe lanes + worker
      unsafe begun &+= lane.pointee.begun.load(ordering: .relaxed)
      unsafe idle &+= lane.pointee.idle.load(ordering: .relaxed)
      let since = unsafe lane.pointee.idleSince.load(ordering: .relaxed)
      if since > 0 { idle &+= max(elapsed &- since, 0) }
    }
    return begun < elapsed - max(elapsed / 8, tolerance) && idle > elapsed / 2 * (count - 1)
  }
}
