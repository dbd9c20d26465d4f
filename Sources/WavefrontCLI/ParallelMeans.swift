import Foundation
import Wavefront

/// Geometric means of the speed-ups over serial of many blocks, and what was executed in all.
struct ParallelMeans: Encodable {
  private typealias Row = ParallelBenchmark.Measurement

  let blocks: Int
  let planned: Double
  /// By the schedule only.
  let bare: Double
  let rested: Double
  let simulated: Double
  /// What is saved by what is foreseen, on one thread.
  let saving: Double
  /// The mean of how far what was simulated, at the pace that two busy cores had, and rested are apart, as a share of the
  /// latter.
  let simulationError: Double
  let cold: Double
  let blockSTM: Double
  /// What the machine leaves to each of two busy cores.
  let paceOfTwo: Double
  let ceilingOf2: Double
  let ceilingOf8: Double
  let ceilingOf8ByGas: Double
  let planOf8: Double
  let planOf8ByGas: Double
  let transactions: Int
  let plannedExecutions: Int
  let blockSTMExecutions: Int

  init(_ rows: [ParallelBenchmark.Measurement]) {
    func mean(_ value: (Row) -> Double) -> Double {
      exp(rows.reduce(0) { $0 + log(value($1)) } / Double(max(rows.count, 1)))
    }
    blocks = rows.count
    planned = mean(\.plannedSpeedUp)
    bare = mean(\.bareSpeedUp)
    rested = mean(\.restedSpeedUp)
    simulated = mean(\.simulated)
    saving = mean(\.saving)
    simulationError =
      rows.reduce(0) { sum, row in
        let pace = row.rested.threads > 1 ? row.paceOfTwo : 1
        return sum + abs(row.simulated * pace / row.restedSpeedUp - 1)
      } / Double(max(rows.count, 1))
    cold = mean(\.coldSpeedUp)
    blockSTM = mean(\.blockSTMSpeedUp)
    paceOfTwo = mean(\.paceOfTwo)
    ceilingOf2 = mean(\.ceilingOf2)
    ceilingOf8 = mean(\.ceilingOf8)
    ceilingOf8ByGas = mean(\.ceilingOf8ByGas)
    planOf8 = mean(\.planOf8)
    planOf8ByGas = mean(\.planOf8ByGas)
    transactions = rows.reduce(0) { $0 + $1.transactions }
    plannedExecutions = rows.reduce(0) { $0 + $1.planned.executions }
    blockSTMExecutions = rows.reduce(0) { $0 + $1.blockSTM.executions }
  }

  /// Two lines for a person.
  func text(_ group: String) -> String {
    String(
      format:
        "geometric means of \(group): planned %.2f (of which foreseen results save %.2f), by the schedule alone %.2f (%.0f %% of the "
        + "ceiling at the pace of two), planned on cores that have slept %.2f (simulated %.2f, at that pace apart by "
        + "%.0f %% on average), cold %.2f, "
        + "block-stm %.2f, ceiling %.2f @2 (%.2f at the %.2f that two busy cores keep of their pace) and %.2f @8\n"
        + "  our plans @8 %.2f (with gas for time %.2f, ceiling %.2f); %d transactions: %d executions planned, "
        + "%d by block-stm",
      planned, saving, bare, 100 * bare / (ceilingOf2 * paceOfTwo), rested, simulated, simulationError * 100,
      cold, blockSTM, ceilingOf2, ceilingOf2 * paceOfTwo,
      paceOfTwo, ceilingOf8, planOf8, planOf8ByGas,
      ceilingOf8ByGas, transactions, plannedExecutions, blockSTMExecutions)
  }
}
