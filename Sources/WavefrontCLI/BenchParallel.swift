import AccessAnalysis
import ChainFormats
import Foundation
import WaveExecution
import Wavefront

/// The suite "parallel" of `wavefront bench`: the executors against serial, on generated blocks and on block snapshots.
struct BenchParallel: Encodable {
  typealias Row = ParallelBenchmark.Measurement

  /// Geometric means of speed-ups over serial.
  struct Means: Encodable {
    let blocks: Int
    let planned: Double
    let simulated: Double
    /// The mean of how far simulated and real are apart, as a share of the real.
    let simulationError: Double
    let cold: Double
    let blockSTM: Double
    let ceilingOf2: Double
    let ceilingOf8: Double

    init(_ rows: [Row]) {
      func mean(_ value: (Row) -> Double) -> Double {
        exp(rows.reduce(0) { $0 + log(value($1)) } / Double(max(rows.count, 1)))
      }
      blocks = rows.count
      planned = mean(\.plannedSpeedUp)
      simulated = mean(\.simulated)
      simulationError =
        rows.reduce(0) { $0 + abs($1.simulated / $1.plannedSpeedUp - 1) } / Double(max(rows.count, 1))
      cold = mean(\.coldSpeedUp)
      blockSTM = mean(\.blockSTMSpeedUp)
      ceilingOf2 = mean(\.ceilingOf2)
      ceilingOf8 = mean(\.ceilingOf8)
    }
  }

  let threads: Int
  private(set) var generated: [Row] = []
  private(set) var blocks: [Row] = []
  private(set) var means = Means([])

  /// Measures generated blocks and those in files, printing a line for each unless `quietly`.
  init(
    _ files: [String], shapes: [GeneratedBlock.Shape], threads: Int, repeats: Int, patience: Int = 0,
    quietly: Bool, isShort: Bool = false, analyzer: AccessAnalyzer
  ) throws {
    self.threads = threads
    let benchmark = ParallelBenchmark(
      threads: threads, repeats: repeats, patience: patience, isShort: isShort, analyzer: analyzer)
    if !quietly { print(Self.title(threads)) }
    for shape in shapes {
      generated.append(try benchmark.measure(GeneratedBlock(shape, count: 1000)))
      if !quietly, let row = generated.last { print(Self.row(row)) }
    }
    for file in files {
      blocks.append(try benchmark.measure(BlockSnapshot(contentsOf: file)))
      if !quietly, let row = blocks.last { print(Self.row(row)) }
    }
    means = Means(blocks)
  }

  /// The blocks whose result differed between executors.
  var wrong: [String] {
    (generated + blocks).compactMap { row in row.difference.map { "block \(row.block): \($0)" } }
  }

  // MARK: Text

  private static func title(_ threads: Int) -> String {
    """
    Speed-up over serial on \(threads) threads at most. simul.: the planned run simulated, sharing included. Ceilings: a perfect
    plan, dispatch free, on 2 and 8 workers. cpu: processor time over the serial run's; @1: that of the planned executor on one thread.
         block   txs   Mgas serial ms planned simul.  cpu    @1 threads   cold  way         block-stm  cpu ceiling@2    @8  repeated: planned, cold, block-stm
    """
  }

  private static func row(_ row: Row) -> String {
    func cpu(_ cost: ParallelBenchmark.Cost) -> Double { Double(cost.cpu) / Double(max(row.serial.cpu, 1)) }
    let name = String(repeating: " ", count: max(10 - row.block.count, 0)) + row.block
    let way = row.coldWay.rawValue.padding(toLength: 11, withPad: " ", startingAt: 0)
    return name
      + String(
        format: "%6d %6.1f %9.2f %7.2f %6.2f %4.2f %5.2f %7d %6.2f  ", row.transactions,
        Double(row.gas) / 1e6,
        Double(row.serial.wall) / 1e6, row.plannedSpeedUp, row.simulated, cpu(row.planned), cpu(row.alone),
        row.planned.threads,
        row.coldSpeedUp) + way
      + String(
        format: "%10.2f %4.2f %9.2f %5.2f %18d %5d %10d", row.blockSTMSpeedUp, cpu(row.blockSTM),
        row.ceilingOf2, row.ceilingOf8, row.planned.executions - row.transactions,
        row.cold.executions - row.transactions,
        row.blockSTM.executions - row.transactions) + (row.difference.map { "  WRONG: \($0)" } ?? "")
  }

  /// The lines below the blocks.
  var summary: String {
    guard !blocks.isEmpty else { return "" }
    func worst(_ name: String, _ speedUp: (Row) -> Double) -> String {
      guard let row = blocks.min(by: { speedUp($0) < speedUp($1) }) else { return "" }
      return String(format: "\nworst \(name): %.2f in block \(row.block)", speedUp(row))
    }
    return String(
      format:
        "geometric mean of %d blocks: planned %.2f (simulated %.2f, apart by %.0f %% on average), cold %.2f, "
        + "block-stm %.2f, ceiling %.2f @2 and %.2f @8",
      means.blocks, means.planned, means.simulated, means.simulationError * 100, means.cold, means.blockSTM,
      means.ceilingOf2, means.ceilingOf8)
      + worst("planned", \.plannedSpeedUp) + worst("cold", \.coldSpeedUp)
  }
}
