/// What came out of a run of fixtures.
public struct FixtureReport: Sendable {
  /// Cases of one suite under one fork.
  public struct Row: Hashable, Sendable {
    /// The path the cases were found under.
    public var suite: String
    /// The fork as the files name it.
    public var fork: String
    /// Cases with the expected outcome.
    public var passed = 0
    /// Cases with another outcome.
    public var failed = 0
    /// Cases that were not run.
    public var skipped = 0
  }

  /// A case with another outcome than expected.
  public struct Failure: Hashable, Sendable, CustomStringConvertible {
    /// The file.
    public var file: String
    /// The entry's name.
    public var name: String
    /// The fork as the file names it.
    public var fork: String
    /// The place among the entry's cases of this fork, or the block's place in the file.
    public var index: Int
    /// The first difference.
    public var difference: String

    /// One line for a person.
    public var description: String { "FAIL \(file) \(name) \(fork) \(index): \(difference)" }
  }

  /// One row for each suite and fork, by name.
  public private(set) var rows: [Row] = []
  /// The failures in the order of the files.
  public internal(set) var failures: [Failure] = []
  /// Files that hold fixtures of another kind.
  public var otherFiles = 0

  /// Makes an empty report.
  public init() {}

  /// Cases with the expected outcome.
  public var passed: Int { rows.reduce(0) { $0 + $1.passed } }
  /// Cases with another outcome.
  public var failed: Int { rows.reduce(0) { $0 + $1.failed } }
  /// Cases that were not run.
  public var skipped: Int { rows.reduce(0) { $0 + $1.skipped } }

  /// Counts cases.
  public mutating func count(suite: String, fork: String, passed: Int = 0, failed: Int = 0, skipped: Int = 0)
  {
    let place = rows.firstIndex { $0.suite == suite && $0.fork == fork }
    if place == nil { rows.append(Row(suite: suite, fork: fork)) }
    let index = place ?? rows.count - 1
    rows[index].passed += passed
    rows[index].failed += failed
    rows[index].skipped += skipped
  }

  /// Adds another report's counts and failures.
  public mutating func merge(_ other: FixtureReport) {
    for row in other.rows {
      count(suite: row.suite, fork: row.fork, passed: row.passed, failed: row.failed, skipped: row.skipped)
    }
    failures += other.failures
    otherFiles += other.otherFiles
  }

  /// The table: suite, fork, passed, failed, skipped.
  public var table: String {
    let header = ["suite", "fork", "passed", "failed", "skipped"]
    let body = rows.sorted { ($0.suite, $0.fork) < ($1.suite, $1.fork) }.map {
      [$0.suite, $0.fork, "\($0.passed)", "\($0.failed)", "\($0.skipped)"]
    }
    let total = ["total", "", "\(passed)", "\(failed)", "\(skipped)"]
    let lines = [header] + body + [total]
    let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      let cells = line.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - line[column].count)
        return column < 2 ? line[column] + padding : padding + line[column]
      }
      return cells.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  /// One line of JSON: `{passed, failed, skipped, suites: [{suite, fork, passed, failed, skipped}]}`.
  public var json: String {
    let suites = rows.sorted { ($0.suite, $0.fork) < ($1.suite, $1.fork) }.map { row in
      "{\"suite\":\(JSONEscapes.quoted(row.suite)),\"fork\":\(JSONEscapes.quoted(row.fork)),"
        + "\"passed\":\(row.passed),\"failed\":\(row.failed),\"skipped\":\(row.skipped)}"
    }
    return "{\"passed\":\(passed),\"failed\":\(failed),\"skipped\":\(skipped),"
      + "\"suites\":[\(suites.joined(separator: ","))]}"
  }
}
