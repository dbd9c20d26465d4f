import EVMState
import EthereumTypes

/// Transactions that only have to do with what is their own, with what nobody changes, and with the fee recipient: most
/// transfers. Nobody need be shown what they do, and nothing they saw can change unless something unexpected happens, so
/// they leave no versions, and nobody looks up where anything is.
extension VersionedState {
  /// Makes final what a quiet transaction did, the one next in line, unless something unexpected has happened: then it is left
  /// as it is.
  ///
  /// - Returns: whether it is final.
  func settleQuietly(_ effects: inout TransactionEffects) throws(StateReadError) -> Bool {
    guard !hasSurprises, !hasRemovals else { return false }
    // What may fail comes before the first change. The fee recipient is the last to be looked at, as a rule.
    for position in effects.accounts.indices.reversed() where effects.accounts[position].address == coinbase {
      guard let credit = effects.withAccountsInPlace({ $0[position].credit }) else { return false }
      let latest = try latestCoinbase()
      effects.accounts[position].before = latest
      var account = latest ?? Account()
      account.balance &+= credit
      guard !account.balance.isZero else { return false }
      setCoinbase(account)
    }
    effects.withAccountsInPlace { accounts in
      for position in accounts.indices
      where accounts[position].changesAnything && accounts[position].address != coinbase {
        state.apply(accounts[position])
      }
    }
    for position in effects.slots.indices
    where effects.slots[position].before != effects.slots[position].after {
      try state.set(
        effects.slots[position].address, effects.slots[position].key, effects.slots[position].after)
    }
    return true
  }
}
