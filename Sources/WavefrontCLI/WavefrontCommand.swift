import ArgumentParser

@main
struct WavefrontCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wavefront", subcommands: [StateTestCommand.self])
}
