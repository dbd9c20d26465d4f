import AccessAnalysis
import ChainFormats
import Foundation
import Wavefront

/// `wavefront bench --suite rebinding`: runs by plans that rest on other values than the block finds.
struct RebindingSuite: Encodable {
  typealias Row = RebindingBenchmark.Measurement

  private(set) var rows: [Row] = []

  /// Measures a generated block and those in files, printing a line for each.
  init(
    _ files: [String], threads: Int, repeats: Int, patience: Int, analyzer: AccessAnalyzer,
    print: (String) -> Void
  ) throws {
    let benchmark = RebindingBenchmark(
      threads: threads, repeats: repeats, patience: patience, analyzer: analyzer)
    print(Self.title(threads))
    for row in try benchmark.measureRerouted(count: 500) {
      rows.append(row)
      print(Self.line(row))
    }
    for file in files {
      let row = try benchmark.measure(BlockSnapshot(contentsOf: file))
      rows.append(row)
      print(Self.line(row))
    }
  }

  /// The blocks whose result differed between runs.
  var wrong: [String] { rows.compactMap { row in row.difference.map { "block \(row.block): \($0)" } } }

  private static func title(_ threads: Int) -> String {
    """
    Speed-up over serial on \(threads) threads by plans from predictions made one by one: as planned, and binding again what is
    broken. in order: by a plan that follows the block's values. watched: its time over that of not looking at conditions.
         block   txs broken serial ms  as planned  repeated   rebinding  repeated  re-bound  in order  repeated  re-bound  watched
    """
  }

  private static func line(_ row: Row) -> String {
    func speedUp(_ cost: RebindingBenchmark.Cost) -> Double {
      Double(row.serial.wall) / Double(max(cost.wall, 1))
    }
    func repeated(_ cost: RebindingBenchmark.Cost) -> Int { cost.executions - row.transactions }
    return Format.right(row.block, 10)
      + String(
        format: "%6d %6d %9.2f %11.2f %9d %11.2f %9d %9d %9.2f %9d %9d %8.3f", row.transactions, row.broken,
        Double(row.serial.wall) / 1e6, speedUp(row.asPlanned), repeated(row.asPlanned),
        speedUp(row.rebinding), repeated(row.rebinding), row.rebinding.rebindings, speedUp(row.inOrder),
        repeated(row.inOrder), row.inOrder.rebindings,
        Double(row.inOrder.wall) / Double(max(row.unwatched.wall, 1)))
      + (row.difference.map { "  WRONG: \($0)" } ?? "")
  }

  /// The lines below the blocks: those of real blocks whose predictions broke, together.
  var summary: String {
    let blocks = rows.filter { Int($0.block) != nil }
    guard !blocks.isEmpty else { return "" }
    func total(_ value: (Row) -> Int) -> Int { blocks.reduce(0) { $0 + value($1) } }
    func mean(_ rows: [Row], _ value: (Row) -> UInt64) -> Double {
      exp(
        rows.reduce(0) { $0 + log(Double($1.serial.wall) / Double(max(value($1), 1))) }
          / Double(max(rows.count, 1)))
    }
    let broken = blocks.filter { $0.broken > 0 }
    return String(
      format:
        "%d blocks, %d of %d predictions broken: repeated %d as planned, %d with %d bound again, %d in order with %d bound again\n"
        + "geometric mean of the %d blocks with broken predictions: as planned %.3f, binding again %.3f; "
        + "of all, in order: %.3f, not looking %.3f",
      blocks.count, total(\.broken), total(\.transactions),
      total { $0.asPlanned.executions - $0.transactions },
      total { $0.rebinding.executions - $0.transactions },
      total(\.rebinding.rebindings), total { $0.inOrder.executions - $0.transactions },
      total(\.inOrder.rebindings), broken.count, mean(broken, \.asPlanned.wall),
      mean(broken, \.rebinding.wall), mean(blocks, \.inOrder.wall), mean(blocks, \.unwatched.wall))
  }
}
