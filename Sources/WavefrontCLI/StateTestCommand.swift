import ArgumentParser
import ChainFormats

/// `wavefront statetest`: runs the official state fixtures.
struct StateTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "statetest", abstract: "Run GeneralStateTests fixtures.")

  @Argument(help: "Fixture files, or folders that hold them.")
  var paths: [String]

  @Option(help: "Only cases of this fork, as the fixtures name it.")
  var fork: String?

  @Option(help: "Number of threads.")
  var jobs = 2

  @Flag(help: "Print one JSON object as the last line.")
  var json = false

  mutating func validate() throws {
    guard jobs > 0 else { throw ValidationError("--jobs must be at least 1") }
  }

  mutating func run() throws {
    try FixtureRunner(.state, fork: fork, jobs: jobs).printReport(paths, json: json)
  }
}

/// `wavefront blocktest`: runs the official blockchain fixtures.
struct BlockTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "blocktest", abstract: "Run BlockchainTests fixtures (proof-of-work seals are not checked).")

  @Argument(help: "Fixture files, or folders that hold them.")
  var paths: [String]

  @Option(help: "Only tests of this network, as the fixtures name it.")
  var fork: String?

  @Option(help: "Number of threads.")
  var jobs = 2

  @Flag(help: "Print one JSON object as the last line.")
  var json = false

  mutating func validate() throws {
    guard jobs > 0 else { throw ValidationError("--jobs must be at least 1") }
  }

  mutating func run() throws {
    try FixtureRunner(.block, fork: fork, jobs: jobs).printReport(paths, json: json)
  }
}

/// `wavefront transactiontest`: runs the official transaction fixtures.
struct TransactionTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transactiontest", abstract: "Run TransactionTests fixtures.")

  @Argument(help: "Fixture files, or folders that hold them.")
  var paths: [String]

  @Option(help: "Only results under this fork, as the fixtures name it.")
  var fork: String?

  @Option(help: "Number of threads.")
  var jobs = 2

  @Flag(help: "Print one JSON object as the last line.")
  var json = false

  mutating func validate() throws {
    guard jobs > 0 else { throw ValidationError("--jobs must be at least 1") }
  }

  mutating func run() throws {
    try FixtureRunner(.transaction, fork: fork, jobs: jobs).printReport(paths, json: json)
  }
}

extension FixtureRunner {
  /// Runs the fixtures and prints failures, the table and with `json` the last line.
  ///
  /// - Throws: where a case failed, and where a file is no fixture.
  func printReport(_ paths: [String], json: Bool) throws {
    let report = try run(paths)
    for failure in report.failures { print(failure) }
    print(report.table)
    if report.otherFiles > 0 { print("\(report.otherFiles) files hold no fixtures of this kind") }
    if json { print(report.json) }
    if report.failed > 0 { throw CommandFailure("\(report.failed) cases failed", .wrongResult) }
  }
}
