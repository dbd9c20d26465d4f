import EthereumTypes

/// The block access list of EIP-7928: every account and slot a block touches, and what each becomes by which
/// transaction.
public struct BlockAccessList: Hashable, Sendable {
  /// A value after one step of the block. Steps: 0 before the transactions, 1…n the transactions, n + 1 after
  /// them.
  public struct Change<Value: Hashable & Sendable>: Hashable, Sendable {
    /// The step.
    public var index: UInt32
    /// The value after it.
    public var value: Value

    /// States a change.
    public init(index: UInt32, value: Value) {
      self.index = index
      self.value = value
    }
  }

  /// The changes of one slot.
  public struct SlotChanges: Hashable, Sendable {
    /// The slot.
    public var slot: UInt256
    /// Its values, by step.
    public var changes: [Change<UInt256>]

    /// Lists changes of a slot.
    public init(slot: UInt256, changes: [Change<UInt256>]) {
      self.slot = slot
      self.changes = changes
    }
  }

  /// What a block does to one account; all lists empty where it only looks at it.
  public struct Account: Hashable, Sendable {
    /// The account.
    public var address: Address
    /// Slots that change, ascending.
    public var storageChanges: [SlotChanges] = []
    /// Slots that are read and never change, ascending.
    public var storageReads: [UInt256] = []
    /// Balances by step, in wei.
    public var balanceChanges: [Change<UInt256>] = []
    /// Nonces by step.
    public var nonceChanges: [Change<UInt64>] = []
    /// Codes by step.
    public var codeChanges: [Change<Bytes>] = []

    /// An account that is only looked at.
    public init(address: Address) { self.address = address }
  }

  /// The accounts, ascending by address.
  public var accounts: [Account]

  /// Makes a list of accounts.
  public init(_ accounts: [Account]) { self.accounts = accounts }

  /// Keccak-256 of the RLP form: what a header states.
  public var hash: Hash32 { keccak256(encoded()) }

  /// The access set of each of that many transactions.
  ///
  /// Changes tell who wrote what, and a write is taken for a read as well (a balance is debited, a counter
  /// counted up). But the list does not tell who *read* what another transaction changed, so the sets may miss
  /// reads: what is scheduled by them alone is speculative. Slots that are only read are in no set, since nothing
  /// conflicts with them.
  public func accessSets(transactions count: Int) -> [AccessSet] {
    var touched = [[Location]](repeating: [], count: max(count, 0))
    func note(_ location: Location, _ steps: some Sequence<UInt32>) {
      for step in steps where step >= 1 && Int(step) <= touched.count {
        touched[Int(step) - 1].append(location)
      }
    }
    for account in accounts {
      for slot in account.storageChanges {
        note(.storage(account.address, slot.slot), slot.changes.lazy.map(\.index))
      }
      note(.balance(account.address), account.balanceChanges.lazy.map(\.index))
      note(.nonce(account.address), account.nonceChanges.lazy.map(\.index))
      note(.code(account.address), account.codeChanges.lazy.map(\.index))
    }
    return touched.map { AccessSet(reads: $0, writes: $0, adds: []) }
  }
}
