public import EthereumTypes

/// What a transaction observed of an account and did to it.
///
/// Which of its parts there are is in one word beside them: with an optional for each, most of them would straddle what
/// the processor writes and reads at once, and it would wait for one before it does the other.
@frozen
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

  /// What was observed and done, in the journal's terms, and which of the values below count.
  @usableFromInline var parts: AccountFlags
  /// The account.
  public var address: Address
  /// The balance before must be at least this, in wei; zero for no such condition.
  public var requiredBalance: UInt256
  /// What `parts` says of them: the account before, what is added to the balance or replaces it, the new nonce and code hash.
  @usableFromInline var found: Account
  @usableFromInline var amount: UInt256
  @usableFromInline var nextNonce: UInt64
  @usableFromInline var nextCodeHash: Hash32

  /// The effect of what a transaction did to an account.
  ///
  /// - Parameter removesEmptyAccounts: whether touched empty accounts are removed (EIP-161, from Spurious Dragon on).
  @unsafe @inline(__always)
  init(of row: UnsafePointer<AccountRow>, removesEmptyAccounts: Bool) {
    let flags = unsafe row.pointee.flags
    let isObserved = flags.contains(.balanceObserved)
    address = unsafe row.pointee.address
    requiredBalance = unsafe row.pointee.requiredBalance
    found = unsafe row.pointee.original
    let gained = unsafe row.pointee.balance &- row.pointee.original.balance
    amount = unsafe isObserved ? row.pointee.balance : gained
    nextNonce = unsafe row.pointee.nonce
    nextCodeHash = unsafe row.pointee.codeHash
    parts = flags.intersection([.observations, .existedBefore, .created, .destroyed])
    if !gained.isZero { parts.insert(isObserved ? .balanceSet : .balanceAdded) }
    if unsafe row.pointee.nonce != row.pointee.original.nonce { parts.insert(.nonceSet) }
    if unsafe row.pointee.codeHash != row.pointee.original.codeHash { parts.insert(.codeSet) }
    if removesEmptyAccounts, flags.contains(.touched) { parts.insert(.removedIfEmpty) }
    // What was there already and is left alone would not come into being where it is not there.
    let isChanged =
      flags.contains(.touched)
      || !parts.isDisjoint(with: [.created, .balanceSet, .balanceAdded, .nonceSet, .codeSet])
    if flags.contains(.exists), isChanged || !flags.contains(.existedBefore) { parts.insert(.exists) }
  }

  /// The effect of a credit to an account that was not looked at: as far as this says, it is not there.
  @inline(__always)
  init(of credit: Journal.Credit, removesEmptyAccounts: Bool) {
    address = credit.account
    requiredBalance = .zero
    found = Account()
    amount = credit.amount
    nextNonce = 0
    nextCodeHash = .emptyCode
    parts = removesEmptyAccounts ? [.balanceAdded, .exists, .removedIfEmpty] : [.balanceAdded, .exists]
  }

  /// The account after the transaction, given the account before it; nil for none.
  public func applied(to account: Account?) -> Account? { inPlace { $0.applied(to: account) } }

  /// Whether the account is changed at all.
  public var changesAnything: Bool { inPlace { $0.changesAnything } }
}

extension AccountFlags {
  /// All `…Observed` flags.
  public static let observations: AccountFlags = [
    .balanceObserved, .nonceObserved, .codeObserved, .livenessObserved,
  ]

  // Of an effect only.
  @usableFromInline static let balanceSet = AccountFlags(rawValue: 1 << 16)
  @usableFromInline static let balanceAdded = AccountFlags(rawValue: 1 << 17)
  @usableFromInline static let nonceSet = AccountFlags(rawValue: 1 << 18)
  @usableFromInline static let codeSet = AccountFlags(rawValue: 1 << 19)
  @usableFromInline static let removedIfEmpty = AccountFlags(rawValue: 1 << 20)
  /// What changes an account whatever it was before.
  @usableFromInline static let changes: AccountFlags = [
    .balanceSet, .balanceAdded, .nonceSet, .codeSet, .created, .destroyed,
  ]
}

extension AccountEffect {
  /// Which of its parts the outcome depends on: the `…Observed` flags only.
  @inlinable public var observed: AccountFlags {
    get { parts.intersection(.observations) }
    set { parts = parts.subtracting(.observations).union(newValue.intersection(.observations)) }
  }

  /// The account as the transaction found it; nil where it did not exist.
  @inlinable public var before: Account? {
    get { parts.contains(.existedBefore) ? found : nil }
    set {
      set(.existedBefore, newValue != nil)
      if let newValue { found = newValue }
    }
  }

  /// What happens to the balance.
  @inlinable public var balance: BalanceChange {
    get { parts.contains(.balanceAdded) ? .add(amount) : parts.contains(.balanceSet) ? .set(amount) : .none }
    set {
      parts.subtract([.balanceSet, .balanceAdded])
      switch newValue {
      case .none: return
      case .set(let value): (amount, parts) = (value, parts.union(.balanceSet))
      case .add(let value): (amount, parts) = (value, parts.union(.balanceAdded))
      }
    }
  }

  /// The new nonce, nil where it stays.
  @inlinable public var nonce: UInt64? {
    get { parts.contains(.nonceSet) ? nextNonce : nil }
    set {
      set(.nonceSet, newValue != nil)
      if let newValue { nextNonce = newValue }
    }
  }

  /// The new code hash, nil where it stays.
  @inlinable public var codeHash: Hash32? {
    get { parts.contains(.codeSet) ? nextCodeHash : nil }
    set {
      set(.codeSet, newValue != nil)
      if let newValue { nextCodeHash = newValue }
    }
  }

  /// The account was created as a contract: whatever storage it had is gone.
  @inlinable public var isCreated: Bool {
    get { parts.contains(.created) }
    set { set(.created, newValue) }
  }

  /// The account is removed with all its storage.
  @inlinable public var isDestroyed: Bool {
    get { parts.contains(.destroyed) }
    set { set(.destroyed, newValue) }
  }

  /// The account comes into being if it did not exist, even empty.
  @inlinable public var exists: Bool {
    get { parts.contains(.exists) }
    set { set(.exists, newValue) }
  }

  /// The account is removed if it ends up empty (EIP-161).
  @inlinable public var isRemovedIfEmpty: Bool {
    get { parts.contains(.removedIfEmpty) }
    set { set(.removedIfEmpty, newValue) }
  }

  @usableFromInline @inline(__always)
  mutating func set(_ part: AccountFlags, _ isSet: Bool) {
    if isSet { parts.insert(part) } else { parts.remove(part) }
  }

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
