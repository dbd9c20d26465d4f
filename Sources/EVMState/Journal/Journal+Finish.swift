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
    for row in 0..<slots.count where slots[row].isLoaded {
      let account = Int(slots[row].account)
      let flags = accounts[account].flags
      // Nothing of a removed account's storage is left, and nothing of a new one's is in the state: only the
      // account's own removal or creation counts then.
      if flags.contains(.created), flags.contains(.destroyed) || slots[row].current.isZero {
        effects.vanishedSlots.append(
          SlotEffect(address: accounts[account].address, key: slots[row].key, before: .zero, after: .zero))
        continue
      }
      effects.slots.append(
        SlotEffect(
          address: accounts[account].address, key: slots[row].key, before: slots[row].original,
          after: flags.contains(.destroyed) ? slots[row].original : slots[row].current))
    }
    return effects
  }
}
