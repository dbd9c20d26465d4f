public import EVMBytecode
public import EthereumTypes
import Synchronization

/// What a stored summary is of.
public struct SummaryKey: Hashable, Sendable {
  /// The hash of the code.
  public var codeHash: Hash32
  /// The rules it is read under.
  public var fork: Fork

  /// Makes a key.
  public init(codeHash: Hash32, fork: Fork) {
    self.codeHash = codeHash
    self.fork = fork
  }
}

/// A place where summaries outlive the process. Called from several threads at once.
///
/// What it returns is checked again; it need not be right, but what was changed on purpose is not found out: whoever
/// can write there is trusted as the program itself is.
public protocol SummaryStorage: Sendable {
  /// The bytes kept for a key under `AccessAnalyzer.summaryVersion`; nil where there are none.
  func summary(_ key: SummaryKey) -> [UInt8]?

  /// Keeps bytes, in place of those kept for the same keys before.
  func save(_ summaries: [(key: SummaryKey, bytes: [UInt8])])

  /// Told that what was kept for a key could not be used; it is found out anew.
  func reject(_ key: SummaryKey)
}

extension AccessAnalyzer {
  /// The version of the analysis and of its encoding: summaries of another one are of no use.
  public static var summaryVersion: String { "4-" + ContractSummary.fingerprint }

  /// Hands everything that was found out since the last time to the storage. Linear in what is new; nothing happens
  /// without a storage.
  public func saveSummaries() {
    guard let storage else { return }
    let news = allSummaries.filter { $0.summary.isNews }
    let rows = news.map { (key: $0.key, bytes: $0.summary.encoded()) }
    guard !rows.isEmpty else { return }
    storage.save(rows)
    for (_, summary) in news { summary.noteSaved() }
  }

  /// A summary with what the storage knows of it.
  func restored(_ summary: ContractSummary, _ key: SummaryKey) -> ContractSummary {
    if let storage, let bytes = storage.summary(key), !summary.restore(bytes) { storage.reject(key) }
    return summary
  }
}
