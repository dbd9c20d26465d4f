import AccessAnalysis
import ChainFormats
import EthereumTypes
import Wavefront

/// `wavefront bench --suite prepass`: what predicting costs beside running, by kind of transaction.
struct PrePassSuite: Encodable {
  private struct Row: Encodable {
    var transactions = 0
    var serialNs: UInt64 = 0
    var coldNs: UInt64 = 0
    var warmNs: UInt64 = 0
    var steps = 0

    init(_ row: PrePassBenchmark.Row) {
      transactions = row.transactions
      serialNs = row.serial
      coldNs = row.cold
      warmNs = row.warm
      steps = row.steps
    }
  }

  private struct Dear: Encodable {
    var block: UInt64
    var index: Int
    var kind: String
    var reason: String?
    var warmNs: UInt64
    var serialNs: UInt64
  }

  private var kinds: [String: Row] = [:]
  /// The transactions whose prediction takes longest.
  private var dearest: [Dear] = []
  private var rows: [PrePassBenchmark.Kind: PrePassBenchmark.Row] = [:]

  private enum CodingKeys: String, CodingKey { case kinds, dearest }

  /// Measures blocks, with an analyzer of its own for each, which finds in the storage what that had of earlier runs.
  init(_ files: [String], rounds: Int, storage: (any SummaryStorage)?) throws {
    for (index, file) in files.enumerated() {
      Terminal.progress("[\(index + 1)/\(files.count)] \(file)")
      let snapshot = try BlockSnapshot(contentsOf: file)
      let analyzer = AccessAnalyzer(storage: storage)
      let benchmark = try PrePassBenchmark(snapshot, analyzer: analyzer, rounds: rounds)
      analyzer.saveSummaries()
      for (kind, row) in benchmark.rows { rows[kind, default: PrePassBenchmark.Row()].add(row) }
      dearest += benchmark.entries.map {
        Dear(
          block: snapshot.block.header.number, index: $0.index, kind: $0.kind.rawValue,
          reason: $0.reason?.rawValue, warmNs: $0.row.warm, serialNs: $0.row.serial)
      }
      dearest = Array(dearest.sorted { $0.warmNs > $1.warmNs }.prefix(20))
    }
    Terminal.endProgress()
    for (kind, row) in rows { kinds[kind.rawValue] = Row(row) }
  }

  /// The table for a person.
  var summary: String {
    var total = PrePassBenchmark.Row()
    for row in rows.values { total.add(row) }
    var lines = ["kind            tx     serial       cold       warm  warm/serial  of all serial  steps/tx"]
    for kind in PrePassBenchmark.Kind.allCases {
      if let row = rows[kind] { lines.append(Self.line(kind.rawValue, row, total)) }
    }
    lines.append(Self.line("all", total, total))
    lines.append(
      "dearest: "
        + dearest.prefix(8).map {
          "\($0.block)/\($0.index) \($0.kind)\($0.reason.map { " (\($0))" } ?? "") \(Format.time($0.warmNs)) of \(Format.time($0.serialNs))"
        }.joined(separator: "; "))
    return lines.joined(separator: "\n")
  }

  private static func line(
    _ name: String, _ row: PrePassBenchmark.Row, _ total: PrePassBenchmark.Row
  ) -> String {
    [
      Format.left(name, 10), Format.right(Format.count(row.transactions), 7),
      Format.right(Format.time(row.serial), 10), Format.right(Format.time(row.cold), 10),
      Format.right(Format.time(row.warm), 10),
      Format.right(Format.percent(Double(row.warm) / Double(max(1, row.serial))), 12),
      Format.right(Format.percent(Double(row.warm) / Double(max(1, total.serial))), 14),
      Format.right(Format.count(row.steps / max(1, row.transactions)), 9),
    ].joined(separator: " ")
  }
}
