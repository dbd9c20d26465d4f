import Glibc

/// A lock around a value, with a condition to wait for: what the executors' workers share.
///
/// `Synchronization.Mutex` has no condition to wait on, and an idle worker must sleep, not spin.
@safe
final class Monitor<Value>: @unchecked Sendable {
  // Invariant: both primitives are initialised in `init`, live as long as the object at a stable address of their
  // own, and are destroyed in `deinit`; `value` is touched only while `lock` is held.
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var value: Value
  private var waiting = 0

  init(_ value: Value) {
    self.value = value
    unsafe lock = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe lock.initialize(to: pthread_mutex_t())
    unsafe condition.initialize(to: pthread_cond_t())
    unsafe pthread_mutex_init(lock, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(lock)
    unsafe lock.deallocate()
    unsafe condition.deallocate()
  }

  /// Turns at the lock are short, so one that is taken is as a rule free before a thread could fall asleep and wake.
  private func acquire() {
    for _ in 0..<Self.patience { if unsafe pthread_mutex_trylock(lock) == 0 { return } }
    unsafe pthread_mutex_lock(lock)
  }

  private static var patience: Int { 64 }

  /// Runs `body` alone.
  func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
    acquire()
    defer { unsafe pthread_mutex_unlock(lock) }
    return body(&value)
  }

  /// Runs `body` alone, again after each `wake`, until it returns something.
  func waitUntil<Result>(_ body: (inout Value) -> Result?) -> Result {
    acquire()
    defer { unsafe pthread_mutex_unlock(lock) }
    while true {
      if let result = body(&value) { return result }
      waiting += 1
      unsafe pthread_cond_wait(condition, lock)
      waiting -= 1
    }
  }

  /// Runs `body` alone, then lets as many waiting threads look again as it says, as far as there are any.
  func withLockWaking<Result>(_ body: (inout Value) -> (result: Result, wake: Int)) -> Result {
    let (result, wake, all) = withLock { value -> (Result, Int, Int) in
      let (result, wake) = body(&value)
      return (result, min(wake, waiting), waiting)
    }
    if wake > 0, wake == all {
      unsafe pthread_cond_broadcast(condition)
    } else {
      for _ in 0..<max(wake, 0) { unsafe pthread_cond_signal(condition) }
    }
    return result
  }

  /// Lets all waiting threads look again.
  func wakeAll() { unsafe pthread_cond_broadcast(condition) }
}
