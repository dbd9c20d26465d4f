public import AccessAnalysis
public import EVM
public import EVMState
import Synchronization
public import WaveExecution

/// Predicts what every transaction of a block will do to the state, before any of them runs, on several threads.
///
/// One pre-pass serves any number of blocks, one after the other, and keeps the summaries it made.
public final class PrePass: Sendable {
  let analyzer: AccessAnalyzer
  private let workers: Workers
  /// The time the last blocks took for each transaction, in nanoseconds; 0 before the first.
  private let pace = Atomic<UInt64>(0)

  /// Makes a pre-pass.
  ///
  /// - Parameters:
  ///   - analyzer: where summaries are kept.
  ///   - threads: on how many threads to work; 1 or more.
  public init(analyzer: AccessAnalyzer = AccessAnalyzer(), threads: Int = 1) {
    self.analyzer = analyzer
    workers = Workers(threads: threads)
  }

  /// What predicting a transaction took lately, in nanoseconds of the whole pre-pass divided by the transactions; nil
  /// before the first block. Warm summaries make it fall.
  public var nanosecondsPerTransaction: UInt64? {
    let pace = pace.load(ordering: .relaxed)
    return pace == 0 ? nil : pace
  }

  /// Predicts all transactions of a block, each on what earlier ones are predicted to leave. Contracts that are not known
  /// yet are analysed on all threads before.
  ///
  /// - Parameter inOrder: false to predict each as if it were the first, as when transactions are predicted as they
  ///   arrive.
  public func predict(
    _ processor: BlockProcessor, on state: any StateReader, inOrder: Bool = true
  ) -> [AccessAnalyzer.Report] {
    let transactions = processor.block.transactions
    let (count, senders, environment) = (transactions.count, processor.senders, processor.environment)
    let start = ContinuousClock.now
    let reports: [AccessAnalyzer.Report]
    if inOrder {
      if workers.threads > 1 {
        _ = workers.map(count) { [analyzer] index in
          analyzer.prepare(
            transactions[index], from: senders[index], environment: environment, state: state)
        }
      }
      reports = analyzer.predict(transactions, from: senders, environment: environment, state: state)
    } else {
      reports = workers.map(count) { [self] index in predict(index, of: processor, on: state) }
    }
    if count > 0 {
      let now = max(start.nanosecondsSince / UInt64(count), 1)
      let before = pace.load(ordering: .relaxed)
      // A first block analyses its contracts, which says nothing about those behind it.
      pace.store(before == 0 ? now : min(now, (before &* 3 &+ now) / 4), ordering: .relaxed)
    }
    return reports
  }

  /// What an executor needs to make a plan itself, where it finds that one pays, and to bind transactions again whose
  /// predictions turn out to rest on values that are no more.
  public func predictor(for processor: BlockProcessor) -> BlockPredictor {
    BlockPredictor(
      nanosecondsPerTransaction: nanosecondsPerTransaction.map { $0 &* UInt64(workers.threads) },
      quickly: { [analyzer] index, state in
        let call = TransactionCall(
          processor.block.transactions[index], sender: processor.senders[index],
          environment: processor.environment)
        let report = analyzer.bind(call, environment: processor.environment, state: state)
        return report.route == .summary ? report.prediction : nil
      },
      predict: { [self] index, state in predict(index, of: processor, on: state).prediction })
  }

  /// Predicts one transaction of a block on the state it finds.
  public func predict(
    _ index: Int, of processor: BlockProcessor, on state: any StateReader
  ) -> AccessAnalyzer.Report {
    analyzer.predict(
      processor.block.transactions[index], from: processor.senders[index],
      environment: processor.environment, state: state)
  }
}
