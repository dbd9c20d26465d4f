public import AccessAnalysis
public import EVM
public import EVMState
import WaveExecution

/// Predicts what every transaction of a block will do to the state, before any of them runs, on several threads.
///
/// One pre-pass serves any number of blocks, one after the other, and keeps the summaries it made.
public final class PrePass: Sendable {
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

  /// Predicts all transactions of a block on the state before it, in block order. Linear in the block.
  public func predict(_ processor: BlockProcessor, on state: any StateReader) -> [AccessAnalyzer.Report] {
    workers.map(processor.block.transactions.count) { [self] index in
      predict(index, of: processor, on: state)
    }
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
