import Dispatch
public import EthereumTypes
import Glibc
import Synchronization

/// Runs the fixtures of many files on several threads.
public struct FixtureRunner: Sendable {
  /// The kinds of fixtures that can be run.
  public enum Kind: String, Sendable, CaseIterable {
    /// GeneralStateTests.
    case state = "statetest"
    /// BlockchainTests, as blocks or as engine payloads.
    case block = "blocktest"
    /// TransactionTests.
    case transaction = "transactiontest"

    var formats: [FixtureFormat] {
      switch self {
      case .state: [.stateTest]
      case .block: [.blockTest, .enginePayloads]
      case .transaction: [.transactionTest]
      }
    }
  }

  /// How far a run is.
  public struct Progress: Sendable {
    /// Files opened so far.
    public var files: Int
    /// Files there are.
    public var total: Int
  }

  /// What to run.
  public var kind: Kind
  /// Which cases of it.
  public var filter: FixtureFilter
  /// How many threads to use, at least 1.
  public var jobs: Int
  /// Gets EIP-3155 traces of state tests in pieces, each case's followed by its state root; nil for none. Cases then
  /// run one after the other.
  public var trace: (@Sendable (Bytes) -> Void)?
  /// What is to hold beside what the fixtures ask for, of state and of block tests; nil for nothing.
  public var check: BlockCheck?

  /// Makes a runner.
  public init(_ kind: Kind, filter: FixtureFilter = FixtureFilter(), jobs: Int = 1) {
    self.kind = kind
    self.filter = filter
    self.jobs = max(1, jobs)
  }

  /// Runs everything under the paths. A suite is the last part of a path. What cannot be read is a case that failed.
  ///
  /// - Parameters:
  ///   - paths: files, or folders that hold them.
  ///   - isCancelled: asked before each case; once true, the rest is left undone and the report says so.
  ///   - progress: called from time to time, from any thread.
  /// - Throws: where a path leads nowhere.
  public func run(
    _ paths: [String], isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) throws(FormatError) -> FixtureReport {
    var files: [FixtureFile] = []
    for path in paths {
      let suite = path.split(separator: "/").last.map(String.init) ?? path
      files += try FixtureFiles.find(path).map { FixtureFile(path: $0, suite: suite) }
    }
    let all = files
    let jobs = trace == nil ? self.jobs : 1
    let queue = FixtureQueue(fileCount: all.count, workers: jobs)
    let total = Mutex(FixtureReport())
    DispatchQueue.concurrentPerform(iterations: jobs) { worker in
      var report = FixtureReport()
      work(worker, all, queue, isCancelled, &report, progress)
      total.withLock { [report] in $0.merge(report) }
    }
    var report = total.withLock { $0 }
    report.isComplete = !isCancelled()
    report.failures.sort { ($0.position, $0.place) < ($1.position, $1.place) }
    return report
  }
}

extension FixtureRunner {
  private func work(
    _ worker: Int, _ files: [FixtureFile], _ queue: FixtureQueue, _ isCancelled: () -> Bool,
    _ report: inout FixtureReport, _ progress: (Progress) -> Void
  ) {
    let machines = FixtureWorker(check: check)
    while !isCancelled() {
      switch queue.next(for: worker) {
      case .open(let index):
        queue.opened(index, by: worker, cases(in: files[index], &report))
        progress(Progress(files: index + 1, total: files.count))
      case .run(let index, let place, let item):
        run(item, of: files[index], position: index, place: place, on: machines, &report)
      case .wait: usleep(500)
      case .end: return
      }
    }
  }

  private func run(
    _ item: FixtureCase, of file: FixtureFile, position: Int, place: Int, on worker: FixtureWorker,
    _ report: inout FixtureReport
  ) {
    let difference: FixtureCase.Difference?
    switch item.work {
    case .skip(let reason):
      report.count(suite: file.suite, fork: item.fork, skipped: 1)
      report.skip(reason, file: file.path)
      return
    case .run(let body):
      do throws(FormatError) { difference = try body(worker) } catch {
        difference = FixtureCase.Difference(text: "\(error)")
      }
    }
    guard let difference else { return report.count(suite: file.suite, fork: item.fork, passed: 1) }
    report.count(suite: file.suite, fork: item.fork, failed: 1)
    report.failures.append(
      FixtureReport.Failure(
        kind: kind, file: file.path, name: item.name, fork: item.fork, index: item.index,
        isChecked: check != nil, block: difference.block, difference: difference.text, position: position,
        place: place))
  }
}
