import EthereumTypes

/// What the scheduler knows about one transaction: what it touches, what it costs, and what binds its order.
///
/// A transaction is named by its position in the list it stands in: for a block the transaction index, for a
/// free schedule the number of the candidate.
public struct ScheduledTransaction: Hashable, Sendable {
  /// The largest cost; larger ones are taken for this. It leaves room to sum any list that fits memory.
  public static let costLimit: Int = 1 << 36

  /// What the transaction does to the state, or nil for *unknown*: it then conflicts with every other.
  public var access: AccessSet?
  /// What running it costs, in gas or nanoseconds (one unit for a whole list), 0 to `costLimit`.
  public let cost: Int
  /// Who sent it; transactions without a sender are free of nonce order.
  public var sender: Address?
  /// The sender's nonce; transactions of one sender without nonces keep the order of the list.
  public var nonce: UInt64?
  /// What including it pays the builder, in wei.
  public var fee: UInt128
  /// The gas it may use, which is what a block must have room for; `cost` where that is gas.
  public var gasLimit: UInt64
  /// The transaction's hash, where a schedule is to be tied to it.
  public var hash: Hash32?

  /// Describes a transaction. `cost` is clamped to 0…`costLimit`, and stands for `gasLimit` where that is nil.
  public init(
    access: AccessSet?, cost: some BinaryInteger, sender: Address? = nil, nonce: UInt64? = nil,
    fee: UInt128 = 0, gasLimit: UInt64? = nil, hash: Hash32? = nil
  ) {
    self.access = access
    self.cost = min(max(Int(clamping: cost), 0), Self.costLimit)
    self.sender = sender
    self.nonce = nonce
    self.fee = fee
    self.gasLimit = gasLimit ?? UInt64(self.cost)
    self.hash = hash
  }
}
