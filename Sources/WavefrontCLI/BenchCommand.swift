import ArgumentParser
import EVM
import Foundation
import Wavefront

/// `wavefront bench`: how fast the parts are.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures how fast a part of the system is on your machine.",
    discussion: """
      The suite "interpreter" runs the messages of state tests, such as those of ipsilon/evm-benchmarks, on one \
      thread: CPU time of the message alone, on a warm machine, with the code already analysed. Every case is first \
      checked against the state root and the logs that its file expects.

      The suite "parallel" runs generated blocks and the block snapshots named serially, by the planned executor with \
      the schedule at hand and with pre-pass and scheduling inside (cold), and by Block-STM, in turns, and prints each \
      one's speed-up over serial, beside what a perfect plan could reach. Every run is compared with the serial one.

      The suite "scheduling" builds graphs of 10,000 transactions of 100 locations and schedules generated mempools \
      and, where files are named, block snapshots by their predicted access sets.

      The suite "controlflow" finds the control flow of the contracts in NDJSON files: an object a line with "code", \
      and where known "groundTruth.selectors" to compare with.

      The suite "prepass" predicts every transaction of the block snapshots named, with nothing known of any contract \
      and again with all known, and prints what that takes beside running it, by kind of transaction.

      The suite "rebinding" runs a generated block and the block snapshots named by plans whose predictions rest on other \
      values than the transactions find, with and without binding them again.
      """)

  enum Suite: String, ExpressibleByArgument, CaseIterable {
    case interpreter, parallel, scheduling, controlflow, prepass, rebinding
  }

  @Option(help: "What to measure.") var suite: Suite
  @Argument(help: "Files of cases, or folders that hold them.") var paths: [String] = []
  @Option(help: "Only cases whose name contains this.") var filter: String?
  @Option(help: "Threads at most, for parallel; all cores by default.") var threads: Int?
  @Option(help: "Samples for each case, of which the median counts.") var samples = 25
  @Option(help: "Workers to schedule for, for scheduling.") var workers = 8
  @Option(help: "For parallel and rebinding: tries for a sample that other programs kept waiting for a core.")
  var patience = 20
  @Flag(help: "For parallel: without cold and Block-STM, which take longest.") var short = false
  @Flag(help: "Print one JSON object.") var json = false

  @OptionGroup var cache: CacheOptions

  func validate() throws {
    if !(1...100_000).contains(samples) {
      throw ValidationError("--samples must be 1 to 100000, not \(samples)")
    }
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads must be 1 to 256, not \(threads)")
    }
    if !(1...1024).contains(workers) {
      throw ValidationError("--workers must be 1 to 1024, not \(workers)")
    }
    if suite == .interpreter && paths.isEmpty { throw ValidationError("name at least one file or folder") }
  }

  func run() throws {
    switch suite {
    case .interpreter: try runInterpreter()
    case .parallel: try runParallel()
    case .scheduling: try runScheduling()
    case .controlflow:
      let suite = try ControlFlowSuite(paths)
      print(json ? try encodeJSON(suite) : suite.summary)
    case .rebinding:
      let files = paths.flatMap(Self.files).filter { path in filter.map { path.contains($0) } ?? true }
      let suite = try cache.withAnalyzer { analyzer in
        try RebindingSuite(
          files, threads: threads ?? Host.coreCount, repeats: samples, patience: patience, analyzer: analyzer
        ) { line in if !json { print(line) } }
      }
      print(json ? try encodeJSON(suite) : suite.summary)
      guard suite.wrong.isEmpty else {
        throw CommandFailure("wrong result: \(suite.wrong.joined(separator: ", "))", .wrongResult)
      }
    case .prepass:
      let files = paths.flatMap(Self.files).filter { path in filter.map { path.contains($0) } ?? true }
      try cache.withAnalyzer { analyzer in
        let suite = try PrePassSuite(files, rounds: samples, storage: analyzer.storage)
        print(json ? try encodeJSON(suite) : suite.summary)
      }
    }
  }

  private func runScheduling() throws {
    let files = paths.flatMap(Self.files).filter { path in filter.map { path.contains($0) } ?? true }
    let suite = try SchedulingSuite(blocks: files, workers: workers) { line in if !json { print(line) } }
    if json { print(try encodeJSON(suite)) }
  }

  private func runParallel() throws {
    let files = paths.flatMap(Self.files).filter { path in filter.map { path.contains($0) } ?? true }
    let report = try cache.withAnalyzer { analyzer in
      try BenchParallel(
        files,
        shapes: GeneratedBlock.Shape.allCases.filter { shape in
          filter.map { shape.rawValue.contains($0) } ?? true
        },
        threads: threads ?? Host.coreCount, repeats: samples, patience: patience, quietly: json,
        isShort: short, analyzer: analyzer)
    }
    print(json ? try encodeJSON(report) : report.summary)
    guard report.wrong.isEmpty else {
      throw CommandFailure("wrong result: \(report.wrong.joined(separator: ", "))", .wrongResult)
    }
  }

  private func runInterpreter() throws {
    var report = BenchReport()
    for file in paths.flatMap(Self.files) {
      for item in try InterpreterBenchmark.cases(contentsOf: file)
      where filter.map({ item.name.contains($0) }) ?? true {
        let measurement = try measure(item, of: file)
        report.add(measurement, suite: item.suite)
        if !json { print(BenchReport.row(measurement)) }
      }
    }
    print(json ? try encodeJSON(report) : report.summary)
    let wrong = report.cases.filter { $0.difference != nil }.map(\.name)
    guard wrong.isEmpty else {
      throw CommandFailure("wrong result: \(wrong.joined(separator: ", "))", .wrongResult)
    }
  }

  private func measure(
    _ item: InterpreterBenchmark, of file: String
  ) throws -> InterpreterBenchmark.Measurement {
    do throws(ExecutionError) {
      return try item.measure(samples: samples)
    } catch {
      switch error {
      case .rejected(let reason): throw CommandFailure("\(file): \(item.name): \(reason)", .badInput)
      case .state(let reason): throw CommandFailure("\(file): \(item.name): \(reason)", .badInput)
      }
    }
  }

  /// The path itself, or the JSON files below it in the order of their names.
  private static func files(_ path: String) -> [String] {
    let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    guard type == .typeDirectory else { return [path] }
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().map { path + "/" + $0 }
  }
}
