import Synchronization

/// Hands out files and their cases to the workers of a run.
///
/// A worker runs the cases of the file it opened, then opens the next file. Once all are open it helps the others:
/// a file whose cases take a minute each does not leave one worker behind alone.
final class FixtureQueue: Sendable {
  /// What a worker does next.
  enum Task {
    /// Reads this file and tells its cases.
    case open(Int)
    /// Runs a case of this file.
    case run(file: Int, place: Int, FixtureCase)
    /// Tries again in a moment: somebody is reading the last file.
    case wait
    /// Goes home.
    case end
  }

  private struct OpenFile {
    let file: Int
    let cases: [FixtureCase]
    var next = 0
  }

  private struct State {
    var nextFile = 0
    var reading = 0
    var open: [OpenFile?]
    var finished = 0
  }

  private let fileCount: Int
  private let state: Mutex<State>

  init(fileCount: Int, workers: Int) {
    self.fileCount = fileCount
    state = Mutex(State(open: Array(repeating: nil, count: workers)))
  }

  /// What a worker does next.
  func next(for worker: Int) -> Task {
    state.withLock { state in
      if let task = Self.take(from: worker, &state) { return task }
      if state.nextFile < fileCount {
        state.nextFile += 1
        state.reading += 1
        return .open(state.nextFile - 1)
      }
      for other in state.open.indices {
        if let task = Self.take(from: other, &state) { return task }
      }
      return state.reading > 0 ? .wait : .end
    }
  }

  private static func take(from worker: Int, _ state: inout State) -> Task? {
    guard let open = state.open[worker], open.next < open.cases.count else { return nil }
    state.open[worker]?.next += 1
    if open.next + 1 == open.cases.count { state.open[worker] = nil }
    return .run(file: open.file, place: open.next, open.cases[open.next])
  }

  /// Takes the cases of a file that a worker was told to open.
  func opened(_ file: Int, by worker: Int, _ cases: [FixtureCase]) {
    state.withLock { state in
      state.reading -= 1
      state.open[worker] = cases.isEmpty ? nil : OpenFile(file: file, cases: cases)
    }
  }
}
