import EVMBytecode

extension BlockEnvironment {
  /// Checks that what a transaction may use at most is left in the block.
  ///
  /// - Parameters:
  ///   - transaction: the transaction.
  ///   - used: what those before it count for.
  public func admit(_ transaction: Transaction, after used: BlockGas) throws(TransactionRejection) {
    let rules = ForkRules(fork)
    guard rules.hasStateGas else { return try admit(gasLimit: transaction.gasLimit, after: used) }
    // Work and state each have the whole limit to themselves (EIP-8037).
    let intrinsic = IntrinsicGas(
      transaction, rules, stateGasPerByte: StateGas.costPerByte(blockGasLimit: gasLimit))
    let regular = transaction.gasLimit - min(intrinsic.state, transaction.gasLimit)
    let state = transaction.gasLimit - min(intrinsic.regular, transaction.gasLimit)
    try require(min(regular, rules.transactionGasCap), beside: used.regular)
    try require(state, beside: used.state)
  }

  /// The same for a gas limit that has only one use: before Amsterdam.
  func admit(gasLimit: UInt64, after used: BlockGas) throws(TransactionRejection) {
    try require(gasLimit, beside: used.regular)
  }

  private func require(_ gas: UInt64, beside used: UInt64) throws(TransactionRejection) {
    let left = gasLimit - min(used, gasLimit)
    guard gas <= left else { throw .gasLimitAboveBlock(available: left, limit: gas) }
  }
}
