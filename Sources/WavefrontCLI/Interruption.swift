import Dispatch
import Foundation
import Synchronization

/// Ctrl-C, for a command that can end early and tell what it has. The first one asks it to, the second ends the
/// process.
final class Interruption: Sendable {
  private let count = Atomic(0)

  /// Listens for as long as the source that is returned lives.
  func listen() -> any DispatchSourceSignal {
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT)
    source.setEventHandler { [self] in
      Terminal.endProgress()
      if count.add(1, ordering: .relaxed).oldValue > 0 { Terminal.exit(ExitStatus.interrupted) }
      Terminal.complain("stopping as soon as the running cases are done; once more to stop at once")
    }
    source.setCancelHandler { signal(SIGINT, SIG_DFL) }
    source.resume()
    return source
  }

  /// Whether somebody wants the command to end.
  var isRequested: Bool { count.load(ordering: .relaxed) > 0 }
}

/// A progress line that many threads write, ten times a second at most.
final class ProgressLine: Sendable {
  private let last: Mutex<ContinuousClock.Instant?> = Mutex(nil)

  /// Shows a text, unless the last one was shown a moment ago.
  func show(_ text: @autoclosure () -> String) {
    guard Terminal.showsProgress else { return }
    last.withLock { last in
      let now = ContinuousClock.now
      if let last, last.duration(to: now) < .milliseconds(100) { return }
      last = now
      Terminal.progress(text())
    }
  }
}
