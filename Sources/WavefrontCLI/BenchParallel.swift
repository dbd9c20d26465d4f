import AccessAnalysis
import ChainFormats
import Foundation
import WaveExecution
import Wavefront

/// The suite "parallel" of `wavefront bench`: the executors against serial, on generated blocks and on block snapshots.
struct BenchParallel: Encodable {
  typealias Row = ParallelBenchmark.Measurement

  let threads: Int
  private let isShort: Bool
  private(set) var generated: [Row] = []
  private(set) var blocks: [Row] = []
  /// The means of all blocks of files, and of those since London of more than 3 million gas.
  private(set) var means = ParallelMeans([])
  private(set) var largeMeans = ParallelMeans([])

  /// Measures generated blocks and those in files, printing a line for each unless `quietly`.
  init(
    _ files: [String], shapes: [GeneratedBlock.Shape], threads: Int, repeats: Int, patience: Int = 0,
    quietly: Bool, isShort: Bool = false, analyzer: AccessAnalyzer
  ) throws {
    self.threads = threads
    self.isShort = isShort
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
    means = ParallelMeans(blocks)
    largeMeans = ParallelMeans(blocks.filter(\.isLargeSinceLondon))
  }

  /// The blocks whose result differed between executors.
  var wrong: [String] {
    (generated + blocks).compactMap { row in row.difference.map { "block \(row.block): \($0)" } }
  }

  // MARK: Text

  private static func title(_ threads: Int) -> String {
    """
    Speed-up over serial on \(threads) threads at most, each run behind another one of the same way. planned: by the schedule and with what was
    worked out when the transactions were predicted (storage keys, signers); bare: by the schedule only; rested: planned, on cores that have
    slept; simul.: that simulated, sharing included. cpu: processor time over the serial run's; @1: that of the planned executor on one thread.
    pace: what each of two busy cores does of what the one does that runs serial; a schedule alone gains no more than the ceiling times that.
    Ceilings: a perfect schedule, dispatch free, on 2 and 8 workers; plan@8: our own, dispatch free.
         block   txs   Mgas serial ms planned   bare rested simul.  cpu    @1 threads   cold  way         block-stm  cpu pace ceiling@2    @8 plan@8  repeated: planned, cold, block-stm
    """
  }

  private static func row(_ row: Row) -> String {
    func cpu(_ cost: ParallelBenchmark.Cost) -> Double { Double(cost.cpu) / Double(max(row.serial.cpu, 1)) }
    let name = String(repeating: " ", count: max(10 - row.block.count, 0)) + row.block
    let way = row.coldWay.rawValue.padding(toLength: 11, withPad: " ", startingAt: 0)
    return name
      + String(
        format: "%6d %6.1f %9.2f %7.2f %6.2f %6.2f %6.2f %4.2f %5.2f %7d %6.2f  ", row.transactions,
        Double(row.gas) / 1e6,
        Double(row.serial.wall) / 1e6, row.plannedSpeedUp, row.bareSpeedUp, row.restedSpeedUp,
        row.simulated, cpu(row.planned),
        cpu(row.alone),
        row.planned.threads,
        row.coldSpeedUp) + way
      + String(
        format: "%10.2f %4.2f %4.2f %9.2f %5.2f %6.2f %18d %5d %10d", row.blockSTMSpeedUp, cpu(row.blockSTM),
        row.paceOfTwo,
        row.ceilingOf2, row.ceilingOf8, row.planOf8, row.planned.executions - row.transactions,
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
    return [
      means.text("all \(means.blocks) blocks"),
      largeMeans.blocks > 0
        ? "\n" + largeMeans.text("the \(largeMeans.blocks) blocks since London of more than 3 Mgas") : "",
      worst("planned", \.plannedSpeedUp), worst("cold", \.coldSpeedUp), beaten,
    ].joined()
  }

  /// The blocks in which Block-STM was faster than the planned run, or ran fewer transactions again.
  private var beaten: String {
    if isShort { return "" }
    let slower = blocks.filter { $0.plannedSpeedUp < $0.blockSTMSpeedUp }
    let more = blocks.filter { $0.planned.executions > $0.blockSTM.executions }
    func list(_ rows: [Row], _ text: (Row) -> String) -> String {
      rows.isEmpty ? "none" : rows.map(text).joined(separator: ", ")
    }
    return "\nfaster by block-stm than planned: "
      + list(slower) { String(format: "\($0.block) (%.2f, %.2f)", $0.blockSTMSpeedUp, $0.plannedSpeedUp) }
      + "\nwith fewer executions by block-stm than planned: "
      + list(more) { "\($0.block) (\($0.blockSTM.executions), \($0.planned.executions))" }
  }
}
