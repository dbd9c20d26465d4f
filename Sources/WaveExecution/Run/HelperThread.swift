import CGlibc
import Glibc

/// A thread of our own, which keeps away from the core of the thread that it helps.
///
/// A scheduler that would rather fill one core than wake another lets a thread that is started or woken wait behind the one
/// that does so, on the same core, until it looks around some milliseconds later. By then most blocks are over. Where there is
/// only one core, or the system does not say, the thread runs anywhere.
@safe
public struct HelperThread: Sendable {
  private let thread: pthread_t
  private let cores: CoreSet?

  /// Starts a thread, on another core than the calling thread's.
  ///
  /// - Parameters:
  ///   - isApart: whether to keep away from that core at all: where there are more threads than cores, they share them.
  ///   - body: what the thread does; it ends when that returns.
  /// - Returns: nil where the system gives no thread.
  public init?(isApart: Bool = true, _ body: @escaping @Sendable () -> Void) {
    cores = isApart ? CoreSet.allowed : nil
    let rest = CoreSet.presentCore.flatMap { [cores] in cores?.without($0) }
    // What refuses the mask may give a thread without one.
    guard let thread = Self.start(body, on: rest) ?? Self.start(body, on: nil) else { return nil }
    self.thread = thread
  }

  /// Keeps the thread, which must not have ended, away from a core, and no longer from another one.
  func avoid(_ core: Int) { cores?.without(core)?.confine(thread) }

  // MARK: Starting

  /// What a thread does, as an object that one pointer can stand for.
  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Far more than the EVM needs, whose stacks and frames are not on the thread's own.
  private static var stackSize: Int { 1 << 20 }

  private static func start(_ body: @escaping @Sendable () -> Void, on cores: CoreSet?) -> pthread_t? {
    var attributes = pthread_attr_t()
    guard unsafe pthread_attr_init(&attributes) == 0 else { return nil }
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, stackSize)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    cores?.confine(&attributes)
    // Invariant: the thread takes over the one reference that is made here; without a thread it is given back.
    let work = unsafe Unmanaged.passRetained(Work(body))
    var thread = pthread_t()
    let error = unsafe pthread_create(
      &thread, &attributes,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    guard error == 0 else {
      unsafe work.release()
      return nil
    }
    return thread
  }
}
