public import EVMBytecode
import EthereumTypes

extension BlockEnvironment {
  /// The environment of the block with this header.
  ///
  /// - Parameters:
  ///   - header: the block's header.
  ///   - fork: the fork in force.
  ///   - chainID: the chain (EIP-155).
  ///   - blobs: the blob schedule; mainnet's for the fork by default.
  public init(header: BlockHeader, fork: Fork, chainID: UInt64 = 1, blobs: BlobSchedule? = nil) {
    let schedule = blobs ?? .mainnet(fork)
    self.init(
      fork: fork, number: header.number, timestamp: header.timestamp, coinbase: header.coinbase,
      gasLimit: header.gasLimit, prevRandao: fork >= .paris ? header.mixHash.word : header.difficulty,
      baseFee: header.baseFeePerGas ?? .zero,
      blobBaseFee: schedule?.baseFee(excessBlobGas: header.excessBlobGas ?? 0) ?? .zero,
      chainID: chainID, slotNumber: header.slotNumber ?? 0)
  }
}
