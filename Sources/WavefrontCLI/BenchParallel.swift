import ChainFormats
import Foundation
import Wavefront

/// The suite "parallel" of `wavefront bench`: the executors against serial, on block snapshots.
struct BenchParallel: Encodable {
  /// Geometric means of speed-ups over serial.
  struct Means: Encodable {
    let blocks: Int
    let planned: Double
    let cold: Double
    let blockSTM: Double
    let ceilingOf2: Double
    let ceilingOf8: Double

    init(_ rows: [ParallelBenchmark.Measurement]) {
      func mean(_ value: (ParallelBenchmark.Measurement) -> Double) -> Double {
        exp(rows.reduce(0) { $0 + log(value($1)) } / Double(max(rows.count, 1)))
      }
      blocks = rows.count
      planned = mean(\.plannedSpeedUp)
      cold = mean(\.coldSpeedUp)
      blockSTM = mean(\.blockSTMSpeedUp)
      ceilingOf2 = mean(\.ceilingOf2)
      ceilingOf8 = mean(\.ceilingOf8)
    }
  }

  let threads: Int
  private(set) var blocks: [ParallelBenchmark.Measurement] = []
  private(set) var means = Means([])

  /// Measures the blocks, printing a line for each unless `quietly`.
  init(_ files: [String], threads: Int, repeats: Int, quietly: Bool) throws {
    self.threads = threads
    let benchmark = ParallelBenchmark(threads: threads, repeats: repeats)
    if !quietly { print(Self.title(threads)) }
    for file in files {
      let row = try benchmark.measure(BlockSnapshot(contentsOf: file))
      blocks.append(row)
      if !quietly { print(Self.row(row)) }
    }
    means = Means(blocks)
  }

  /// The blocks whose result differed between executors.
  var wrong: [String] {
    blocks.compactMap { row in row.difference.map { "block \(row.block): \($0)" } }
  }

  // MARK: Text

  private static func title(_ threads: Int) -> String {
    """
    Speed-up over serial on \(threads) threads; ceilings are a perfect plan's with free dispatch.
         block    txs   Mgas  serial ms  planned   cold  block-stm  ceiling@2  @8    threads  executions: planned block-stm
    """
  }

  private static func row(_ row: ParallelBenchmark.Measurement) -> String {
    String(
      format: "%10llu %6d %6.1f %10.2f %8.2f %6.2f %10.2f %10.2f %6.2f %6d %14d %9d", row.block,
      row.transactions, Double(row.gas) / 1e6, Double(row.serial) / 1e6, row.plannedSpeedUp, row.coldSpeedUp,
      row.blockSTMSpeedUp, row.ceilingOf2, row.ceilingOf8, row.plannedThreads, row.plannedExecutions,
      row.blockSTMExecutions) + (row.difference.map { "  WRONG: \($0)" } ?? "")
  }

  /// The line below the blocks.
  var summary: String {
    guard !blocks.isEmpty else { return "no block" }
    let worst = blocks.min { $0.plannedSpeedUp < $1.plannedSpeedUp }
    return String(
      format:
        "geometric mean of %d blocks: planned %.2f, cold %.2f, block-stm %.2f, ceiling %.2f @2 and %.2f @8",
      means.blocks, means.planned, means.cold, means.blockSTM, means.ceilingOf2, means.ceilingOf8)
      + (worst.map { String(format: "\nworst planned: %.2f in block %llu", $0.plannedSpeedUp, $0.block) }
        ?? "")
  }
}
