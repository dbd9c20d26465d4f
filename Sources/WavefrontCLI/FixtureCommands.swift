import ArgumentParser
import ChainFormats
import EthereumTypes

/// What the commands that run official fixtures have in common.
struct FixtureOptions: ParsableArguments {
  @Argument(help: "Fixture files, or folders that hold them.")
  var paths: [String]

  @Option(help: "Only cases of this fork or network, as the fixtures name it.")
  var fork: String?

  @Option(help: "Number of threads.")
  var jobs = 2

  @Flag(help: "Print one JSON object as the last line.")
  var json = false

  func validate() throws {
    guard jobs > 0 else { throw ValidationError("--jobs must be at least 1") }
  }

  /// Runs the fixtures of one kind.
  func run(_ kind: FixtureRunner.Kind, trace: (@Sendable (Bytes) -> Void)? = nil) throws {
    var runner = FixtureRunner(kind, fork: fork, jobs: jobs)
    runner.trace = trace
    try runner.printReport(paths, json: json)
  }
}

/// `wavefront statetest`: runs the official state fixtures.
struct StateTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "statetest", abstract: "Run GeneralStateTests fixtures.")

  @OptionGroup var options: FixtureOptions

  @Flag(help: "Write an EIP-3155 trace of each case, and its state root, to standard error.")
  var trace = false

  func run() throws {
    var sink: (@Sendable (Bytes) -> Void)?
    if trace { sink = { Terminal.writeError($0) } }
    try options.run(.state, trace: sink)
  }
}

/// `wavefront blocktest`: runs the official blockchain fixtures.
struct BlockTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "blocktest", abstract: "Run BlockchainTests fixtures (proof-of-work seals are not checked).")

  @OptionGroup var options: FixtureOptions

  func run() throws { try options.run(.block) }
}

/// `wavefront transactiontest`: runs the official transaction fixtures.
struct TransactionTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transactiontest", abstract: "Run TransactionTests fixtures.")

  @OptionGroup var options: FixtureOptions

  func run() throws { try options.run(.transaction) }
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
