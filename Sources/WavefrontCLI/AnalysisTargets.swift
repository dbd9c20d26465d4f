import AccessAnalysis
import Wavefront

/// What the pre-pass is meant to reach over many blocks, and what it reached, weighted by transactions.
struct AnalysisTargets {
  /// One goal.
  private struct Row {
    var what: String
    var goal: String
    var reached: String
    /// Nil where nothing is asked for.
    var isMet: Bool?
  }

  private var rows: [Row] = []

  /// - Parameters:
  ///   - totals: all blocks' counts.
  ///   - falseVouchers: broken claims, those of predictions made anew among them.
  ///   - unknown: transactions of which nothing is known.
  ///   - transactions: how many there are.
  ///   - makespan: how long eight workers take by what happened, and by the predictions.
  ///   - cost: what predicting took.
  init(
    _ totals: PredictionCheck.Totals, falseVouchers: Int, unknown: Int, transactions: Int,
    makespan: PredictionCheck.Share, cost: PrePassCost
  ) {
    let vouched = PredictionCheck.Share(hits: totals.vouched, total: transactions).value
    let unknown = Double(unknown) / Double(max(1, transactions))
    let longer = makespan.hits == 0 ? 1 : Double(makespan.total) / Double(makespan.hits)
    let warm = Double(cost.warm) / Double(max(1, cost.serial))
    rows.append(
      Row(
        what: "claims to know everything that were broken", goal: "0", reached: "\(falseVouchers)",
        isMet: falseVouchers == 0))
    rows.append(Self.share("transactions vouched for", vouched, atLeast: 0.9))
    rows.append(Self.share("transactions of which nothing is known", unknown, atMost: 0.01))
    rows.append(Self.share("locations, recall", totals.recall.value, atLeast: 0.999))
    rows.append(Self.share("  reads", totals.readRecall.value))
    rows.append(Self.share("  writes", totals.writeRecall.value))
    rows.append(Self.share("locations, precision", totals.precision.value, atLeast: 0.98))
    rows.append(Self.share("  reads", totals.readPrecision.value))
    rows.append(Self.share("  writes", totals.writePrecision.value))
    rows.append(Self.share("dependencies, recall", totals.edgeRecall.value, atLeast: 0.999))
    rows.append(Self.share("dependencies, precision", totals.edgePrecision.value, atLeast: 0.95))
    rows.append(
      Row(
        what: "makespan on 8 workers over that by the actual sets", goal: "≤ 1.050",
        reached: Format.decimals(longer, 3), isMet: longer <= 1.05))
    rows.append(
      Self.share("predicting with all known, of the serial run on one thread", warm, atMost: 0.15))
  }

  private static func share(
    _ what: String, _ value: Double, atLeast least: Double? = nil, atMost most: Double? = nil
  ) -> Row {
    let goal =
      least.map { "≥ " + Format.percent($0) } ?? most.map { "≤ " + Format.percent($0) } ?? ""
    let isMet = least.map { value >= $0 } ?? most.map { value <= $0 }
    return Row(what: what, goal: goal, reached: Format.percent(value, 2), isMet: isMet)
  }

  /// The goals as a table.
  var table: String {
    func line(_ what: String, _ goal: String, _ reached: String, _ mark: String) -> String {
      let line =
        Format.left(what, 60) + Format.right(goal, 9) + Format.right(reached, 11) + Format.right(mark, 3)
      return mark.isEmpty ? String(line.dropLast(3)) : line
    }
    let lines = rows.map { line("  " + $0.what, $0.goal, $0.reached, $0.isMet.map { $0 ? "✓" : "✗" } ?? "") }
    return ([line("all blocks", "goal", "reached", "")] + lines).joined(separator: "\n")
  }
}
