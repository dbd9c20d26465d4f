/// Why a block is not valid on its parent.
public struct BlockRejection: Error, Hashable, Sendable, CustomStringConvertible {
  /// The rule that is broken.
  public enum Reason: Hashable, Sendable {
    /// The parent is not known.
    case unknownParent
    /// The parent's hash is zero, which only the genesis block may have.
    case zeroParent
    /// The number does not follow the parent's.
    case number
    /// The time is not later than the parent's.
    case timestamp
    /// The extra data is longer than 32 bytes.
    case extraDataLength
    /// The extra data of the ten blocks from the DAO fork on is fixed (EIP-779).
    case daoExtraData
    /// The gas limit is too far from the parent's, or below 5,000.
    case gasLimit
    /// The gas limit exceeds 2⁶³ − 1 (EIP-1985).
    case gasLimitMaximum
    /// The gas used exceeds the gas limit.
    case gasUsedAboveLimit
    /// The base fee is not the one that follows from the parent (EIP-1559).
    case baseFee
    /// The difficulty is not the one that follows from the parent.
    case difficulty
    /// A block of proof of stake where proof of work still holds.
    case stakeTooEarly
    /// A block of proof of work, proper but for coming after the merge.
    case workTooLate
    /// A difficulty other than zero, long after the merge (EIP-3675).
    case difficultyUnderProofOfStake
    /// The nonce is not zero under proof of stake (EIP-3675).
    case proofOfStakeNonce
    /// There are uncles under proof of stake (EIP-3675).
    case unclesUnderProofOfStake
    /// A header field of the fork is missing.
    case missingField(String)
    /// A header field of a later fork is there.
    case unexpectedField(String)
    /// The excess blob gas is not the one that follows from the parent (EIP-4844).
    case excessBlobGas
    /// The blob gas used is not that of the transactions (EIP-4844).
    case blobGasUsed
    /// The blob gas used exceeds the block's maximum (EIP-4844).
    case blobGasAboveLimit
    /// The hash that came with the block is another one's.
    case blockHash
    /// The versioned hashes that came with the block are not those of its transactions (EIP-4844).
    case versionedHashes
    /// The block's RLP is longer than EIP-7934 allows.
    case size
    /// The transactions are not those of the header's root.
    case transactionsRoot
    /// The withdrawals are not those of the header's root.
    case withdrawalsRoot
    /// The header commits to withdrawals and the body has none, not even an empty list (EIP-4895).
    case missingWithdrawals
    /// The uncles are not those of the header's hash.
    case unclesHash
    /// There are more than two uncles.
    case tooManyUncles
    /// An uncle has been an uncle before.
    case uncleInChain
    /// An uncle is an ancestor.
    case uncleIsAncestor
    /// An uncle is there twice.
    case uncleTwice
    /// An uncle's parent is an ancestor, but not one whose child may be an uncle.
    case uncleParent
    /// An uncle's parent is no recent ancestor.
    case uncleParentUnknown
    /// An uncle's header breaks this rule.
    indirect case uncleHeader(Reason)
    /// The gas used is not what the transactions used.
    case gasUsed
    /// The receipts are not those of the header's root.
    case receiptsRoot
    /// The bloom is not that of the receipts.
    case logsBloom
    /// The state is not that of the header's root.
    case stateRoot
    /// The requests are not those of the header's hash (EIP-7685).
    case requestsHash
    /// The block access list that came with the block is not that of the header's hash (EIP-7928).
    case blockAccessListHash
    /// The block access list that came with the block is out of order, or lists something twice (EIP-7928).
    case blockAccessListOrder
    /// The block access list that the header commits to is not that of the execution (EIP-7928).
    case blockAccessList
    /// The block access list has more items than the gas limit allows (EIP-7928).
    case blockAccessListSize
  }

  /// The broken rule.
  public var reason: Reason
  /// What would have been right.
  public var expected: String
  /// What was there.
  public var found: String

  /// Makes a rejection.
  public init(_ reason: Reason, expected: String, found: String) {
    self.reason = reason
    self.expected = expected
    self.found = found
  }

  /// One line for a person.
  public var description: String { "invalid block: \(reason): expected \(expected), found \(found)" }
}

/// Throws a rejection unless two values are equal.
func require<Value: Equatable>(
  _ found: Value, equals expected: Value, _ reason: BlockRejection.Reason
) throws(BlockRejection) {
  guard found != expected else { return }
  throw BlockRejection(reason, expected: "\(expected)", found: "\(found)")
}
