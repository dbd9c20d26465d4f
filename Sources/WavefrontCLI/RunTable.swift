import AccessAnalysis
import ChainFormats
import ConflictScheduling
import EVM
import EVMBytecode
import WaveExecution
import Wavefront

/// A finished main job as a person reads it.
struct RunTable {
  let job: MainJob
  let executor: BlockExecutor

  init(_ job: MainJob, executor: BlockExecutor) {
    self.job = job
    self.executor = executor
  }

  /// At most this many waves are shown.
  private static var waveLimit: Int { 8 }

  var text: String {
    let header = job.snapshot.block.header
    var lines = [
      "Block \(Format.count(header.number)) · \(job.snapshot.fork) · \(Format.count(job.gasUsed.count)) transactions · "
        + "\(Format.count(job.header.gasUsed)) gas"
    ]
    lines.append(row("predicted", predictions))
    lines += waves
    lines.append(row("path", criticalPath))
    lines.append(row("time", times))
    lines.append(row("speed-up", speedUp))
    lines.append(row("result", result))
    return lines.joined(separator: "\n") + "\n"
  }

  private func row(_ name: String, _ text: String) -> String { "  \(Format.left(name, 10)) \(text)" }

  private var predictions: String {
    let classes = job.classes
    let parts = PredictionClass.allCases.map { "\(classes[$0] ?? 0) \($0.rawValue)" }
    let routes = Dictionary(grouping: job.predictions, by: \.route.name).mapValues(\.count)
    return parts.joined(separator: " · ")
      + "  (\(routes["summary"] ?? 0) from summaries, \(routes["taintedRun"] ?? 0) by tainted run)"
  }

  private var waves: [String] {
    let waves = job.waves
    guard !waves.isEmpty else { return [row("waves", "none")] }
    let widest = waves.map(\.width).max() ?? 1
    var lines: [String] = []
    for (index, wave) in waves.prefix(Self.waveLimit).enumerated() {
      let bar = String(repeating: "▇", count: max(1, wave.width * 24 / max(widest, 1)))
      lines.append(
        row(
          index == 0 ? "waves" : "",
          "\(Format.right("\(index + 1)", 3))  \(Format.right(Format.count(wave.width), 5)) tx  "
            + "\(Format.right(Format.count(wave.gas), 11)) gas  \(bar)"))
    }
    if waves.count > Self.waveLimit {
      let rest = waves.dropFirst(Self.waveLimit)
      lines.append(
        row(
          "",
          "  …  \(Format.right(Format.count(rest.reduce(0) { $0 + $1.width }), 5)) tx  "
            + "\(Format.right(Format.count(rest.reduce(0) { $0 + $1.gas }), 11)) gas  in \(rest.count) more waves"
        ))
    }
    return lines
  }

  private var criticalPath: String {
    let total = max(Double(job.header.gasUsed), 1)
    let share = Double(job.criticalPath) / total
    return "\(Format.count(job.criticalPath)) gas critical (\(Format.percent(share)) of the block, "
      + "so at most \(Format.decimals(share > 0 ? 1 / share : 1, 2))×)"
  }

  private var times: String {
    let times = job.timings
    return "recover \(Format.time(times.recover)) · pre-pass \(Format.time(times.prepass)) · "
      + "schedule \(Format.time(times.schedule)) · serial \(Format.time(times.serial)) · "
      + "\(executor.kind.rawValue) \(Format.time(times.parallel))"
  }

  private var speedUp: String {
    let ratio = Double(job.timings.serial) / Double(max(job.timings.parallel, 1))
    let how =
      job.way == .serial && executor.kind != .serial
      ? "run serially, as sharing would not pay"
      : "on \(job.threads) threads, \(job.mispredictions) run again"
        + (job.rebindings > 0 ? ", \(job.rebindings) re-bound" : "")
    return "\(Format.decimals(ratio, 2))× \(how)"
  }

  private var result: String {
    let header = job.header
    func mark(_ name: String, _ matches: Bool?, missing: String) -> String {
      switch matches {
      case true?: "\(name) ✓"
      case false?: "\(name) ✗"
      case nil: "\(name) – (\(missing))"
      }
    }
    return [
      mark("serial", job.matchesSerial, missing: ""), mark("gas", header.gasMatches, missing: ""),
      mark("receipts", header.receiptsRootMatches, missing: "needs state roots"),
      mark("bloom", header.logsBloomMatches, missing: ""),
      mark(
        "state", header.stateRootMatches,
        missing: header.stateRootProblem == nil ? "no witness" : "witness incomplete"),
    ].joined(separator: " · ")
  }
}
