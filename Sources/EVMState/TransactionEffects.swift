public import EthereumTypes

/// Everything one transaction read and changed, with the values: enough to check that it would do the same on
/// another state, and to apply it there.
///
/// The outcome of a transaction is a function of the block environment and of the values observed here. So if
/// on some state every observed value and every balance bound holds, applying the changes gives exactly what
/// running the transaction there would.
public struct TransactionEffects: Sendable {
  /// The accounts the transaction looked at, each once.
  public var accounts: [AccountEffect] = []
  /// The storage slots it looked at, each once.
  public var slots: [SlotEffect] = []
  /// Slots it looked at that are no part of the state, before or after: those of accounts that were new and of which
  /// nothing is left there. For the block access list only (EIP-7928); before and after are both zero.
  public var vanishedSlots: [SlotEffect] = []
  /// The codes it deployed, by hash.
  public var deployedCodes: [Hash32: Bytes] = [:]

  /// Makes empty effects.
  public init() {}
}

/// What a transaction observed of a storage slot and did to it.
public struct SlotEffect: Sendable, BitwiseCopyable {
  /// The account.
  public var address: Address
  /// The slot.
  public var key: UInt256
  /// The value as the transaction found it.
  public var before: UInt256
  /// The value it leaves.
  public var after: UInt256
}

extension TransactionEffects {
  /// Whether `account` and `storage` hold every value the transaction depended on.
  ///
  /// - Parameters:
  ///   - account: the account at an address in the state to check.
  ///   - storage: the value of a slot in it.
  public func holds(
    account: (Address) throws(StateReadError) -> Account?,
    storage: (Address, UInt256) throws(StateReadError) -> UInt256
  ) throws(StateReadError) -> Bool {
    for effect in accounts where !effect.observed.isEmpty || !effect.requiredBalance.isZero {
      let found = try account(effect.address)
      if !effect.holds(for: found) { return false }
    }
    for slot in slots {
      if try storage(slot.address, slot.key) != slot.before { return false }
    }
    return true
  }

  /// The locations of these effects: the transaction's actual access set.
  public var accessSet: AccessSet {
    var reads: [Location] = []
    var writes: [Location] = []
    var adds: [Location] = []
    for effect in accounts {
      effect.collect(reads: &reads, writes: &writes, adds: &adds)
    }
    for slot in slots {
      let location = Location.storage(slot.address, slot.key)
      reads.append(location)
      if slot.before != slot.after { writes.append(location) }
    }
    return AccessSet(reads: reads, writes: writes, adds: adds)
  }
}
