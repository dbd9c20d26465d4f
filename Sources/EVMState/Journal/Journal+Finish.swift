import EthereumTypes

extension Journal {
  /// The effects of the transaction. The journal must be `reset` before its next use.
  ///
  /// - Parameter removesEmptyAccounts: whether touched empty accounts are removed (EIP-161, from Spurious Dragon on).
  public mutating func finish(removesEmptyAccounts: Bool) -> TransactionEffects {
    var effects = TransactionEffects()
    effects.deployedCodes = deployedCodes
    effects.accounts.reserveCapacity(accounts.count)
    for index in 0..<accounts.count where accounts[index].flags.contains(.loaded) {
      effects.accounts.append(effect(of: accounts[index], removesEmptyAccounts: removesEmptyAccounts))
    }
    // Most transactions are transfers.
    guard slots.count > 0 else { return effects }
    effects.slots.reserveCapacity(slots.count)
    for index in 0..<slots.count where slots[index].isLoaded {
      let slot = slots[index]
      let account = accounts[Int(slot.account)]
      // Nothing of a removed account's storage is left, and nothing of a new one's is in the state: only the
      // account's own removal or creation counts then.
      if account.flags.contains(.created), account.flags.contains(.destroyed) || slot.current.isZero {
        effects.vanishedSlots.append(
          SlotEffect(address: account.address, key: slot.key, before: .zero, after: .zero))
        continue
      }
      effects.slots.append(
        SlotEffect(
          address: account.address, key: slot.key, before: slot.original,
          after: account.flags.contains(.destroyed) ? slot.original : slot.current))
    }
    return effects
  }

  private func effect(of row: AccountRow, removesEmptyAccounts: Bool) -> AccountEffect {
    let before = row.flags.contains(.existedBefore) ? row.original : nil
    var balance = AccountEffect.BalanceChange.none
    if row.balance != row.original.balance {
      balance =
        row.flags.contains(.balanceObserved)
        ? .set(row.balance) : .add(row.balance &- row.original.balance)
    }
    let nonce = row.nonce != row.original.nonce ? row.nonce : nil
    let codeHash = row.codeHash != row.original.codeHash ? row.codeHash : nil
    // What was there already and is left alone would not come into being where it is not there.
    let isChanged =
      row.flags.contains(.touched) || row.flags.contains(.created) || balance != .none || nonce != nil
      || codeHash != nil
    return AccountEffect(
      address: row.address,
      observed: row.flags.intersection(.observations),
      before: before,
      requiredBalance: row.requiredBalance,
      balance: balance,
      nonce: nonce,
      codeHash: codeHash,
      isCreated: row.flags.contains(.created),
      isDestroyed: row.flags.contains(.destroyed),
      exists: row.flags.contains(.exists) && (before == nil || isChanged),
      isRemovedIfEmpty: removesEmptyAccounts && row.flags.contains(.touched))
  }
}

extension AccountFlags {
  /// All `…Observed` flags.
  public static let observations: AccountFlags = [
    .balanceObserved, .nonceObserved, .codeObserved, .livenessObserved,
  ]
}
