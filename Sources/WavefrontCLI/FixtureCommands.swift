import ArgumentParser
import ChainFormats
import Dispatch
import EthereumTypes
import Wavefront

/// What the commands that run official fixtures have in common.
struct FixtureOptions: ParsableArguments {
  @Argument(help: "Fixture files, or folders that hold them.")
  var paths: [String]

  @Option(help: "Only cases of this fork or network, as the fixtures name it.")
  var fork: String?

  @Option(help: "Only entries whose name contains this.")
  var name: String?

  @Option(help: "Only this case of an entry's cases of a fork, from 0.")
  var index: Int?

  @Option(help: "Number of threads (default: as many as there are cores).")
  var jobs: Int?

  @Flag(help: "Print one JSON object as the last line.")
  var json = false

  func validate() throws {
    guard jobs ?? 1 > 0 else { throw ValidationError("--jobs must be at least 1") }
    guard !paths.isEmpty else { throw ValidationError("name a file or a folder of fixtures") }
  }

  /// Runs the fixtures of one kind.
  ///
  /// - Parameter checks: whether to hold predictions and parallel runs against what happens, too.
  func run(
    _ kind: FixtureRunner.Kind, checks: Bool = false, trace: (@Sendable (Bytes) -> Void)? = nil
  ) throws {
    var runner = FixtureRunner(
      kind, filter: FixtureFilter(fork: fork, name: name, index: index), jobs: jobs ?? Host.coreCount)
    runner.trace = trace
    if checks {
      let check = FixtureCheck()
      runner.check = { check.difference($0, on: $1) }
    }
    try runner.printReport(paths, json: json)
  }
}

/// Whether fixtures are more than a test of the machine.
struct CheckOption: ParsableArguments {
  @Flag(
    help: """
      Also predict every transaction and hold the predictions against what it does, and run every block by each \
      executor; state tests as blocks of a few transactions.
      """)
  var check = false
}

/// `wavefront statetest`: runs the official state fixtures.
struct StateTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "statetest", abstract: "Run GeneralStateTests fixtures.")

  @OptionGroup var options: FixtureOptions

  @OptionGroup var checking: CheckOption

  @Flag(help: "Write an EIP-3155 trace of each case, and its state root, to standard error.")
  var trace = false

  func run() throws {
    var sink: (@Sendable (Bytes) -> Void)?
    if trace { sink = { Terminal.writeError($0) } }
    try options.run(.state, checks: checking.check, trace: sink)
  }
}

/// `wavefront blocktest`: runs the official blockchain fixtures.
struct BlockTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "blocktest", abstract: "Run BlockchainTests fixtures (proof-of-work seals are not checked).")

  @OptionGroup var options: FixtureOptions

  @OptionGroup var checking: CheckOption

  func run() throws { try options.run(.block, checks: checking.check) }
}

/// `wavefront transactiontest`: runs the official transaction fixtures.
struct TransactionTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transactiontest", abstract: "Run TransactionTests fixtures.")

  @OptionGroup var options: FixtureOptions

  func run() throws { try options.run(.transaction) }
}

extension FixtureRunner {
  /// Runs the fixtures and prints failures, the table, what was left out, and with `json` the last line.
  ///
  /// - Throws: where a case failed, where there is no case at all, and after Ctrl-C.
  func printReport(_ paths: [String], json: Bool) throws {
    let interruption = Interruption()
    let source = interruption.listen()
    defer { source.cancel() }
    let line = ProgressLine()
    let report = try run(paths, isCancelled: { interruption.isRequested }) { progress in
      line.show("\(progress.files) of \(progress.total) files")
    }
    Terminal.endProgress()
    for failure in report.failures { print(failure) }
    print(report.table)
    for note in report.notes { print(note) }
    if json { print(report.json) }
    if !report.isComplete { throw CommandFailure("interrupted", .interrupted) }
    if report.isEmpty { throw CommandFailure("there is no such case", .badInput) }
    if report.failed > 0 { throw CommandFailure("\(report.failed) cases failed", .wrongResult) }
  }
}
