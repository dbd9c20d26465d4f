import Dispatch
public import EthereumTypes
import Synchronization

/// Runs the fixtures of many files on several threads.
public struct FixtureRunner: Sendable {
  /// The kinds of fixtures that can be run.
  public enum Kind: Sendable {
    /// GeneralStateTests.
    case state
    /// BlockchainTests.
    case block
    /// TransactionTests.
    case transaction
  }

  /// What to run.
  public var kind: Kind
  /// Only cases of this fork, as the files name it; nil for all.
  public var fork: String?
  /// How many threads to use, at least 1.
  public var jobs: Int
  /// Gets EIP-3155 traces of state tests in pieces, each case's followed by its state root; nil for none. Cases then
  /// run one after the other.
  public var trace: (@Sendable (Bytes) -> Void)?

  /// Makes a runner.
  public init(_ kind: Kind, fork: String? = nil, jobs: Int = 1) {
    self.kind = kind
    self.fork = fork
    self.jobs = jobs
  }

  /// Folders that are left out by name: their fixtures test a feature that was never part of any fork.
  public static let skippedFolders: Set<String> = ["stEOF"]

  /// Runs everything under the paths. A suite is the last part of a path.
  ///
  /// - Throws: where a file cannot be read or is not a fixture; failing cases are in the report instead.
  public func run(_ paths: [String]) throws(FormatError) -> FixtureReport {
    let files = try Self.files(paths)
    let outcomes = Mutex<[Int: Result<FixtureReport, FormatError>]>([:])
    let next = Atomic(0)
    // A file is the unit of work, taken in order by whoever is free.
    DispatchQueue.concurrentPerform(iterations: trace == nil ? max(1, jobs) : 1) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < files.count else { return }
        let outcome = Result { () throws(FormatError) in
          try run(file: files[index].path, suite: files[index].suite)
        }
        outcomes.withLock { $0[index] = outcome }
      }
    }
    var report = FixtureReport()
    let results = outcomes.withLock { $0 }
    for index in files.indices {
      if let outcome = results[index] { report.merge(try outcome.get()) }
    }
    return report
  }

  private static func files(_ paths: [String]) throws(FormatError) -> [(suite: String, path: String)] {
    var files: [(suite: String, path: String)] = []
    for path in paths {
      let suite = path.split(separator: "/").last.map(String.init) ?? path
      files += try FixtureFiles.find(path).map { (suite, $0) }
    }
    return files
  }

  private func run(file: String, suite: String) throws(FormatError) -> FixtureReport {
    var report = FixtureReport()
    let isSkipped = file.split(separator: "/").contains { Self.skippedFolders.contains(String($0)) }
    var isOther = true
    for member in try JSONDocument(contentsOf: file).root.membersIfObject() {
      guard member.key != "_info" else { continue }
      switch kind {
      case .state where StateTest.isStateTest(member.value):
        try runState(member, file: file, suite: suite, isSkipped: isSkipped, &report)
      case .block where BlockTest.isBlockTest(member.value):
        try runBlocks(member, file: file, suite: suite, isSkipped: isSkipped, &report)
      case .transaction where TransactionTest.isTransactionTest(member.value):
        try runTransaction(member, file: file, suite: suite, &report)
      default: continue
      }
      isOther = false
    }
    if isOther { report.otherFiles = 1 }
    return report
  }

  fileprivate func includes(_ fork: String) -> Bool {
    self.fork.map { $0.lowercased() == fork.lowercased() } ?? true
  }

  private func runState(
    _ member: JSONValue.Member, file: String, suite: String, isSkipped: Bool, _ report: inout FixtureReport
  ) throws(FormatError) {
    let test = try StateTest(name: member.key, member.value)
    for item in try test.cases() where includes(item.forkName) {
      if isSkipped {
        report.count(suite: suite, fork: item.forkName, skipped: 1)
      } else if let difference = try test.run(item, trace: trace) {
        report.count(suite: suite, fork: item.forkName, failed: 1)
        report.failures.append(
          FixtureReport.Failure(
            file: file, name: test.name, fork: item.forkName, index: item.index, difference: difference))
      } else {
        report.count(suite: suite, fork: item.forkName, passed: 1)
      }
    }
  }
}

extension FixtureRunner {
  fileprivate func runBlocks(
    _ member: JSONValue.Member, file: String, suite: String, isSkipped: Bool, _ report: inout FixtureReport
  ) throws(FormatError) {
    let test = try BlockTest(name: member.key, member.value)
    guard includes(test.network) else { return }
    if isSkipped {
      report.count(suite: suite, fork: test.network, skipped: 1)
    } else if let (block, difference) = try test.run() {
      report.count(suite: suite, fork: test.network, failed: 1)
      report.failures.append(
        FixtureReport.Failure(
          file: file, name: test.name, fork: test.network, index: block, difference: difference))
    } else {
      report.count(suite: suite, fork: test.network, passed: 1)
    }
  }
}

extension FixtureRunner {
  fileprivate func runTransaction(
    _ member: JSONValue.Member, file: String, suite: String, _ report: inout FixtureReport
  ) throws(FormatError) {
    let test = try TransactionTest(name: member.key, member.value)
    for (fork, expected) in try test.results() where includes(fork) {
      if let difference = try test.run(fork, expected) {
        report.count(suite: suite, fork: fork, failed: 1)
        report.failures.append(
          FixtureReport.Failure(file: file, name: test.name, fork: fork, index: 0, difference: difference))
      } else {
        report.count(suite: suite, fork: fork, passed: 1)
      }
    }
  }
}

extension JSONValue {
  /// The members of an object; none for anything else.
  func membersIfObject() throws(FormatError) -> [Member] { kind == .object ? try members() : [] }
}
