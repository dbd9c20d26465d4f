import EVMBytecode
import EVMState
import EthereumTypes

extension Machine {
  /// The most blobs of one transaction from Osaka on (EIP-7594).
  private static var blobsPerTransaction: Int { 6 }

  /// Checks everything that does not depend on the state, in the order in which clients do.
  func checkForm(_ transaction: borrowing Transaction, _ intrinsic: IntrinsicGas) throws(TransactionRejection)
  {
    guard rules.fork >= transaction.kind.firstFork else { throw .typeNotSupported(transaction.kind) }
    if let chainID = transaction.chainID, chainID != block.chainID {
      throw .wrongChain(expected: block.chainID, found: chainID)
    }
    guard transaction.maxPriorityFeePerGas <= transaction.maxFeePerGas else {
      throw .tipAboveFeeCap(tip: transaction.maxPriorityFeePerGas, cap: transaction.maxFeePerGas)
    }
    guard transaction.maxFeePerGas >= block.baseFee else {
      throw .feeCapBelowBaseFee(cap: transaction.maxFeePerGas, baseFee: block.baseFee)
    }
    // Gas beyond the cap can only pay for state (EIP-8037): the cap then holds for what is charged upfront.
    guard rules.hasStateGas || transaction.gasLimit <= rules.transactionGasCap else {
      throw .gasLimitAboveCap(cap: rules.transactionGasCap, limit: transaction.gasLimit)
    }
    if transaction.to == nil, transaction.data.count > rules.maximumInitCodeSize {
      throw .initCodeTooLarge(limit: rules.maximumInitCodeSize, count: transaction.data.count)
    }
    guard transaction.gasLimit >= intrinsic.charged else {
      throw .intrinsicGasTooLow(required: intrinsic.charged, limit: transaction.gasLimit)
    }
    guard transaction.gasLimit >= intrinsic.floor else {
      throw .gasLimitBelowFloor(floor: intrinsic.floor, limit: transaction.gasLimit)
    }
    if rules.hasStateGas, max(intrinsic.regular, intrinsic.floor) > rules.transactionGasCap {
      throw .intrinsicGasAboveCap(
        cap: rules.transactionGasCap, required: max(intrinsic.regular, intrinsic.floor))
    }
    if transaction.kind == .blob { try checkBlobs(transaction) }
    if transaction.kind == .setCode {
      guard transaction.to != nil else { throw .setCodeCreatesContract }
      guard !transaction.authorizationList.isEmpty else { throw .noAuthorizations }
    }
    guard transaction.nonce < .max else { throw .nonceIsMaximum }
  }

  /// Checks everything about a transaction that does not depend on the state: type, chain, fees, gas, blobs.
  public func checkForm(_ transaction: borrowing Transaction) throws(TransactionRejection) {
    try checkForm(transaction, IntrinsicGas(transaction, rules, stateGasPerByte: stateGas.perByte))
  }

  /// The gas that a transaction is charged before its first instruction (Yellow Paper, section 6.2).
  public func intrinsicGas(of transaction: Transaction) -> UInt64 {
    IntrinsicGas(transaction, rules, stateGasPerByte: stateGas.perByte).charged
  }

  private func checkBlobs(_ transaction: borrowing Transaction) throws(TransactionRejection) {
    guard transaction.to != nil else { throw .blobCreatesContract }
    let count = transaction.blobVersionedHashes.count
    guard count > 0 else { throw .noBlobs }
    if rules.fork >= .osaka, count > Self.blobsPerTransaction {
      throw .tooManyBlobs(limit: Self.blobsPerTransaction, count: count)
    }
    for hash in transaction.blobVersionedHashes {
      let version = UInt8(truncatingIfNeeded: hash.word.l3 >> 56)
      guard version == 1 else { throw .unknownBlobVersion(version) }
    }
    guard transaction.maxFeePerBlobGas >= block.blobBaseFee else {
      throw .blobFeeCapBelowBaseFee(cap: transaction.maxFeePerBlobGas, baseFee: block.blobBaseFee)
    }
  }

  /// Checks the sender's account: nonce, code, and funds for the worst case.
  mutating func checkSender(
    _ transaction: borrowing Transaction, _ sender: Journal.AccountHandle
  ) throws(TransactionRejection) {
    let nonce = journal.nonce(sender)
    if transaction.nonce < nonce { throw .nonceTooLow(expected: nonce, found: transaction.nonce) }
    if transaction.nonce > nonce { throw .nonceTooHigh(expected: nonce, found: transaction.nonce) }
    if journal.codeHash(sender) != .emptyCode {
      let isDelegation = rules.hasDelegation && code(of: sender).delegate != nil
      guard isDelegation else { throw .senderNotEOA(journal.address(of: sender)) }
    }
    if terms.isPayable, journal.requireBalance(sender, atLeast: terms.worstCase) { return }
    throw .insufficientFunds(required: transaction.worstCaseCost, balance: journal.balance(sender))
  }
}

extension Transaction {
  /// The most the transaction can cost its sender, in wei: gas limit × fee cap + value + blob gas × blob fee cap. May
  /// exceed 256 bits.
  public var worstCaseCost: BigUInt {
    let blobGas = BigUInt(UInt64(blobVersionedHashes.count)) * BigUInt(BlobSchedule.gasPerBlob)
    return BigUInt(gasLimit) * BigUInt(maxFeePerGas) + BigUInt(value) + blobGas * BigUInt(maxFeePerBlobGas)
  }

  /// What the sender pays for a unit of gas in a block with that base fee, in wei (EIP-1559).
  public func effectiveGasPrice(baseFee: UInt256) -> UInt256 {
    min(maxFeePerGas, maxPriorityFeePerGas.addedIfFits(baseFee) ?? .max)
  }
}
