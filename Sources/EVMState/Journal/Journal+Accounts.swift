public import EthereumTypes

extension Journal {
  // MARK: Finding rows

  /// The account's row, made on first use; nothing is read from the state yet.
  @inlinable
  public mutating func handle(for address: Address) -> AccountHandle {
    var cell = accountIndex.start(address.mixedBits(with: key))
    while true {
      let row = accountIndex.row(cell)
      if row < 0 { return AccountHandle(row: addAccount(address, cell: cell)) }
      if accounts[row].address == address { return AccountHandle(row: row) }
      cell = accountIndex.next(cell)
    }
  }

  @usableFromInline @inline(never)
  mutating func addAccount(_ address: Address, cell: Int) -> Int {
    let row = accounts.count
    let flags = firstFlags(of: address, inRow: row)
    accounts.append(AccountRow(address: address, flags: flags, codeHash: .emptyCode, original: Account()))
    if accountIndex.occupy(cell, row: row) {
      rebuildAccountIndex()
    }
    return row
  }

  private mutating func rebuildAccountIndex() {
    var bits: [UInt64] = []
    bits.reserveCapacity(accounts.count)
    for row in 0..<accounts.count { bits.append(accounts[row].address.mixedBits(with: key)) }
    accountIndex.rebuild { bits[$0] }
  }

  /// Reads the account from the state unless that was done already.
  @inlinable @inline(__always)
  mutating func load(_ handle: AccountHandle) {
    if !accounts[handle.row].flags.contains(.loaded) { loadFromReader(handle) }
  }

  @usableFromInline @inline(never)
  mutating func loadFromReader(_ handle: AccountHandle) {
    let row = handle.row
    accounts[row].flags.insert(.loaded)
    do {
      guard let account = try reader.account(accounts[row].address) else { return }
      accounts[row].flags.formUnion([.existedBefore, .exists])
      accounts[row].nonce = account.nonce
      accounts[row].balance = account.balance
      accounts[row].codeHash = account.codeHash
      accounts[row].original = account
    } catch { note(error) }
  }

  @inlinable @inline(__always)
  mutating func observe(_ handle: AccountHandle, _ flag: AccountFlags) {
    load(handle)
    accounts[handle.row].flags.insert(flag)
  }

  @usableFromInline
  mutating func insert(_ flags: AccountFlags, _ handle: AccountHandle) {
    let old = accounts[handle.row].flags
    if old.isSuperset(of: flags) { return }
    // What is new, not what was before: an account that is warmed, then read and found to exist, still exists after
    // the revert of both.
    undo.append(UndoEntry(.flags, handle.row, UInt256(UInt64(flags.subtracting(old).rawValue))))
    accounts[handle.row].flags = old.union(flags)
  }

  // MARK: Reading

  /// The address of an account.
  @inlinable @inline(__always)
  public func address(of handle: AccountHandle) -> Address { accounts[handle.row].address }

  /// Marks the account accessed (EIP-2929) and says whether it was cold before.
  @inlinable @inline(__always)
  public mutating func warm(_ handle: AccountHandle) -> Bool {
    if accounts[handle.row].flags.contains(.warm) { return false }
    insert(.warm, handle)
    return true
  }

  /// Notes that the account was looked at, though nothing of it decides the outcome (EIP-7928).
  @inlinable
  public mutating func touchUnobserved(_ handle: AccountHandle) { load(handle) }

  /// The balance in wei; the outcome depends on it from now on.
  @inlinable
  public mutating func balance(_ handle: AccountHandle) -> UInt256 {
    observe(handle, .balanceObserved)
    return accounts[handle.row].balance
  }

  /// The nonce; the outcome depends on it from now on.
  @inlinable
  public mutating func nonce(_ handle: AccountHandle) -> UInt64 {
    observe(handle, .nonceObserved)
    return accounts[handle.row].nonce
  }

  /// The code hash, `Hash32.emptyCode` where the account does not exist; the outcome depends on it from now on.
  @inlinable
  public mutating func codeHash(_ handle: AccountHandle) -> Hash32 {
    observe(handle, .codeObserved)
    return accounts[handle.row].codeHash
  }

  /// Whether the account is absent or empty (EIP-161); the outcome depends on it from now on.
  public mutating func isDead(_ handle: AccountHandle) -> Bool {
    observe(handle, .livenessObserved)
    let row = accounts[handle.row]
    return !row.flags.contains(.exists)
      || (row.nonce == 0 && row.balance.isZero && row.codeHash == .emptyCode)
  }

  /// Whether the account exists, empty or not (before EIP-161); the outcome depends on it from now on.
  public mutating func exists(_ handle: AccountHandle) -> Bool {
    observe(handle, .livenessObserved)
    return accounts[handle.row].flags.contains(.exists)
  }

  /// Whether the account was created as a contract in this transaction (EIP-6780).
  @inlinable
  public func isCreatedHere(_ handle: AccountHandle) -> Bool {
    accounts[handle.row].flags.contains(.created)
  }

  /// Whether the account will be removed at the end of the transaction.
  @inlinable
  public func isDestroyed(_ handle: AccountHandle) -> Bool {
    accounts[handle.row].flags.contains(.destroyed)
  }

  /// The accounts that will be removed at the end of the transaction. Linear in the accounts looked at.
  public var destroyedAccounts: [AccountHandle] {
    var handles: [AccountHandle] = []
    for row in 0..<accounts.count where accounts[row].flags.contains(.destroyed) {
      handles.append(AccountHandle(row: row))
    }
    return handles
  }

  /// How many slots of an account that this transaction looked at are not zero now. Linear in all slots looked at.
  public func nonZeroSlotCount(of handle: AccountHandle) -> Int {
    var count = 0
    for row in 0..<slots.count where Int(slots[row].account) == handle.row && !slots[row].current.isZero {
      count += 1
    }
    return count
  }

  /// Whether a creation at this address collides: it has a nonce, code (EIP-684) or storage (EIP-7610).
  public mutating func collides(_ handle: AccountHandle) -> Bool {
    observe(handle, [.nonceObserved, .codeObserved])
    let row = accounts[handle.row]
    if row.nonce != 0 || row.codeHash != .emptyCode { return true }
    if row.flags.contains(.created) { return false }
    do { return try reader.hasStorage(row.address) } catch {
      note(error)
      return true
    }
  }

  /// The number the EVM keeps for the account's current code, −1 for none.
  @inlinable @inline(__always)
  public func codeHandle(_ handle: AccountHandle) -> Int32 { accounts[handle.row].codeHandle }

  /// Keeps a number for the account's current code; forgotten when the code changes.
  @inlinable @inline(__always)
  public mutating func setCodeHandle(_ number: Int32, for handle: AccountHandle) {
    accounts[handle.row].codeHandle = number
  }

  // MARK: Changing

  /// Touches the account (EIP-161): it exists now, and is removed at the end if it is empty.
  public mutating func touch(_ handle: AccountHandle) {
    load(handle)
    insert([.touched, .exists], handle)
  }

  /// Adds to a balance without observing it, wrapping at 2²⁵⁶, and touches the account.
  public mutating func credit(_ handle: AccountHandle, _ amount: UInt256) {
    touch(handle)
    if amount.isZero { return }
    undo.append(UndoEntry(.balance, handle.row, accounts[handle.row].balance))
    accounts[handle.row].balance &+= amount
  }

  /// Takes from a balance if it suffices. Passing depends only on a lower bound of the balance; failing depends on
  /// its exact value.
  ///
  /// - Returns: false, with nothing changed, where the balance does not suffice.
  public mutating func debit(_ handle: AccountHandle, _ amount: UInt256) -> Bool {
    guard requireBalance(handle, atLeast: amount) else { return false }
    if amount.isZero { return true }
    undo.append(UndoEntry(.balance, handle.row, accounts[handle.row].balance))
    accounts[handle.row].balance &-= amount
    return true
  }

  /// Whether the balance is at least `amount`; noted like `debit`.
  public mutating func requireBalance(_ handle: AccountHandle, atLeast amount: UInt256) -> Bool {
    load(handle)
    if amount.isZero { return true }
    guard accounts[handle.row].balance >= amount else {
      accounts[handle.row].flags.insert(.balanceObserved)
      return false
    }
    let row = accounts[handle.row]
    // balance = original + gained − spent ≥ amount  ⇔  original ≥ amount − (balance − original)
    let gained = row.balance.subtractingReportingOverflow(row.original.balance)
    let needed =
      gained.overflow
      ? amount &+ (row.original.balance &- row.balance) : amount.subtractedOrZero(gained.partialValue)
    if needed > row.requiredBalance { accounts[handle.row].requiredBalance = needed }
    return true
  }

  /// Sets the balance; the outcome must already depend on it.
  public mutating func setBalance(_ handle: AccountHandle, _ balance: UInt256) {
    observe(handle, .balanceObserved)
    undo.append(UndoEntry(.balance, handle.row, accounts[handle.row].balance))
    accounts[handle.row].balance = balance
  }

  /// Sets the nonce; the account exists from now on.
  public mutating func setNonce(_ handle: AccountHandle, _ nonce: UInt64) {
    observe(handle, .nonceObserved)
    insert(.exists, handle)
    undo.append(UndoEntry(.nonce, handle.row, UInt256(accounts[handle.row].nonce)))
    accounts[handle.row].nonce = nonce
  }

  /// Replaces the code; empty `code` removes it.
  public mutating func setCode(_ handle: AccountHandle, _ code: Bytes) {
    observe(handle, .codeObserved)
    let hash = code.isEmpty ? Hash32.emptyCode : keccak256(code)
    undo.append(UndoEntry(.code, handle.row, accounts[handle.row].codeHash.word))
    accounts[handle.row].codeHash = hash
    accounts[handle.row].codeHandle = -1
    if !code.isEmpty { deployedCodes[hash] = code }
  }

  /// Makes the account a new contract: it keeps its balance, starts with `nonce`, and its storage is empty.
  public mutating func create(_ handle: AccountHandle, nonce: UInt64) {
    touch(handle)
    insert(.created, handle)
    if nonce != 0 { setNonce(handle, nonce) }
  }

  /// Removes the account at the end of the transaction (SELFDESTRUCT).
  public mutating func destroy(_ handle: AccountHandle) {
    load(handle)
    insert([.destroyed, .touched], handle)
  }
}
