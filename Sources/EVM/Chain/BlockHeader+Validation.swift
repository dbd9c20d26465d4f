public import EVMBytecode
public import EthereumTypes

extension BlockHeader {
  /// The base fee of the block after this one, in wei (EIP-1559); 1 gwei where this block has none.
  public var nextBaseFee: UInt256 {
    guard let baseFee = baseFeePerGas else { return 1_000_000_000 }
    let target = gasLimit / 2
    guard target > 0, gasUsed != target else { return baseFee }
    let distance = gasUsed > target ? gasUsed - target : target - gasUsed
    // Base fee × distance exceeds 256 bits only for base fees that no block can have reached.
    let change =
      baseFee.multipliedIfFits(byLimb: distance)?.divided(by: UInt256(target)).divided(by: 8) ?? .max
    return gasUsed > target
      ? baseFee.addedIfFits(max(change, .one)) ?? .max : baseFee.subtractedOrZero(change)
  }

  /// Checks everything about the header that follows from its parent's (Yellow Paper, section 4.3.4, and the EIPs
  /// of the fields). Proof-of-work seals are not checked; what the transactions used is not known here.
  ///
  /// - Parameters:
  ///   - parent: the parent's header.
  ///   - phase: the rules of this block.
  ///   - daoForkNumber: where the DAO fork happens, if it does.
  public func validate(
    parent: BlockHeader, phase: ChainConfiguration.Phase, daoForkNumber: UInt64? = nil
  ) throws(BlockRejection) {
    let fork = phase.fork
    try require(number, equals: parent.number &+ 1, .number)
    guard timestamp > parent.timestamp else {
      throw BlockRejection(.timestamp, expected: "a time after \(parent.timestamp)", found: "\(timestamp)")
    }
    guard extraData.count <= 32 else {
      throw BlockRejection(.extraDataLength, expected: "at most 32 bytes", found: "\(extraData.count)")
    }
    if let first = daoForkNumber, number >= first, number - first < 10, extraData != Self.daoExtraData {
      throw BlockRejection(
        .daoExtraData, expected: "\"dao-hard-fork\"", found: Hex.encodePrefixed(extraData))
    }
    try checkGasLimit(parent: parent, fork: fork)
    try checkFields(fork)
    guard gasUsed <= gasLimit else {
      throw BlockRejection(.gasUsedAboveLimit, expected: "at most \(gasLimit)", found: "\(gasUsed)")
    }
    if fork >= .london { try require(baseFeePerGas, equals: parent.nextBaseFee, .baseFee) }
    if fork >= .paris {
      try checkStake(parent: parent)
      try require(nonce, equals: 0, .proofOfStakeNonce)
      try require(unclesHash, equals: .emptyListHash, .unclesUnderProofOfStake)
    } else {
      if difficulty.isZero { throw BlockRejection(.stakeTooEarly, expected: "proof of work", found: "none") }
      try require(difficulty, equals: parent.nextDifficulty(timestamp: timestamp, fork: fork), .difficulty)
    }
    if let blobs = phase.blobs { try checkBlobGas(parent: parent, blobs, fork: fork) }
  }

  /// Checks that the block is none of proof of work. What is wrong with one depends on where it stands: the first
  /// block after the merge may be a proper block of work that comes too late.
  private func checkStake(parent: BlockHeader) throws(BlockRejection) {
    guard !difficulty.isZero else { return }
    let isProper = difficulty == parent.nextDifficulty(timestamp: timestamp, fork: .grayGlacier)
    throw BlockRejection(
      parent.difficulty.isZero ? .difficultyUnderProofOfStake : isProper ? .workTooLate : .difficulty,
      expected: "0 under proof of stake", found: "\(difficulty)")
  }

  private static let daoExtraData = Bytes("dao-hard-fork".utf8)

  /// The fields that came with forks: each name, its fork, and whether the header has it.
  private var forkFields: [(name: String, since: Fork, isPresent: Bool)] {
    [
      ("baseFeePerGas", .london, baseFeePerGas != nil),
      ("withdrawalsRoot", .shanghai, withdrawalsRoot != nil),
      ("blobGasUsed", .cancun, blobGasUsed != nil), ("excessBlobGas", .cancun, excessBlobGas != nil),
      ("parentBeaconBlockRoot", .cancun, parentBeaconBlockRoot != nil),
      ("requestsHash", .prague, requestsHash != nil),
      ("blockAccessListHash", .amsterdam, blockAccessListHash != nil),
      ("slotNumber", .amsterdam, slotNumber != nil),
    ]
  }

  /// Checks that exactly the fields of the fork are there.
  public func checkFields(_ fork: Fork) throws(BlockRejection) {
    for field in forkFields where field.isPresent != (fork >= field.since) {
      throw field.isPresent
        ? BlockRejection(.unexpectedField(field.name), expected: "no such field in \(fork)", found: "one")
        : BlockRejection(.missingField(field.name), expected: "this field in \(fork)", found: "none")
    }
  }

  private func checkGasLimit(parent: BlockHeader, fork: Fork) throws(BlockRejection) {
    guard gasLimit <= UInt64(Int64.max) else {
      throw BlockRejection(.gasLimitMaximum, expected: "at most 2^63 - 1", found: "\(gasLimit)")
    }
    // In the first block with a base fee the limit doubles, so that the target stays (EIP-1559).
    let doubles = fork >= .london && parent.baseFeePerGas == nil
    let old = doubles ? parent.gasLimit.multipliedReportingOverflow(by: 2).partialValue : parent.gasLimit
    let distance = gasLimit > old ? gasLimit - old : old - gasLimit
    guard distance < old / 1024, gasLimit >= 5000 else {
      throw BlockRejection(
        .gasLimit, expected: "at least 5000, and less than \(old / 1024) from \(old)", found: "\(gasLimit)")
    }
  }

  private func checkBlobGas(
    parent: BlockHeader, _ blobs: BlobSchedule, fork: Fork
  ) throws(BlockRejection) {
    let next = blobs.nextExcess(
      excess: parent.excessBlobGas ?? 0, used: parent.blobGasUsed ?? 0,
      reservePrice: fork >= .osaka ? parent.baseFeePerGas : nil)
    try require(excessBlobGas ?? 0, equals: next, .excessBlobGas)
  }

  /// Checks that the blob gas in the header is one that a block can have. Where it is not, the transactions are to
  /// blame if they carry too many blobs, so this comes after them.
  ///
  /// - Parameter blobs: the schedule of the block.
  public func validateBlobGasUsed(_ blobs: BlobSchedule) throws(BlockRejection) {
    let used = blobGasUsed ?? 0
    let limit = blobs.maximum &* BlobSchedule.gasPerBlob
    guard used <= limit else {
      throw BlockRejection(.blobGasAboveLimit, expected: "at most \(limit)", found: "\(used)")
    }
  }
}
