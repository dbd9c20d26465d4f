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

/// What a transaction observed of an account and did to it.
public struct AccountEffect: Sendable, BitwiseCopyable {
  /// What happens to the balance.
  public enum BalanceChange: Sendable, BitwiseCopyable, Hashable {
    /// Nothing.
    case none
    /// It becomes this value in wei.
    case set(UInt256)
    /// This is added to it modulo 2²⁵⁶ (a debit is the two's complement).
    case add(UInt256)
  }

  /// The account.
  public var address: Address
  /// Which of its parts the outcome depends on: the `…Observed` flags only.
  public var observed: AccountFlags
  /// The account as the transaction found it; nil where it did not exist.
  public var before: Account?
  /// The balance before must be at least this, in wei; zero for no such condition.
  public var requiredBalance: UInt256
  /// What happens to the balance.
  public var balance: BalanceChange
  /// The new nonce, nil where it stays.
  public var nonce: UInt64?
  /// The new code hash, nil where it stays.
  public var codeHash: Hash32?
  /// The account was created as a contract: whatever storage it had is gone.
  public var isCreated: Bool
  /// The account is removed with all its storage.
  public var isDestroyed: Bool
  /// The account comes into being if it did not exist, even empty.
  public var exists: Bool
  /// The account is removed if it ends up empty (EIP-161).
  public var isRemovedIfEmpty: Bool

  /// The account after the transaction, given the account before it; nil for none.
  public func applied(to account: Account?) -> Account? { inPlace { $0.applied(to: account) } }

  /// Whether the account is changed at all.
  public var changesAnything: Bool { inPlace { $0.changesAnything } }
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

extension AccountEffect {
  /// Whether the parts of `account` that were observed are as they were.
  public func holds(for account: Account?) -> Bool { inPlace { $0.holds(for: account) } }

  func collect(reads: inout [Location], writes: inout [Location], adds: inout [Location]) {
    if observed.contains(.balanceObserved) || !requiredBalance.isZero { reads.append(.balance(address)) }
    if observed.contains(.nonceObserved) { reads.append(.nonce(address)) }
    if observed.contains(.codeObserved) { reads.append(.code(address)) }
    if observed.contains(.livenessObserved) { reads.append(.liveness(address)) }
    let seen = before ?? Account()
    let after = applied(to: before)
    let left = after ?? Account()
    if left.balance != seen.balance {
      if observed.contains(.balanceObserved) || !requiredBalance.isZero || isDestroyed {
        writes.append(.balance(address))
      } else {
        adds.append(.balance(address))
      }
    }
    if left.nonce != seen.nonce { writes.append(.nonce(address)) }
    if left.codeHash != seen.codeHash { writes.append(.code(address)) }
    if left.isEmpty != seen.isEmpty { writes.append(.liveness(address)) }
  }
}
