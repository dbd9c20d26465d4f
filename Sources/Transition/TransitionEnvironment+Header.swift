import EVM
import EVMBytecode
import EthereumTypes

extension TransitionEnvironment {
  /// The header of the block to make, as far as execution needs it: what was not given follows from the parent.
  ///
  /// - Throws: where the fork needs something that was neither given nor follows.
  func header(_ phase: ChainConfiguration.Phase) throws(TransitionError) -> BlockHeader {
    let fork = phase.fork
    var header = BlockHeader()
    header.coinbase = coinbase
    header.gasLimit = gasLimit
    header.number = number
    header.timestamp = timestamp
    header.parentHash = blockHashes[number &- 1] ?? .zero
    header.slotNumber = slotNumber
    header.baseFeePerGas = try resolvedBaseFee(fork)
    if fork >= .shanghai, withdrawals == nil {
      throw TransitionError(.configuration, "Shanghai config but missing 'withdrawals' in env section")
    }
    if fork >= .paris {
      guard let random else {
        throw TransitionError(
          .configuration, "post-merge requires currentRandom to be defined in env")
      }
      guard difficulty ?? .zero == .zero else {
        throw TransitionError(
          .configuration, "post-merge difficulty must be zero (or omitted) in env")
      }
      header.mixHash = Hash32(word: random)
    } else {
      header.difficulty = try resolvedDifficulty(fork)
    }
    if let blobs = phase.blobs, fork >= .cancun {
      guard let parentBeaconBlockRoot else {
        throw TransitionError(
          .configuration, "post-cancun env requires parentBeaconBlockRoot to be set")
      }
      header.parentBeaconBlockRoot = parentBeaconBlockRoot
      header.excessBlobGas = resolvedExcessBlobGas(blobs, fork)
    }
    return header
  }

  private func resolvedBaseFee(_ fork: Fork) throws(TransitionError) -> UInt256? {
    if fork < .london { return nil }
    if let baseFee { return baseFee }
    guard let parentBaseFee, number > 0 else {
      throw TransitionError(
        .configuration, "EIP-1559 config but missing 'parentBaseFee' in env section")
    }
    var parent = BlockHeader()
    parent.baseFeePerGas = parentBaseFee
    parent.gasUsed = parentGasUsed
    parent.gasLimit = parentGasLimit
    return parent.nextBaseFee
  }

  private func resolvedDifficulty(_ fork: Fork) throws(TransitionError) -> UInt256 {
    if let difficulty { return difficulty }
    guard let parentDifficulty else {
      throw TransitionError(
        .configuration,
        "currentDifficulty was not provided, and cannot be calculated due to missing parentDifficulty")
    }
    guard number > 0 else {
      throw TransitionError(.configuration, "currentDifficulty needs to be provided for block number 0")
    }
    guard timestamp > parentTimestamp else {
      throw TransitionError(
        .configuration,
        "currentDifficulty cannot be calculated -- currentTime (\(timestamp)) needs to be after parent time "
          + "(\(parentTimestamp))")
    }
    var parent = BlockHeader()
    parent.number = number - 1
    parent.timestamp = parentTimestamp
    parent.difficulty = parentDifficulty
    // A hash that was left out, or is zero, stands for no uncles.
    if let parentUncleHash, parentUncleHash != .zero { parent.unclesHash = parentUncleHash }
    return parent.nextDifficulty(timestamp: timestamp, fork: fork)
  }

  private func resolvedExcessBlobGas(_ blobs: BlobSchedule, _ fork: Fork) -> UInt64? {
    if let excessBlobGas { return excessBlobGas }
    guard let parentExcessBlobGas, let parentBlobGasUsed else { return nil }
    return blobs.nextExcess(
      excess: parentExcessBlobGas, used: parentBlobGasUsed,
      reservePrice: fork >= .osaka ? parentBaseFee : nil)
  }
}
