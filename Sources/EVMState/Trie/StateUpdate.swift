public import EthereumTypes

/// What happened to one account between two states.
public struct StateUpdate: Sendable {
  /// The account.
  public var address: Address
  /// The account afterwards, with all its fields; nil where it no longer exists.
  public var account: Account?
  /// Whether the storage before is gone: the account was destroyed and, where `account` is not nil, made anew.
  public var storageWiped: Bool
  /// Slots with a new value, zero for none. Of several values for one slot the last one counts.
  public var slots: [(key: UInt256, value: UInt256)]

  /// Makes an update.
  public init(
    _ address: Address, _ account: Account?, storageWiped: Bool = false,
    slots: [(key: UInt256, value: UInt256)] = []
  ) {
    self.address = address
    self.account = account
    self.storageWiped = storageWiped
    self.slots = slots
  }
}
