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
    var againNs: UInt64 = 0
    var steps = 0

    init(_ row: PrePassBenchmark.Row) {
      transactions = row.transactions
      serialNs = row.serial
      coldNs = row.cold
      warmNs = row.warm
      againNs = row.again
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
  /// The transactions that are not on known paths, by what keeps them from it.
  private var causes: [String: Row] = [:]
  private var rowsByCause: [String: PrePassBenchmark.Row] = [:]
  private var rows: [PrePassBenchmark.Kind: PrePassBenchmark.Row] = [:]

  private enum CodingKeys: String, CodingKey { case kinds, causes, dearest }

  /// Measures blocks, with an analyzer of its own for each, which finds in the storage what that had of earlier runs.
  init(_ files: [String], rounds: Int, storage: (any SummaryStorage)?) throws {
    for (index, file) in files.enumerated() {
      Terminal.progress("[\(index + 1)/\(files.count)] \(file)")
      let snapshot = try BlockSnapshot(contentsOf: file)
      let analyzer = AccessAnalyzer(storage: storage)
      let benchmark = try PrePassBenchmark(snapshot, analyzer: analyzer, rounds: rounds)
      analyzer.saveSummaries()
      for (kind, row) in benchmark.rows { rows[kind, default: PrePassBenchmark.Row()].add(row) }
      for entry in benchmark.entries {
        guard let cause = Self.cause(entry) else { continue }
        rowsByCause[cause, default: PrePassBenchmark.Row()].add(entry.row)
      }
      dearest += benchmark.entries.map {
        Dear(
          block: snapshot.block.header.number, index: $0.index, kind: $0.kind.rawValue,
          reason: $0.reason?.rawValue, warmNs: $0.row.warm, serialNs: $0.row.serial)
      }
      dearest = Array(dearest.sorted { $0.warmNs > $1.warmNs }.prefix(20))
    }
    Terminal.endProgress()
    for (kind, row) in rows { kinds[kind.rawValue] = Row(row) }
    for (cause, row) in rowsByCause { causes[cause] = Row(row) }
  }

  /// What keeps a transaction from being a path; nil where it is one.
  private static func cause(_ entry: PrePassBenchmark.Entry) -> String? {
    if let reason = entry.reason { return "run: \(reason.rawValue)" }
    return entry.obstacle.map { "no path: \($0.rawValue)" }
  }

  /// The table for a person.
  var summary: String {
    var total = PrePassBenchmark.Row()
    for row in rows.values { total.add(row) }
    var lines = [
      "kind                              tx     serial       cold       warm      again  warm/serial  of all serial  steps/tx"
    ]
    for kind in PrePassBenchmark.Kind.allCases {
      if let row = rows[kind] { lines.append(Self.line(kind.rawValue, row, total)) }
    }
    lines.append(Self.line("all", total, total))
    lines.append("of these not as paths, because of")
    for (cause, row) in rowsByCause.sorted(by: { $0.value.warm > $1.value.warm }) {
      lines.append(Self.line(cause, row, total))
    }
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
      Format.left(name, 28), Format.right(Format.count(row.transactions), 7),
      Format.right(Format.time(row.serial), 10), Format.right(Format.time(row.cold), 10),
      Format.right(Format.time(row.warm), 10), Format.right(Format.time(row.again), 10),
      Format.right(Format.percent(Double(row.warm) / Double(max(1, row.serial))), 12),
      Format.right(Format.percent(Double(row.warm) / Double(max(1, total.serial))), 14),
      Format.right(Format.count(row.steps / max(1, row.transactions)), 9),
    ].joined(separator: " ")
  }
}
