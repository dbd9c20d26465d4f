import AccessAnalysis
import ArgumentParser
import Foundation
import SummaryStore

/// `--cache` and `--no-cache`: where contract summaries outlive the process.
struct CacheOptions: ParsableArguments {
  @Option(
    name: .customLong("cache"),
    help:
      "An SQLite file to keep contract summaries in; otherwise the one that WAVEFRONT_CACHE names, if any.")
  var path: String?
  @Flag(name: .customLong("no-cache"), help: "Keep no contract summaries, whatever WAVEFRONT_CACHE says.")
  var isOff = false

  func validate() throws {
    if isOff, path != nil { throw ValidationError("--cache and --no-cache exclude each other") }
  }

  /// Makes an analyzer with the cache asked for, lends it, and saves what it has found out.
  func withAnalyzer<Result>(_ body: (AccessAnalyzer) throws -> Result) throws -> Result {
    let named =
      path ?? ProcessInfo.processInfo.environment["WAVEFRONT_CACHE"].flatMap { $0.isEmpty ? nil : $0 }
    guard !isOff, let named else { return try body(AccessAnalyzer()) }
    let database: SummaryDatabase
    do {
      database = try SummaryDatabase(path: named)
    } catch { throw CommandFailure(error.description, .badInput) }
    let analyzer = AccessAnalyzer(storage: database)
    defer {
      analyzer.saveSummaries()
      for problem in database.problems {
        FileHandle.standardError.write(Data("summary cache: \(problem)\n".utf8))
      }
    }
    return try body(analyzer)
  }
}
