import EthereumTypes

extension Journal {
  /// The effects of the transaction. The journal must be `reset` before its next use.
  ///
  /// - Parameters:
  ///   - removesEmptyAccounts: whether touched empty accounts are removed (EIP-161, from Spurious Dragon on).
  ///   - credit: what is added in the end to an account that the transaction has not looked at.
  public mutating func finish(removesEmptyAccounts: Bool, credit: Credit? = nil) -> TransactionEffects {
    var effects = TransactionEffects()
    effects.deployedCodes = deployedCodes
    effects.accounts.reserveCapacity(accounts.count + (credit == nil ? 0 : 1))
    for row in 0..<accounts.count where accounts[row].flags.contains(.loaded) {
      unsafe effects.accounts.append(
        AccountEffect(of: accounts.pointer(to: row), removesEmptyAccounts: removesEmptyAccounts))
    }
    if let credit {
      effects.accounts.append(AccountEffect(of: credit, removesEmptyAccounts: removesEmptyAccounts))
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
}
