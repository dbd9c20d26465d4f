public import EthereumTypes

/// What a tracer may look at. Nothing is noted as read or marked as accessed, so a traced transaction has the same
/// effects as any other; where the state cannot be read, the account looks empty.
extension Journal {
  /// An account as a tracer sees it.
  public struct AccountView: Sendable {
    /// It was accessed before (EIP-2929).
    public var isWarm: Bool
    /// It exists, empty or not.
    public var exists: Bool
    /// It will be removed at the end of the transaction.
    public var isDestroyed: Bool
    /// It was created as a contract in this transaction.
    public var isCreatedHere: Bool
    /// Its parts.
    public var account: Account

    /// It is absent or empty (EIP-161).
    public var isDead: Bool { !exists || account.isEmpty }
  }

  /// Looks at an account.
  public func peek(_ address: Address) -> AccountView {
    var cell = accountIndex.start(address.mixedBits(with: key))
    while true {
      let row = accountIndex.row(cell)
      if row < 0 { return view(of: nil, address) }
      if accounts[row].address == address { return view(of: accounts[row], address) }
      cell = accountIndex.next(cell)
    }
  }

  private func view(of row: AccountRow?, _ address: Address) -> AccountView {
    let flags = row?.flags ?? (isWarmFromStart(address) ? .warm : [])
    var account = Account()
    var exists = false
    if let row, flags.contains(.loaded) {
      account = Account(nonce: row.nonce, balance: row.balance, codeHash: row.codeHash)
      exists = flags.contains(.exists)
    } else if let found = try? reader.account(address) {
      account = found
      exists = true
    }
    return AccountView(
      isWarm: flags.contains(.warm), exists: exists, isDestroyed: flags.contains(.destroyed),
      isCreatedHere: flags.contains(.created), account: account)
  }

  /// A storage slot as a tracer sees it.
  public struct SlotView: Sendable {
    /// It was accessed before (EIP-2929).
    public var isWarm: Bool
    /// Its value before the transaction.
    public var original: UInt256
    /// Its value now.
    public var current: UInt256
  }

  /// Looks at a storage slot.
  public func peek(_ account: AccountHandle, _ key: UInt256) -> SlotView {
    var cell = slotIndex.start(bits(account: account.row, key: key))
    var isWarm = false
    while true {
      let row = slotIndex.row(cell)
      if row < 0 { break }
      if slots[row].key == key, slots[row].account == Int32(truncatingIfNeeded: account.row) {
        isWarm = slots[row].isWarm
        guard slots[row].isLoaded else { break }
        return SlotView(isWarm: isWarm, original: slots[row].original, current: slots[row].current)
      }
      cell = slotIndex.next(cell)
    }
    let isNew = accounts[account.row].flags.contains(.created)
    let value = isNew ? .zero : (try? reader.storage(accounts[account.row].address, key)) ?? .zero
    return SlotView(isWarm: isWarm, original: value, current: value)
  }

  /// Looks at the code with a hash; empty where there is none.
  public func peekCode(_ hash: Hash32) -> Bytes {
    if hash == .emptyCode { return [] }
    return deployedCodes[hash] ?? (try? reader.code(hash)) ?? []
  }
}
