import AccessAnalysis
import ChainFormats
import EVM
import Wavefront

/// Analysed blocks as a table, one line for each and one for all.
struct AnalysisTable {
  private var totals = PredictionCheck.Totals()
  private var rebound = PredictionCheck.Totals()
  private var rebindings = 0
  private var classes: [PredictionClass: Int] = [:]
  private var fromSummaries = 0
  private var transactions = 0
  private var nanoseconds: UInt64 = 0
  private var cost = PrePassCost()
  private var rebindingNanoseconds: UInt64 = 0
  private var makespan = PredictionCheck.Share()
  private var increments = IncrementCheck()
  private var causes = PredictionCauses()
  private var isChecked = false

  static var shortHeader: String { "     block    tx  certain condit. specul. unknown  summary   pre-pass" }
  static var header: String {
    shortHeader
      + "   recall  precis.  edges-r  edges-p  rebound   recall  precis.  edges-r  edges-p  vouched  false   p=8  serial     cold     warm    again  re-bind"
  }

  /// Adds a block and returns its line.
  mutating func add(
    _ snapshot: BlockSnapshot, _ entries: [AccessAnalyzer.Report], _ check: PredictionCheck?,
    _ cost: PrePassCost?, _ nanoseconds: UInt64
  ) -> String {
    let classes = Dictionary(grouping: entries, by: \.prediction.trust).mapValues(\.count)
    let fromSummaries = entries.count { $0.route == .summary }
    self.classes.merge(classes, uniquingKeysWith: +)
    self.fromSummaries += fromSummaries
    transactions += entries.count
    self.nanoseconds += nanoseconds
    if let check {
      totals.add(check.totals)
      rebound.add(check.rebound)
      rebindings += check.rebindings
      rebindingNanoseconds += check.rebindingNanoseconds
      makespan.add(check.makespan)
      increments.add(check.increments)
      causes.add(check.causes)
      isChecked = true
    }
    if let cost { self.cost.add(cost) }
    let line = line(
      "\(snapshot.block.header.number)", entries.count, classes, fromSummaries, nanoseconds,
      check.map { ($0.totals, $0.rebound, $0.rebindings) })
    guard let check, let cost else { return line }
    return line + Self.cost(cost, check.rebindingNanoseconds, check.makespan)
  }

  /// How much longer eight workers take by the predictions than by what happened; the serial time, and the pre-pass's
  /// shares of it.
  private static func cost(
    _ cost: PrePassCost, _ rebinding: UInt64, _ makespan: PredictionCheck.Share
  ) -> String {
    let longer = makespan.hits == 0 ? 1 : Double(makespan.total) / Double(makespan.hits)
    var cells = [
      Format.right(Format.decimals(longer, 3), 6), Format.right(Format.time(cost.serial), 9),
    ]
    for part in [cost.cold, cost.warm, cost.again, rebinding] {
      cells.append(Format.right(Format.percent(Double(part) / Double(max(1, cost.serial)), 1), 8))
    }
    return cells.joined(separator: " ")
  }

  /// The line for all blocks.
  var total: String {
    line(
      "all", transactions, classes, fromSummaries, nanoseconds,
      isChecked ? (totals, rebound, rebindings) : nil)
      + (isChecked ? Self.cost(cost, rebindingNanoseconds, makespan) : "")
  }

  /// What is said of all blocks below their line; nothing where nothing was checked.
  var summaries: [String] { [incrementSummary, causeSummary, targetSummary].compactMap(\.self) }

  /// What was to be reached over all blocks, and what was; nil where nothing was checked.
  private var targetSummary: String? {
    guard isChecked else { return nil }
    return AnalysisTargets(
      totals, falseVouchers: totals.falseVouchers + rebound.falseVouchers + increments.wrong,
      unknown: classes[.unknown] ?? 0, transactions: transactions, makespan: makespan, cost: cost
    ).table
  }

  /// What the increments of all blocks were worth; nil where nothing was checked.
  private var incrementSummary: String? {
    guard isChecked else { return nil }
    return """
      increments predicted \(increments.predicted), proven \(increments.proven), wrong \(increments.wrong); \
      dependencies \(increments.dependencies), \(increments.commuting) where proven increments commute
      """
  }

  /// What was predicted wrongly in all blocks, by cause; nil where nothing was.
  private var causeSummary: String? {
    let found = PredictionCauses.Cause.allCases.filter { causes[$0] != .init() }
    guard isChecked, !found.isEmpty else { return nil }
    func line(_ cells: [String]) -> String { cells.map { Format.right($0, 13) }.joined() }
    var lines = [
      Format.left("what was predicted wrongly, by cause", 48)
        + line(["transactions", "missing", "too many", "dependencies"])
    ]
    for cause in found {
      let count = causes[cause]
      let numbers = [count.transactions, count.missing, count.extra, count.dependencies]
      lines.append(Format.left("  " + cause.description, 48) + line(numbers.map { Format.count($0) }))
    }
    return lines.joined(separator: "\n")
  }

  private func line(
    _ name: String, _ count: Int, _ classes: [PredictionClass: Int], _ fromSummaries: Int,
    _ nanoseconds: UInt64,
    _ checked: (totals: PredictionCheck.Totals, rebound: PredictionCheck.Totals, rebindings: Int)?
  ) -> String {
    var cells = [Format.right(name, 10), Format.right("\(count)", 5)]
    for trust in PredictionClass.allCases { cells.append(Format.right("\(classes[trust] ?? 0)", 7)) }
    cells.append(Format.right("\(fromSummaries)", 8))
    cells.append(Format.right(Format.time(nanoseconds), 10))
    if let (totals, rebound, rebindings) = checked {
      for share in [totals.recall, totals.precision, totals.edgeRecall, totals.edgePrecision] {
        cells.append(Format.right(Format.percent(share.value, 2), 8))
      }
      cells.append(Format.right("\(rebindings)", 8))
      for share in [rebound.recall, rebound.precision, rebound.edgeRecall, rebound.edgePrecision] {
        cells.append(Format.right(Format.percent(share.value, 2), 8))
      }
      let vouched = PredictionCheck.Share(hits: totals.vouched, total: count)
      cells.append(Format.right(Format.percent(vouched.value), 8))
      cells.append(Format.right("\(totals.falseVouchers + rebound.falseVouchers)", 6))
    }
    return cells.joined(separator: " ")
  }
}
