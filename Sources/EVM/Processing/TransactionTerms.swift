import EthereumTypes

/// What a transaction of a block is charged, as far as it does not depend on the state.
struct TransactionTerms: BitwiseCopyable, Sendable {
  /// Before its first instruction, and at least.
  private(set) var intrinsic = IntrinsicGas()
  /// What it pays for a unit of gas, in wei.
  private(set) var gasPrice = UInt256.zero
  /// What it pays before it runs, in wei, if that fits in 256 bits, as it does where the worst case does.
  private(set) var upfront = UInt256.zero
  /// The most it can cost, in wei, value included, if that fits in 256 bits.
  private(set) var worstCase = UInt256.zero
  /// Whether it does: no account can pay more.
  private(set) var isPayable = false
  /// Whether the transaction may be in the block, as far as its form goes.
  private(set) var isRight = false

  /// Makes these the terms of a transaction whose form is right. Where they stay: to copy what was just written takes longer
  /// than to write it.
  @inline(__always)
  mutating func set(
    _ transaction: borrowing Transaction, _ intrinsic: IntrinsicGas, _ block: borrowing BlockEnvironment
  ) {
    let blobGas = UInt64(transaction.blobVersionedHashes.count) * BlobSchedule.gasPerBlob
    self.intrinsic = intrinsic
    gasPrice = transaction.effectiveGasPrice(baseFee: block.baseFee)
    upfront = gasPrice &* UInt256(transaction.gasLimit) &+ block.blobBaseFee &* UInt256(blobGas)
    let worst = transaction.maxFeePerGas.multipliedIfFits(byLimb: transaction.gasLimit)?
      .addedIfFits(transaction.value)?
      .addedIfFits(transaction.maxFeePerBlobGas.multipliedIfFits(byLimb: blobGas) ?? .max)
    worstCase = worst ?? .max
    isPayable = worst != nil
    isRight = true
  }
}

extension Machine {
  /// Works out the terms of a transaction.
  mutating func setTerms(of transaction: borrowing Transaction) throws(TransactionRejection) {
    let intrinsic = IntrinsicGas(transaction, rules, stateGasPerByte: stateGas.perByte)
    try checkForm(transaction, intrinsic)
    terms.set(transaction, intrinsic, block)
  }
}
