import Glibc
import Synchronization

/// Threads that wait for work. The thread that asks takes part as worker 0, so a pool of one starts none.
final class WorkerPool: Sendable {
  private struct State {
    var job: (@Sendable (Int) -> Void)?
    /// Grows with each job, so that a worker takes part in each once.
    var round = 0
    var wanted = 0
    /// Workers inside the job, the resting ones not counted.
    var running = 0
    /// Resting workers that are to look again.
    var calls = 0
    /// Grows with each call of `prepare`.
    var announcements = 0
    var started = 1
    /// The pool's own threads, but for those that are more than there are cores, and the core that they avoid.
    var apart: [HelperThread] = []
    var avoided: Int?
    var isClosed = false
  }

  private let monitor = Monitor(State())
  /// For threads that may outlive the pool.
  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }

  private let posted = Counter()
  private let helpers = Counter()

  /// The processor time in nanoseconds that the pool's own threads have spent in jobs; that of one which slept when the
  /// job ended is added when it wakes.
  var helperNanoseconds: Int { helpers.value.load(ordering: .relaxed) }
  /// Workers that rest.
  private let resting = Atomic<Int>(0)

  /// Makes a pool; its threads start when first needed.
  init() {}

  deinit { close() }

  /// Wakes the threads for a job that will come in a moment. Waking takes a thread some ten microseconds, which the
  /// caller can use.
  func prepare(for count: Int) {
    guard count > 1 else { return }
    let core = CoreSet.presentCore
    let (missing, movers) = monitor.withLock { state -> (Range<Int>, [HelperThread]) in
      let missing = state.started..<max(state.started, count)
      state.started = missing.upperBound
      state.announcements += 1
      let movers = core == state.avoided ? [] : state.apart
      state.avoided = core
      return (missing, movers)
    }
    if let core { for thread in movers { thread.avoid(core) } }
    for number in missing { start(number) }
    monitor.wakeAll()
  }

  /// Runs `body` on up to `count` workers, numbered from 0, once each, and returns when all are done. The caller is
  /// worker 0, and when it has nothing left to do, no other one starts: a small job need not wait for threads to wake.
  /// Calls on one pool must not overlap.
  func run(on count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    guard count > 1 else { return body(0) }
    prepare(for: count)
    monitor.withLock { state in
      state.job = body
      state.round += 1
      state.wanted = count
      state.running += 1
      state.calls = 0
    }
    posted.value.wrappingAdd(1, ordering: .releasing)
    monitor.wakeAll()
    body(0)
    monitor.withLock { state in
      state.job = nil
      state.running -= 1
    }
    // Those still at it are about to finish.
    for _ in 0..<Self.patience where monitor.withLock({ $0.running }) > 0 { sched_yield() }
    monitor.waitUntil { $0.running == 0 ? () : nil }
    if resting.load(ordering: .sequentiallyConsistent) > 0 { monitor.wakeAll() }
  }

  private static var patience: Int { 50 }

  // MARK: Resting

  /// Lets a worker that finds nothing to do in its job sleep until `call` or `callAll`. Called inside a job.
  ///
  /// - Parameter isNeeded: whether there is something to do after all; asked once the caller counts as resting.
  /// - Returns: false where the job ended meanwhile: then the worker must return at once and touch nothing of it.
  func rest(unless isNeeded: () -> Bool) -> Bool {
    let round = monitor.withLock { state in
      state.running -= 1
      return state.round
    }
    resting.wrappingAdd(1, ordering: .sequentiallyConsistent)
    defer { resting.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
    if isNeeded() { monitor.withLock { $0.calls += 1 } }
    return monitor.waitUntil { state in
      if state.round != round || state.job == nil {
        // The thread's loop will count it out again.
        state.running += 1
        return false
      }
      guard state.calls > 0 else { return nil }
      state.calls -= 1
      state.running += 1
      return true
    }
  }

  /// Wakes up to `count` resting workers.
  func call(_ count: Int) {
    let count = min(count, resting.load(ordering: .sequentiallyConsistent))
    guard count > 0 else { return }
    monitor.withLock { $0.calls += count }
    monitor.wakeAll()
  }

  /// Wakes all resting workers.
  func callAll() { call(.max) }

  // MARK: Threads

  private func start(_ number: Int) {
    let isApart = number < BlockExecutor.coreCount
    let thread = HelperThread(isApart: isApart) { [monitor, posted, helpers] in
      var round = 0
      var announcements = 0
      while true {
        let known = posted.value.load(ordering: .acquiring)
        let job = monitor.waitUntil { state -> (@Sendable (Int) -> Void)??? in
          if state.isClosed { return .some(.some(nil)) }
          if state.round != round, number < state.wanted, let job = state.job {
            round = state.round
            state.running += 1
            return job
          }
          guard state.announcements != announcements else { return nil }
          announcements = state.announcements
          return .some(nil)
        }
        guard let job else {
          Self.spin { posted.value.load(ordering: .acquiring) != known }
          continue
        }
        guard let job else { return }
        let start = ThreadTime.nanoseconds
        job(number)
        helpers.value.wrappingAdd(ThreadTime.nanoseconds &- start, ordering: .relaxed)
        monitor.withLock { $0.running -= 1 }
        monitor.wakeAll()
      }
    }
    if isApart, let thread { monitor.withLock { $0.apart.append(thread) } }
  }

  /// Waits for what will happen in a moment, some hundred microseconds at most.
  private static func spin(until condition: () -> Bool) {
    let start = ContinuousClock.now
    repeat {
      for _ in 0..<64 where condition() { return }
    } while ContinuousClock.now - start < .microseconds(200)
  }

  private func close() {
    monitor.withLock { $0.isClosed = true }
    monitor.wakeAll()
  }
}

/// The processor time that the present thread has used.
public enum ThreadTime {
  /// Nanoseconds since the thread began; 0 where the system does not tell.
  public static var nanoseconds: Int {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return 0 }
    return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
  }
}

extension ContinuousClock.Instant {
  /// Nanoseconds from here to now.
  public var nanosecondsSince: UInt64 {
    let (seconds, attoseconds) = (ContinuousClock.now - self).components
    return UInt64(clamping: seconds) &* 1_000_000_000 &+ UInt64(clamping: attoseconds / 1_000_000_000)
  }
}
