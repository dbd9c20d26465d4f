import ArgumentParser
import ChainFormats
import Wavefront

/// The command line: `wavefront COMMAND …`.
@main
struct WavefrontCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wavefront",
    abstract: "Finds out which transactions of an Ethereum block can run at the same time, and runs them so.",
    discussion: """
      Exit codes: 0 all is well, 1 a result is wrong or a check failed, 2 bad usage, 3 bad input.
      """,
    version: ToolVersion.text,
    subcommands: [
      RunCommand.self,
      AnalyzeCommand.self,
      PlanCommand.self,
      VerifyCommand.self,
      InspectCommand.self,
      StateTestCommand.self,
      BlockTestCommand.self, TransactionTestCommand.self, T8nCommand.self, BenchCommand.self,
    ])

  /// Parses and runs, mapping every error to its exit code.
  static func main() {
    ProcessMemory.keepFreed()
    do {
      var command = try parseAsRoot(ToolVersion.normalized(Array(CommandLine.arguments.dropFirst())))
      try command.run()
    } catch {
      exit(with: error)
    }
  }

  private static func exit(with error: any Error) -> Never {
    switch CommandFailure(error) {
    case .some(let failure):
      Terminal.complain("wavefront: \(failure.message)")
      Terminal.exit(failure.code)
    case .none:
      let code = exitCode(for: error)
      let text = fullMessage(for: error)
      if code.isSuccess {
        print(text)
        Terminal.exit(.success)
      }
      if !text.isEmpty { Terminal.complain(text) }
      // ArgumentParser's code for bad usage is 64.
      Terminal.exit(code.rawValue == ExitCode.validationFailure.rawValue ? .badUsage : .wrongResult)
    }
  }
}
