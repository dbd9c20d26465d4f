import Foundation

/// Threads that wait for work. The thread that asks takes part as worker 0, so a pool of one starts none.
final class WorkerPool: Sendable {
  private struct State {
    var job: (@Sendable (Int) -> Void)?
    /// Grows with each job, so that a worker takes part in each once.
    var round = 0
    var wanted = 0
    var running = 0
    var started = 1
    var isClosed = false
  }

  private let monitor = Monitor(State())

  /// Makes a pool; its threads start when first needed.
  init() {}

  deinit { close() }

  /// Runs `body` on up to `count` workers, numbered from 0, once each, and returns when all are done. The caller is
  /// worker 0, and when it has nothing left to do, no other one starts: a small job need not wait for threads to wake.
  /// Calls on one pool must not overlap.
  func run(on count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    if count > 1 {
      let missing = monitor.withLock { state -> Range<Int> in
        let missing = state.started..<max(state.started, count)
        state.started = missing.upperBound
        state.job = body
        state.round += 1
        state.wanted = count
        return missing
      }
      for number in missing { start(number) }
      monitor.wakeAll()
    }
    body(0)
    if count > 1 {
      monitor.waitUntil { state -> Void? in
        state.job = nil
        return state.running == 0 ? () : nil
      }
    }
  }

  private func start(_ number: Int) {
    let thread = Thread { [monitor] in
      var round = 0
      while true {
        let job = monitor.waitUntil { state -> (@Sendable (Int) -> Void)?? in
          if state.isClosed { return .some(nil) }
          guard state.round != round, number < state.wanted, let job = state.job else { return nil }
          round = state.round
          state.running += 1
          return job
        }
        guard let job else { return }
        job(number)
        monitor.withLock { $0.running -= 1 }
        monitor.wakeAll()
      }
    }
    thread.stackSize = 1 << 20
    thread.start()
  }

  private func close() {
    monitor.withLock { $0.isClosed = true }
    monitor.wakeAll()
  }
}
