import ChainFormats
import ControlFlow
import EVMBytecode
import EthereumTypes
import Foundation
import Wavefront

/// `wavefront bench --suite controlflow`: the control flow of many contracts, one JSON object a line with `code`, and
/// where known `codeHash` and `groundTruth.selectors`.
struct ControlFlowSuite: Encodable {
  private struct Unresolved: Encodable {
    var codeHash: String
    var isComplete: Bool
    var jumps: [Int]
  }

  /// Selectors found beside those the compiler knows.
  private struct Selectors: Encodable {
    var contracts = 0
    var found = 0
    var missed = 0
    var extra = 0
    var recall: Double { Double(found) / Double(max(1, found + missed)) }
    var precision: Double { Double(found) / Double(max(1, found + extra)) }
  }

  private var contracts = 0
  private var bytes = 0
  private var resolved = 0
  private var incomplete = 0
  private var jumps: [String: Int] = [:]
  private var blocks = 0
  private var contexts = 0
  private var totalMs = 0.0
  private var maximumMs = 0.0
  private var medianMs = 0.0
  private var unresolved: [Unresolved] = []
  private var selectors = Selectors()
  private var selectorRecall = 0.0
  private var selectorPrecision = 0.0

  private var share: Double { Double(resolved) / Double(max(1, contracts)) }

  /// Analyses every contract of the files.
  init(_ files: [String]) throws {
    var times: [Double] = []
    for file in files {
      let text = try FileContents.read(file)
      for (index, line) in text.split(separator: 0x0A).enumerated() {
        if index % 100 == 0 { Terminal.progress("\(file): \(index)") }
        let record = try JSONDocument(Bytes(line), file: "\(file):\(index + 1)").root
        times.append(try analyse(record))
      }
    }
    Terminal.endProgress()
    times.sort()
    totalMs = times.reduce(0, +)
    maximumMs = times.last ?? 0
    medianMs = times.isEmpty ? 0 : times[times.count / 2]
    selectorRecall = selectors.recall
    selectorPrecision = selectors.precision
  }

  private mutating func analyse(_ record: JSONValue) throws -> Double {
    let code = try record.member("code").bytes()
    let start = ContinuousClock.now
    let graph = ControlFlowGraph(code: code, fork: .osaka)
    let time = Double(start.nanosecondsSince) / 1e6
    contracts += 1
    bytes += code.count
    blocks += graph.blocks.count
    contexts += graph.contexts
    for jump in graph.jumps { jumps["\(jump.resolution)", default: 0] += 1 }
    if graph.isResolved {
      resolved += 1
    } else {
      unresolved.append(
        Unresolved(
          codeHash: keccak256(code).description, isComplete: graph.isComplete,
          jumps: graph.jumps.filter { !$0.resolution.isResolved }.map(\.offset)))
    }
    if !graph.isComplete { incomplete += 1 }
    if let truth = try record.optional("groundTruth"), !truth.isNull {
      let known = try Set(truth.member("selectors").members().compactMap { UInt32($0.key, radix: 16) })
      let found = Set(graph.selectors)
      selectors.contracts += 1
      selectors.found += found.intersection(known).count
      selectors.missed += known.subtracting(found).count
      selectors.extra += found.subtracting(known).count
    }
    return time
  }

  /// The table for a person.
  var summary: String {
    var lines = [
      "\(Format.count(contracts)) contracts, \(Format.count(bytes)) bytes of code, "
        + "\(Format.count(blocks)) reachable blocks in \(Format.count(contexts)) contexts",
      "all reachable jumps resolved: \(Format.count(resolved)), \(Format.percent(share, 2)); "
        + "out of budget: \(incomplete)",
      "jumps: "
        + JumpResolution.allCases.map { "\(Format.count(jumps["\($0)"] ?? 0)) \($0)" }.joined(separator: ", "),
      "time for each contract: mean \(Format.decimals(totalMs / Double(max(1, contracts)), 2)) ms, "
        + "median \(Format.decimals(medianMs, 2)) ms, largest \(Format.decimals(maximumMs, 0)) ms",
    ]
    if selectors.contracts > 0 {
      lines.append(
        "selectors beside the compiler's, \(Format.count(selectors.contracts)) contracts: "
          + "\(Format.count(selectors.found)) found, \(selectors.missed) missed, \(selectors.extra) extra; "
          + "recall \(Format.percent(selectors.recall, 2)), precision \(Format.percent(selectors.precision, 2))"
      )
    }
    for one in unresolved {
      let places = one.jumps.prefix(6).map { "0x" + String($0, radix: 16) }.joined(separator: " ")
      lines.append("  \(one.codeHash) \(one.isComplete ? "" : "out of budget ")\(places)")
    }
    return lines.joined(separator: "\n")
  }
}
