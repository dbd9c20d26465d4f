import ChainFormats
import ConflictScheduling
import Foundation

/// `wavefront bench --suite scheduling`: graphs from random access sets, schedules of generated mempools and, where
/// paths are given, of blocks by their predicted access sets.
struct SchedulingSuite: Encodable {
  private struct Graph: Encodable {
    var transactions, locations, dependencies: Int
    var dependencyGraphMs, conflictGraphMs: Double
  }

  fileprivate struct Row: Encodable {
    var name, goal: String
    var transactions, waves: Int
    var milliseconds, speedUp, gap, gapWithBarriers: Double
  }

  /// Geometric means over mempools or blocks.
  private struct Mean: Encodable {
    var of, goal: String
    var count: Int
    var speedUp, gap, gapWithBarriers: Double

    init(of what: String, goal: String, _ rows: [Row]) {
      func mean(_ value: (Row) -> Double) -> Double {
        exp(rows.reduce(0) { $0 + log(value($1)) } / Double(max(rows.count, 1)))
      }
      of = what
      self.goal = goal
      count = rows.count
      speedUp = mean(\.speedUp)
      gap = mean(\.gap)
      gapWithBarriers = mean(\.gapWithBarriers)
    }

    var line: String {
      "geometric mean of \(count) \(of), \(goal): speed-up \(Format.decimals(speedUp, 2)), "
        + "gap \(Format.decimals(gap, 3)), with barriers \(Format.decimals(gapWithBarriers, 3))"
    }
  }

  private var graphs: [Graph] = []
  private var mempools: [Row] = []
  private var blocks: [Row] = []
  private var means: [Mean] = []

  /// Measures everything; a line for each result goes to `print` at once.
  init(blocks paths: [String], workers: Int, print: (String) -> Void) throws {
    print("graphs of 10,000 transactions of 100 locations: locations, dependencies, ms for each graph")
    for universe in [10_000, 1_000_000, 100_000_000] {
      let one = SchedulingBenchmark.graph(universe: universe)
      let graph = Graph(
        transactions: one.transactions, locations: one.locations, dependencies: one.dependencies,
        dependencyGraphMs: Double(one.dependencyNanoseconds) / 1e6,
        conflictGraphMs: Double(one.conflictNanoseconds) / 1e6)
      graphs.append(graph)
      print(
        Format.right(Format.count(graph.locations), 12) + Format.right(Format.count(graph.dependencies), 14)
          + Format.right(Format.decimals(graph.dependencyGraphMs, 1), 10)
          + Format.right(Format.decimals(graph.conflictGraphMs, 1), 10))
    }
    print(
      "schedules for \(workers) workers: waves, ms, speed-up, makespan over its lower bound, with barriers")
    for (count, swaps) in [(500, 10), (500, 30), (2_000, 30), (10_000, 10), (10_000, 30)] {
      let mempool = SyntheticMempool(count: count, swapPercent: swaps, seed: UInt64(count))
      let rows = Self.rows("mempool \(count), \(swaps) % swaps", mempool.transactions(), workers)
      mempools += rows
      for row in rows { print(row.line) }
    }
    for path in paths {
      let planned = try PlannedBlock(BlockSnapshot(contentsOf: path), threads: Host.coreCount)
      let rows = Self.rows(URL(fileURLWithPath: path).lastPathComponent, planned.transactions, workers)
      blocks += rows
      for row in rows { print(row.line) }
    }
    for (what, rows) in [("mempools", mempools), ("blocks", blocks)] where !rows.isEmpty {
      for goal in ["ordered"] + FreeScheduleOptions.Objective.allCases.map(\.rawValue) {
        let mean = Mean(of: what, goal: goal, rows.filter { $0.goal == goal })
        means.append(mean)
        print(mean.line)
      }
    }
  }

  private static func rows(_ name: String, _ transactions: [ScheduledTransaction], _ workers: Int) -> [Row] {
    SchedulingBenchmark.schedules(of: transactions, workers: workers).map { one in
      Row(
        name: name, goal: one.goal, transactions: one.transactions, waves: one.waves,
        milliseconds: Double(one.nanoseconds) / 1e6, speedUp: one.speedUp, gap: one.gap,
        gapWithBarriers: one.gapWithBarriers)
    }
  }
}

extension SchedulingSuite.Row {
  fileprivate var line: String {
    Format.left("\(name), \(goal)", 46) + Format.right(Format.count(waves), 7)
      + Format.right(Format.decimals(milliseconds, 2), 10) + Format.right(Format.decimals(speedUp, 2), 8)
      + Format.right(Format.decimals(gap, 3), 8) + Format.right(Format.decimals(gapWithBarriers, 3), 8)
  }
}
