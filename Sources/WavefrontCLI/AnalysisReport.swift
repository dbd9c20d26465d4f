import AccessAnalysis
import ChainFormats
import EVM
import EVMBytecode
import EthereumTypes
import Wavefront

/// The JSON form of an analysed block.
struct AnalysisReport: Encodable {
  struct Access: Encodable {
    let reads, writes, adds: [String]

    init(_ set: AccessSet) {
      reads = set.reads.map(\.description)
      writes = set.writes.map(\.description)
      adds = set.adds.map(\.description)
    }
  }

  struct Adds: Encodable {
    let location, delta, low, high: String

    init(_ increment: Increment) {
      location = increment.location.description
      delta = increment.delta.minimalHex
      low = increment.low.minimalHex
      high = increment.high.minimalHex
    }
  }

  struct Row: Encodable {
    let index: Int
    let `class`: String
    let route: String
    let fallback: String?
    let reads, writes, adds, conditionalOn: [String]
    let increments: [Adds]
    let actual: Access?
    let missing: [String]?
    let conditionsHeld: Bool?
    let falseVoucher: Bool?
  }

  struct Check: Encodable {
    let recall, precision, readRecall, readPrecision, writeRecall, writePrecision: Double
    let edgeRecall, edgePrecision, directEdgeRecall, directEdgePrecision: Double
    let vouched, falseVouchers: Int

    init(_ totals: PredictionCheck.Totals) {
      recall = totals.recall.value
      precision = totals.precision.value
      readRecall = totals.readRecall.value
      readPrecision = totals.readPrecision.value
      writeRecall = totals.writeRecall.value
      writePrecision = totals.writePrecision.value
      edgeRecall = totals.edgeRecall.value
      edgePrecision = totals.edgePrecision.value
      directEdgeRecall = totals.directEdgeRecall.value
      directEdgePrecision = totals.directEdgePrecision.value
      vouched = totals.vouched
      falseVouchers = totals.falseVouchers
    }
  }

  struct Cause: Encodable {
    let transactions, missing, extra, dependencies: Int

    init(_ count: PredictionCauses.Count) {
      (transactions, missing) = (count.transactions, count.missing)
      (extra, dependencies) = (count.extra, count.dependencies)
    }
  }

  let block: UInt64
  let fork: String
  let transactions: [Row]
  let check: Check?
  let rebound: Check?
  let rebindings: Int?
  let provenIncrements, wrongIncrements, dependencies, commutingDependencies: Int?
  let causes: [String: Cause]?
  let prepassNs: UInt64
  let serialNs, coldNs, warmNs, againNs, rebindNs: UInt64?
  let makespanRatio: Double?

  init(
    snapshot: BlockSnapshot, entries: [AccessAnalyzer.Report], check: PredictionCheck?, cost: PrePassCost?,
    nanoseconds: UInt64
  ) {
    block = snapshot.block.header.number
    fork = snapshot.fork.rawValue
    prepassNs = nanoseconds
    serialNs = cost?.serial
    coldNs = cost?.cold
    warmNs = cost?.warm
    againNs = cost?.again
    rebindNs = check?.rebindingNanoseconds
    makespanRatio = check?.makespan.value
    transactions = entries.enumerated().map { index, entry in
      let row = check?.rows[index]
      return Row(
        index: index, class: entry.prediction.trust.rawValue, route: entry.route.name,
        fallback: entry.route.fallback?.rawValue,
        reads: entry.prediction.access.reads.map(\.description),
        writes: entry.prediction.access.writes.map(\.description),
        adds: entry.prediction.access.adds.map(\.description),
        conditionalOn: entry.prediction.conditionalOn.map(\.description),
        increments: entry.prediction.increments.map(Adds.init),
        actual: row.map { Access($0.actual) }, missing: row?.missing.map(\.description),
        conditionsHeld: row?.conditionsHeld, falseVoucher: row?.isFalseVoucher)
    }
    self.check = check.map { Check($0.totals) }
    rebound = check.map { Check($0.rebound) }
    causes = check.map { check in
      Dictionary(
        uniqueKeysWithValues: PredictionCauses.Cause.allCases.map { ($0.rawValue, Cause(check.causes[$0])) })
    }
    rebindings = check?.rebindings
    provenIncrements = check?.increments.proven
    wrongIncrements = check?.increments.wrong
    dependencies = check?.increments.dependencies
    commutingDependencies = check?.increments.commuting
  }
}

extension AccessAnalyzer.Route {
  /// Every route by name, in order of preference.
  static let names = ["summary", "taintedRun", "plainRun", "none"]

  /// The route's name in JSON.
  var name: String {
    switch self {
    case .summary: "summary"
    case .taintedRun: "taintedRun"
    case .plainRun: "plainRun"
    case .none: "none"
    }
  }

  /// Why the summaries did not suffice, where they did not.
  var fallback: FallbackReason? {
    switch self {
    case .summary: FallbackReason?.none
    case .taintedRun(let reason), .plainRun(let reason): reason
    case .none(let reason): reason
    }
  }
}
