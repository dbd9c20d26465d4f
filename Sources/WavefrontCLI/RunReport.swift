import AccessAnalysis
import ChainFormats
import ConflictScheduling
import EVM
import EVMBytecode
import EthereumTypes
import Wavefront

/// The JSON form of a finished main job. Times in nanoseconds, gas in gas.
struct RunReport: Encodable {
  struct MatchesHeader: Encodable {
    let gasUsed: Bool
    let receiptsRoot: Bool?
    let logsBloom: Bool
    let stateRoot: Bool?

    enum CodingKeys: CodingKey { case gasUsed, receiptsRoot, logsBloom, stateRoot }

    // Written out so that what could not be computed is an explicit null.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(gasUsed, forKey: .gasUsed)
      try container.encode(receiptsRoot, forKey: .receiptsRoot)
      try container.encode(logsBloom, forKey: .logsBloom)
      try container.encode(stateRoot, forKey: .stateRoot)
    }
  }

  struct Wave: Encodable {
    let transactions: Int
    let gas: UInt64
  }

  struct TimingsNs: Encodable {
    let recover, prepass, schedule, serial, parallel: UInt64
  }

  let job: MainJob

  init(_ job: MainJob) { self.job = job }

  enum CodingKeys: CodingKey {
    case block, fork, transactions, gasUsed, receiptsRoot, logsBloom, stateRoot, matchesSerial, difference
    case matchesHeader, waves, waveList, criticalPathGas, mispredictions, rebindings, way, threads, classes,
      routes,
      timingsNs
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let header = job.header
    try container.encode(job.snapshot.block.header.number, forKey: .block)
    try container.encode(job.snapshot.fork.rawValue, forKey: .fork)
    try container.encode(job.gasUsed.count, forKey: .transactions)
    try container.encode(header.gasUsed, forKey: .gasUsed)
    try container.encode(header.receiptsRoot?.description, forKey: .receiptsRoot)
    try container.encode(header.logsBloom.description, forKey: .logsBloom)
    try container.encode(header.stateRoot?.description, forKey: .stateRoot)
    try container.encode(job.matchesSerial, forKey: .matchesSerial)
    try container.encodeIfPresent(job.difference, forKey: .difference)
    try container.encode(
      MatchesHeader(
        gasUsed: header.gasMatches, receiptsRoot: header.receiptsRootMatches,
        logsBloom: header.logsBloomMatches, stateRoot: header.stateRootMatches), forKey: .matchesHeader)
    try container.encode(job.schedule.waves.count, forKey: .waves)
    try container.encode(job.waves.map { Wave(transactions: $0.width, gas: $0.gas) }, forKey: .waveList)
    try container.encode(job.criticalPath, forKey: .criticalPathGas)
    try container.encode(job.mispredictions, forKey: .mispredictions)
    try container.encode(job.rebindings, forKey: .rebindings)
    try container.encode(job.way, forKey: .way)
    try container.encode(job.threads, forKey: .threads)
    let classes = job.classes
    try container.encode(
      Dictionary(uniqueKeysWithValues: PredictionClass.allCases.map { ($0.rawValue, classes[$0] ?? 0) }),
      forKey: .classes)
    let routes = Dictionary(grouping: job.predictions, by: \.route.name).mapValues(\.count)
    try container.encode(
      Dictionary(uniqueKeysWithValues: AccessAnalyzer.Route.names.map { ($0, routes[$0] ?? 0) }),
      forKey: .routes)
    let times = job.timings
    try container.encode(
      TimingsNs(
        recover: times.recover, prepass: times.prepass, schedule: times.schedule, serial: times.serial,
        parallel: times.parallel), forKey: .timingsNs)
  }
}
