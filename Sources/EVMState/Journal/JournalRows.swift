public import EthereumTypes

/// What a transaction learnt about an account or did to it, as flags of its journal row.
@frozen
public struct AccountFlags: OptionSet, Sendable, BitwiseCopyable {
  /// The bits.
  public let rawValue: UInt32
  /// Makes flags from bits.
  @inlinable @inline(__always)
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The row's values were read from the state.
  public static let loaded = AccountFlags(rawValue: 1 << 0)
  /// The account existed before the transaction.
  public static let existedBefore = AccountFlags(rawValue: 1 << 1)
  /// The outcome depends on the exact balance.
  public static let balanceObserved = AccountFlags(rawValue: 1 << 2)
  /// The outcome depends on the nonce.
  public static let nonceObserved = AccountFlags(rawValue: 1 << 3)
  /// The outcome depends on the code.
  public static let codeObserved = AccountFlags(rawValue: 1 << 4)
  /// The outcome depends on whether the account is dead (EIP-161).
  public static let livenessObserved = AccountFlags(rawValue: 1 << 5)

  /// The account exists now. This and the following flags are undone by a revert.
  public static let exists = AccountFlags(rawValue: 1 << 8)
  /// Accessed before in this transaction (EIP-2929).
  public static let warm = AccountFlags(rawValue: 1 << 9)
  /// Touched in the sense of EIP-161: removed at the end if empty.
  public static let touched = AccountFlags(rawValue: 1 << 10)
  /// Created as a contract in this transaction: its storage starts empty, and SELFDESTRUCT removes it.
  public static let created = AccountFlags(rawValue: 1 << 11)
  /// Will be removed at the end of the transaction.
  public static let destroyed = AccountFlags(rawValue: 1 << 12)

  /// The flags a revert restores.
  @usableFromInline static let revertible: AccountFlags = [.exists, .warm, .touched, .created, .destroyed]
}

/// An account as one transaction sees it.
@usableFromInline
struct AccountRow: BitwiseCopyable {
  @usableFromInline var address: Address
  @usableFromInline var flags: AccountFlags
  /// A number the EVM keeps here for the account's current code, −1 for none; reset when the code changes.
  @usableFromInline var codeHandle: Int32 = -1
  @usableFromInline var nonce: UInt64 = 0
  @usableFromInline var balance = UInt256.zero
  @usableFromInline var codeHash: Hash32
  @usableFromInline var original: Account
  /// The balance before the transaction must have been at least this for every solvency check to pass.
  @usableFromInline var requiredBalance = UInt256.zero
}

/// A storage slot as one transaction sees it.
@usableFromInline
struct SlotRow: BitwiseCopyable {
  @usableFromInline var key: UInt256
  @usableFromInline var account: Int32
  @usableFromInline var isLoaded: Bool
  @usableFromInline var isWarm: Bool
  @usableFromInline var original = UInt256.zero
  @usableFromInline var current = UInt256.zero
}

/// A transient storage slot (EIP-1153).
@usableFromInline
struct TransientRow: BitwiseCopyable {
  @usableFromInline var key: UInt256
  @usableFromInline var account: Int32
  @usableFromInline var value = UInt256.zero
}

/// One undoable change: what to put back, and where.
@usableFromInline
struct UndoEntry: BitwiseCopyable {
  @usableFromInline enum Kind: UInt8, BitwiseCopyable {
    case flags, nonce, balance, code, slot, slotWarmth, transient
  }
  @usableFromInline var kind: Kind
  @usableFromInline var row: Int32
  @usableFromInline var value: UInt256

  @inlinable @inline(__always)
  init(_ kind: Kind, _ row: Int, _ value: UInt256) {
    self.kind = kind
    self.row = Int32(truncatingIfNeeded: row)
    self.value = value
  }
}
