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
  private var isChecked = false

  static var shortHeader: String { "     block    tx  certain condit. specul. unknown  summary   pre-pass" }
  static var header: String {
    shortHeader + "   recall  precis.  edges-r  edges-p  rebound   recall  edges-r  vouched  false"
  }

  /// Adds a block and returns its line.
  mutating func add(
    _ snapshot: BlockSnapshot, _ entries: [AccessAnalyzer.Report], _ check: PredictionCheck?,
    _ nanoseconds: UInt64
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
      isChecked = true
    }
    return line(
      "\(snapshot.block.header.number)", entries.count, classes, fromSummaries, nanoseconds,
      check.map { ($0.totals, $0.rebound, $0.rebindings) })
  }

  /// The line for all blocks.
  var total: String {
    line(
      "all", transactions, classes, fromSummaries, nanoseconds,
      isChecked ? (totals, rebound, rebindings) : nil)
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
      for share in [rebound.recall, rebound.edgeRecall] {
        cells.append(Format.right(Format.percent(share.value, 2), 8))
      }
      let vouched = PredictionCheck.Share(hits: totals.vouched, total: count)
      cells.append(Format.right(Format.percent(vouched.value), 8))
      cells.append(Format.right("\(totals.falseVouchers + rebound.falseVouchers)", 6))
    }
    return cells.joined(separator: " ")
  }
}
