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

  /// What EIP-7928 limits by the block's gas limit: accounts, and slots of each account.
  public var itemCount: Int {
    accounts.reduce(0) { $0 + 1 + $1.storageChanges.count + $1.storageReads.count }
  }

  /// The RLP form of EIP-7928.
  public func encoded() -> Bytes {
    func list<Value>(_ changes: [Change<Value>], _ write: (Value) -> RLP) -> RLP {
      .list(changes.map { .list([.quantity(UInt64($0.index)), write($0.value)]) })
    }
    return RLP.list(
      accounts.map { account in
        .list([
          .bytes(account.address.bytes),
          .list(
            account.storageChanges.map {
              .list([.quantity($0.slot), list($0.changes) { .quantity($0) }])
            }),
          .list(account.storageReads.map { .quantity($0) }),
          list(account.balanceChanges) { .quantity($0) },
          list(account.nonceChanges) { .quantity($0) },
          list(account.codeChanges) { .bytes($0) },
        ])
      }
    ).encoded
  }
}
