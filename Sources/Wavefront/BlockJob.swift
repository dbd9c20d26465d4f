public import ChainFormats
import ConflictScheduling
public import EVM
import EVMBytecode
import EVMState
import EthereumTypes

/// A snapshot whose senders are known: what every command works on.
public struct BlockJob: Sendable {
  /// The block as read.
  public let snapshot: BlockSnapshot
  /// The block ready to run.
  public let processor: BlockProcessor
  /// Time spent on recovering the senders, in nanoseconds.
  public let recoverNanoseconds: UInt64

  /// Recovers the senders on a number of threads and checks them against the recorded ones.
  public init(_ snapshot: BlockSnapshot, threads: Int) throws(FormatError) {
    self.snapshot = snapshot
    let start = ContinuousClock.now
    let senders = try snapshot.recoverSenders(workers: threads)
    recoverNanoseconds = start.nanosecondsSince
    processor = BlockProcessor(
      block: snapshot.block, senders: senders, fork: snapshot.fork, chainID: snapshot.chainID)
  }
}
