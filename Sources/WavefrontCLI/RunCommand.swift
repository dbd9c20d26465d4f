import AccessAnalysis
import ArgumentParser
import ChainFormats
import WaveExecution
import Wavefront

/// `wavefront run`: the main job.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract:
      "Predicts, schedules and runs blocks in parallel, and compares the result with serial and with the chain."
  )

  @Argument(help: "Block snapshots (block-snapshot/1).") var blocks: [String]
  @Option(help: "Threads for every part of the work; all cores by default.") var threads: Int?
  @Option(help: "How the parallel run is organised.") var executor: ExecutorKind = .dataflow
  @Option(help: "Runs for each timing, of which the median counts.") var repeats = 3
  @Option(help: "Further runs, disturbed on purpose, that must give the same result.") var perturb = 0
  @Flag(help: "Predict each transaction as if it were the block's first, as when it arrives.") var alone =
    false
  @Flag(help: "Do not bind transactions again whose predictions rest on values that are no more.")
  var noRebinding = false
  @Flag(help: "Print one JSON object for each block.") var json = false

  @OptionGroup var cache: CacheOptions

  func validate() throws {
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads must be 1 to 256, not \(threads)")
    }
    if !(0...1_000_000).contains(perturb) {
      throw ValidationError("--perturb must be 0 to 1000000, not \(perturb)")
    }
    if !(1...1000).contains(repeats) { throw ValidationError("--repeats must be 1 to 1000, not \(repeats)") }
  }

  func run() throws { try cache.withAnalyzer(run) }

  private func run(_ analyzer: AccessAnalyzer) throws {
    let threads = self.threads ?? Host.coreCount
    let prePass = PrePass(analyzer: analyzer, threads: threads)
    let executor = BlockExecutor(kind: executor, threads: threads)
    var failures: [String] = []
    for (index, path) in blocks.enumerated() {
      Terminal.progress("[\(index + 1)/\(blocks.count)] \(path)")
      let snapshot = try BlockSnapshot(contentsOf: path)
      let job = try MainJob(
        snapshot, prePass: prePass, executor: executor, repetitions: repeats, inOrder: !alone,
        rebinds: !noRebinding)
      Terminal.endProgress()
      print(json ? try encodeJSON(RunReport(job)) : RunTable(job, executor: executor).text)
      if let difference = job.difference {
        failures.append("\(path): parallel differs from serial: \(difference)")
      }
      if perturb > 0 {
        Terminal.progress("[\(index + 1)/\(blocks.count)] \(path), disturbed")
        let difference = try job.perturb(runs: perturb)
        Terminal.endProgress()
        if let difference {
          failures.append("\(path): \(difference)")
        } else if !json {
          print("  \(Format.left("perturbed", 10)) \(Format.count(perturb)) runs, all with the same result\n")
        }
      }
      if !job.header.matches { failures.append("\(path): the result is not what the chain recorded") }
    }
    guard failures.isEmpty else { throw CommandFailure(failures.joined(separator: "\n"), .wrongResult) }
  }
}

extension ExecutorKind: ExpressibleByArgument {}
