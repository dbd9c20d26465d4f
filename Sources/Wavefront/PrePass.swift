public import AccessAnalysis
public import EVM
public import EVMState
import EthereumTypes
import WaveExecution

/// Predicts what every transaction of a block will do to the state, before any of them runs.
///
/// For each transaction the cheapest way that works: binding the summaries of the contracts it reaches; else a run on the
/// state with taint tracking; else nothing is known. One pre-pass serves any number of blocks and threads, and keeps
/// the summaries it made.
public final class PrePass: Sendable {
  /// How a prediction came about.
  public enum Route: String, Sendable, CaseIterable {
    /// From contract summaries, without running anything.
    case summary
    /// From a run with taint tracking.
    case taintedRun
    /// Neither worked.
    case none
  }

  /// One transaction's prediction, and how it came about.
  public struct Entry: Sendable {
    /// The prediction.
    public var prediction: Prediction
    /// The way that worked.
    public var route: Route
    /// Why the summaries did not suffice, where they did not.
    public var fallback: FallbackReason?
  }

  private let analyzer: AccessAnalyzer
  private let workers: Workers

  /// Makes a pre-pass.
  ///
  /// - Parameters:
  ///   - analyzer: where summaries are kept.
  ///   - threads: on how many threads to work; 1 or more.
  public init(analyzer: AccessAnalyzer = AccessAnalyzer(), threads: Int = 1) {
    self.analyzer = analyzer
    workers = Workers(threads: threads)
  }

  /// Predicts all transactions of a block on the state before it. The order of the result is that of the block.
  public func predict(_ processor: BlockProcessor, on state: any StateReader) -> [Entry] {
    let environment = AnalysisEnvironment(processor.environment)
    return workers.map(processor.block.transactions.count) { [analyzer] index in
      Self.predict(index, processor, environment, analyzer, state)
    }
  }

  private static func predict(
    _ index: Int, _ processor: BlockProcessor, _ environment: AnalysisEnvironment, _ analyzer: AccessAnalyzer,
    _ state: any StateReader
  ) -> Entry {
    let transaction = processor.block.transactions[index]
    let sender = processor.senders[index]
    let call = TransactionCall(transaction, sender: sender, in: processor.environment)
    let report = analyzer.analyze(call, environment: environment, state: state)
    guard let fallback = report.fallback else {
      return Entry(prediction: report.prediction, route: .summary, fallback: nil)
    }
    let run = TaintedRun.predict(transaction, from: sender, in: processor.environment, on: state)
    return Entry(
      prediction: run.prediction, route: run.failure == nil ? .taintedRun : .none, fallback: fallback)
  }
}

extension AnalysisEnvironment {
  /// What contracts can see of a block.
  init(_ block: BlockEnvironment) {
    self.init(
      fork: block.fork, chainID: block.chainID, coinbase: block.coinbase, number: block.number,
      timestamp: block.timestamp, gasLimit: block.gasLimit, prevRandao: block.prevRandao, baseFee: block.baseFee,
      blobBaseFee: block.blobBaseFee)
  }
}

extension TransactionCall {
  /// What the pre-pass needs to know about a transaction in its block.
  init(_ transaction: Transaction, sender: Address, in block: BlockEnvironment) {
    let blobGas = UInt256(UInt64(transaction.blobVersionedHashes.count)) &* UInt256(BlobSchedule.gasPerBlob)
    self.init(
      sender: sender, to: transaction.to, value: transaction.value, data: transaction.data,
      gasLimit: transaction.gasLimit, gasPrice: transaction.effectiveGasPrice(baseFee: block.baseFee),
      nonce: transaction.nonce, blobFee: blobGas &* block.blobBaseFee,
      blobHashes: transaction.blobVersionedHashes,
      authorizations: transaction.authorizationList.map {
        Authorization(
          authority: $0.recoverAuthority(), chainID: $0.chainID, target: $0.address, nonce: $0.nonce)
      },
      accessListAddresses: transaction.accessList.count,
      accessListSlots: transaction.accessList.reduce(0) { $0 + $1.slots.count })
  }
}
