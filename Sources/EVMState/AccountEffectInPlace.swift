public import EthereumTypes

/// The effect of a transaction on an account, where it lies. It is large, and who asks a value something copies all of it
/// first; here no more is read than is asked for.
@safe @frozen @usableFromInline
package struct AccountEffectInPlace: BitwiseCopyable {
  // Invariant: points to an effect that whoever made this keeps where it is, and that nobody else changes meanwhile.
  @usableFromInline let effect: UnsafePointer<AccountEffect>

  @unsafe @inlinable @inline(__always)
  init(_ effect: UnsafePointer<AccountEffect>) { unsafe self.effect = effect }

  @inlinable package var address: Address {
    @inline(__always) get { unsafe effect.pointee.address }
  }

  @inlinable package var isCreated: Bool {
    @inline(__always) get { unsafe effect.pointee.isCreated }
  }

  @inlinable package var isDestroyed: Bool {
    @inline(__always) get { unsafe effect.pointee.isDestroyed }
  }

  /// Whether whatever storage there was is gone, also where there is an account afterwards.
  var wipesStorage: Bool {
    @inline(__always) get { unsafe !effect.pointee.parts.isDisjoint(with: [.created, .destroyed]) }
  }

  /// The account as the transaction found it.
  @inlinable package var before: Account? {
    @inline(__always) get { unsafe effect.pointee.before }
  }

  /// The account after the transaction, given the account before it; nil for none.
  package func applied(to account: Account?) -> Account? {
    var result = account
    apply(to: &result)
    return result
  }

  /// Makes an account, nil for none, what it is after the transaction. Where it lies: each copy of an account that was just
  /// written costs about as much as all of this.
  @inline(__always)
  func apply(to account: inout Account?) {
    let parts = unsafe effect.pointee.parts
    if parts.contains(.destroyed) {
      account = nil
      return
    }
    if account == nil {
      guard parts.contains(.exists) else { return }
      account = Account()
    }
    if parts.contains(.balanceAdded) {
      unsafe account?.balance &+= effect.pointee.amount
    } else if parts.contains(.balanceSet) {
      account?.balance = unsafe effect.pointee.amount
    }
    if parts.contains(.nonceSet) { account?.nonce = unsafe effect.pointee.nextNonce }
    if parts.contains(.codeSet) { account?.codeHash = unsafe effect.pointee.nextCodeHash }
    if parts.contains(.removedIfEmpty), account?.isEmpty == true { account = nil }
  }

  /// Whether the account is changed at all.
  @inlinable package var changesAnything: Bool {
    let parts = unsafe effect.pointee.parts
    if !parts.isDisjoint(with: .changes) { return true }
    if !parts.contains(.existedBefore) { return parts.contains(.exists) }
    return unsafe parts.contains(.removedIfEmpty) && effect.pointee.found.isEmpty
  }

  /// Whether the account is made anew as a contract, or gone afterwards.
  package var startsOrEnds: Bool {
    let parts = unsafe effect.pointee.parts
    if !parts.isDisjoint(with: [.created, .destroyed]) { return true }
    guard parts.contains(.removedIfEmpty), unsafe effect.pointee.nonce ?? 0 == 0, balanceAfter.isZero
    else { return false }
    return applied(to: before) == nil
  }

  /// The balance afterwards, in wei, if there is an account.
  private var balanceAfter: UInt256 {
    let balance = unsafe effect.pointee.before?.balance ?? .zero
    return switch unsafe effect.pointee.balance {
    case .none: balance
    case .set(let value): value
    case .add(let amount): balance &+ amount
    }
  }

  /// Whether the parts of `account` that were observed are as they were.
  @inlinable @inline(__always)
  package func holds(for account: Account?) -> Bool {
    // Most accounts are credited only.
    isUnobserved || isSame(account)
  }

  @usableFromInline
  func isSame(_ account: Account?) -> Bool {
    let found = account ?? Account()
    let seen = before ?? Account()
    let observed = unsafe effect.pointee.observed
    if observed.contains(.balanceObserved), found.balance != seen.balance { return false }
    if unsafe found.balance < effect.pointee.requiredBalance { return false }
    if observed.contains(.nonceObserved), found.nonce != seen.nonce { return false }
    if observed.contains(.codeObserved), found.codeHash != seen.codeHash { return false }
    if observed.contains(.livenessObserved) {
      if found.isEmpty != seen.isEmpty || (account == nil) != (before == nil) { return false }
    }
    return true
  }

  @inlinable var isUnobserved: Bool {
    @inline(__always) get {
      unsafe effect.pointee.observed.isEmpty && effect.pointee.requiredBalance.isZero
    }
  }

  /// What is added to the balance, where nothing else is done to the account, and nothing of it was looked at.
  @inlinable package var credit: UInt256? {
    guard unsafe effect.pointee.parts.intersection(.changes) == .balanceAdded, isUnobserved else {
      return nil
    }
    return unsafe effect.pointee.amount
  }
}

/// The effects of a transaction on accounts, where they lie.
@safe @frozen @usableFromInline
package struct AccountEffectsInPlace: BitwiseCopyable {
  // Invariant: as that of each of them.
  @usableFromInline let effects: UnsafeBufferPointer<AccountEffect>

  @unsafe @inlinable @inline(__always)
  init(_ effects: UnsafeBufferPointer<AccountEffect>) { unsafe self.effects = effects }

  @inlinable package var indices: Range<Int> {
    @inline(__always) get { unsafe 0..<effects.count }
  }

  @inlinable package subscript(position: Int) -> AccountEffectInPlace {
    @inline(__always) get {
      precondition(indices.contains(position))
      return unsafe AccountEffectInPlace(effects.baseAddress.unsafelyUnwrapped + position)
    }
  }
}

extension AccountEffect {
  @inline(__always)
  func inPlace<Result>(_ body: (AccountEffectInPlace) -> Result) -> Result {
    unsafe withUnsafePointer(to: self) { unsafe body(AccountEffectInPlace($0)) }
  }
}

extension TransactionEffects {
  /// Runs `body` with what the transaction did to accounts, where that lies: without counting references to it, which
  /// another core may have counted last.
  @inlinable @inline(__always)
  package mutating func withAccountsInPlace<Result, Failure: Error>(
    _ body: (AccountEffectsInPlace) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe accounts.withUnsafeMutableBufferPointer { accounts throws(Failure) in
      unsafe try body(AccountEffectsInPlace(UnsafeBufferPointer(accounts)))
    }
  }

  /// The same for who may only look.
  @inline(__always)
  func readingAccountsInPlace<Result, Failure: Error>(
    _ body: (AccountEffectsInPlace) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe accounts.withUnsafeBufferPointer { accounts throws(Failure) in
      unsafe try body(AccountEffectsInPlace(accounts))
    }
  }
}
