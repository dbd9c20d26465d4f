import StrictJSON

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
    /// What was run.
    public var kind: FixtureRunner.Kind
    /// The file.
    public var file: String
    /// The entry's name.
    public var name: String
    /// The fork as the file names it.
    public var fork: String
    /// The place among the entry's cases of this fork.
    public var index: Int
    /// Whether more was checked than the fixtures ask for.
    public var isChecked: Bool
    /// The block in which the difference shows, for a chain of them.
    public var block: Int?
    /// The first difference.
    public var difference: String
    /// Where the file and the case stand in the run.
    var position: Int
    var place: Int

    /// Two lines for a person: what is wrong, and the command that shows it again.
    public var description: String {
      let place = block.map { "block \($0)" } ?? "\(index)"
      return "FAIL \(file) \(name) \(fork) \(place): \(difference)\n  again: \(command)"
    }

    /// The command that runs this case alone.
    public var command: String {
      var words = ["wavefront", kind.rawValue, file]
      if fork != "-" { words += ["--name", name, "--fork", fork] }
      if fork != "-", kind == .state { words += ["--index", "\(index)"] }
      if isChecked { words.append("--check") } else if fork != "-", kind == .state { words.append("--trace") }
      return words.map(Self.quoted).joined(separator: " ")
    }

    /// A word as a shell takes it.
    private static func quoted(_ word: String) -> String {
      let isPlain =
        !word.isEmpty
        && word.utf8.allSatisfy {
          switch $0 {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
          default: "-_./:,+@%".utf8.contains($0)
          }
        }
      return isPlain
        ? word
        : "'"
          + word.split(separator: "'", omittingEmptySubsequences: false)
          .joined(separator: "'\\''") + "'"
    }
  }

  /// One row for each suite and fork, by name.
  public private(set) var rows: [Row] = []
  /// The failures in the order of the files.
  public internal(set) var failures: [Failure] = []
  /// Entries of another format, which another command may run.
  var others: [FixtureFormat: Int] = [:]
  /// Why cases were left out: how many, and the first file.
  private var skips: [String: (count: Int, file: String)] = [:]
  /// Whether everything was run that was asked for; false after an interruption.
  public internal(set) var isComplete = true

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
    others.merge(other.others) { $0 + $1 }
    for (reason, skip) in other.skips { self.skip(reason, file: skip.file, count: skip.count) }
  }

  /// Notes why a case was left out.
  mutating func skip(_ reason: String, file: String, count: Int = 1) {
    let known = skips[reason]
    skips[reason] = ((known?.count ?? 0) + count, min(known?.file ?? file, file))
  }

  /// Whether there was no case at all: nothing to run, and nothing that was left out knowingly.
  public var isEmpty: Bool { rows.allSatisfy { $0.fork == "-" && $0.failed == 0 } }

  /// What was not run, and why: a line for each reason.
  public var notes: [String] {
    let skipped = skips.sorted { $0.key < $1.key }.map {
      "skipped \($0.value.count), which \($0.key): \($0.value.file)\($0.value.count > 1 ? " …" : "")"
    }
    let elsewhere = others.sorted { $0.key.rawValue < $1.key.rawValue }.map {
      "not for this command: \($0.value) \($0.key.rawValue)"
    }
    return skipped + elsewhere
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
