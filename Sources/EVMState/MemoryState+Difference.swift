public import EthereumTypes

extension MemoryState {
  /// The first location at which two states over the same base differ, or nil where they are the same. Linear in what
  /// was changed in either.
  public func firstDifference(from other: MemoryState) throws(StateReadError) -> Location? {
    let (ours, others) = (entries, other.entries)
    for address in Set(ours.keys).union(others.keys).sorted() {
      let (mine, theirs) = (try account(address), try other.account(address))
      if (mine == nil) != (theirs == nil) { return .liveness(address) }
      if mine?.balance != theirs?.balance { return .balance(address) }
      if mine?.nonce != theirs?.nonce { return .nonce(address) }
      if mine?.codeHash != theirs?.codeHash { return .code(address) }
      let keys = Set((ours[address]?.storage ?? [:]).keys).union((others[address]?.storage ?? [:]).keys)
      for key in keys.sorted() where try storage(address, key) != other.storage(address, key) {
        return .storage(address, key)
      }
    }
    return nil
  }
}

extension TransactionEffects {
  /// The changes as input of a state trie.
  ///
  /// - Parameter state: the state behind the transaction.
  public func updates(leading state: MemoryState) throws(StateReadError) -> [StateUpdate] {
    var slotsOf: [Address: [(key: UInt256, value: UInt256)]] = [:]
    for slot in slots where slot.before != slot.after {
      slotsOf[slot.address, default: []].append((slot.key, slot.after))
    }
    var updates: [StateUpdate] = []
    for effect in accounts where effect.changesAnything || slotsOf[effect.address] != nil {
      updates.append(
        StateUpdate(
          effect.address, try state.account(effect.address),
          storageWiped: effect.isCreated || effect.isDestroyed, slots: slotsOf[effect.address] ?? []))
    }
    return updates
  }
}
