import Foundation
import Wavefront

/// The measurements of one `wavefront bench`, and their means.
struct BenchReport: Encodable {
  /// The geometric mean of the times of one suite's cases.
  struct Mean: Encodable {
    let suite: String
    let cases: Int
    let microseconds: Double
  }

  private(set) var cases: [InterpreterBenchmark.Measurement] = []
  private var logarithms: [String: [Double]] = [:]

  mutating func add(_ measurement: InterpreterBenchmark.Measurement, suite: String) {
    cases.append(measurement)
    logarithms[suite, default: []].append(log(measurement.medianMicroseconds))
  }

  /// One mean for each suite, by name.
  var means: [Mean] {
    logarithms.sorted { $0.key < $1.key }.map { suite, values in
      Mean(suite: suite, cases: values.count, microseconds: exp(values.reduce(0, +) / Double(values.count)))
    }
  }

  // MARK: Text

  /// The line of one case.
  static func row(_ measurement: InterpreterBenchmark.Measurement) -> String {
    let name = measurement.name.padding(toLength: 40, withPad: " ", startingAt: 0)
    let numbers = String(
      format: "%12.2f µs %12llu gas %9.1f Mgas/s", measurement.medianMicroseconds, measurement.gas,
      measurement.megagasPerSecond)
    return name + numbers + (measurement.difference.map { "  WRONG: \($0)" } ?? "")
  }

  /// The lines below the cases.
  var summary: String {
    guard !cases.isEmpty else { return "no case" }
    return means.map {
      let name = "geometric mean of \($0.suite) (\($0.cases))".padding(
        toLength: 40, withPad: " ", startingAt: 0)
      return name + String(format: "%12.2f µs", $0.microseconds)
    }.joined(separator: "\n")
  }

  // MARK: JSON

  enum CodingKeys: CodingKey { case cases, geometricMeans }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(cases, forKey: .cases)
    try container.encode(means, forKey: .geometricMeans)
  }
}
