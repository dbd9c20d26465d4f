import Foundation
import TestFiles
import Testing

/// The built command, run as its users run it.
enum Tool {
  /// A finished command.
  struct Outcome {
    let status: Int32
    let output: String
    let complaint: String
  }

  /// The built command beside the test bundle.
  static let executable = URL(fileURLWithPath: CommandLine.arguments[0])
    .deletingLastPathComponent().appendingPathComponent("wavefront")

  /// A block of the corpus.
  static let corpus = URL(filePath: TestFiles.repository("Corpus/blocks/mixed-prague.json"))

  static func run(_ arguments: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    let (output, complaint) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = complaint
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let error = complaint.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit, "\(arguments) crashed")
    return Outcome(
      status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      complaint: String(decoding: error, as: UTF8.self))
  }
}
