import AccessAnalysis
public import EVM
public import EVMState
import WaveExecution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the pre-pass of a block costs beside running it, on one thread. Nanoseconds of processor time.
public struct PrePassCost: Hashable, Sendable {
  /// Running the block, one transaction after the other, receipts and all, senders known.
  public var serial: UInt64 = 0
  /// Predicting all transactions with nothing known of any contract.
  public var cold: UInt64 = 0
  /// Predicting all transactions with all known of their contracts, and none of the transactions: summaries, paths, and
  /// what precompiles return.
  public var warm: UInt64 = 0
  /// Predicting them once more, which finds those remembered that no path expresses.
  public var again: UInt64 = 0

  /// Makes a sum of nothing.
  public init() {}

  /// Measures a block: `cold` once, the others as the least of several rounds taken in turns.
  ///
  /// - Parameters:
  ///   - processor: the block.
  ///   - preState: the state before the block.
  ///   - rounds: how many rounds.
  public init(_ processor: BlockProcessor, preState: any StateReader, rounds: Int = 5) throws {
    let opening = try processor.opening(over: preState)
    let executor = BlockExecutor(kind: .serial, threads: 1)
    let analyzer = AccessAnalyzer()
    let predict = {
      _ = analyzer.predict(
        processor.block.transactions, from: processor.senders, environment: processor.environment,
        state: opening)
    }
    cold = Self.time(predict)
    (serial, warm, again) = (.max, .max, .max)
    for _ in 0..<max(1, rounds) {
      serial = min(serial, try Self.time { _ = try executor.run(processor, on: preState) })
      analyzer.forgetPredictions()
      warm = min(warm, Self.time(predict))
      again = min(again, Self.time(predict))
    }
  }

  private static func time(_ body: () throws -> Void) rethrows -> UInt64 {
    let start = now
    try body()
    return now &- start
  }

  /// What this thread has used.
  static var now: UInt64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Adds another block's times.
  public mutating func add(_ other: PrePassCost) {
    serial += other.serial
    cold += other.cold
    warm += other.warm
    again += other.again
  }
}
