public import EthereumTypes

extension MemoryState {
  /// What this state holds that its base does not: the changes since, in any order. Linear.
  public var updates: [StateUpdate] {
    entries.map { address, entry in
      StateUpdate(
        address, entry.account, storageWiped: entry.hidesBaseStorage,
        slots: entry.storage.map { (key: $0.key, value: $0.value) })
    }
  }

  /// The state root of what is held here; nil on top of a base, whose accounts cannot be enumerated (use
  /// `SparseTrie.stateRoot(after:)` with `updates`). O(n log n) in accounts and slots.
  public func stateRoot() -> Hash32? {
    var builder = StateRootBuilder()
    return stateRoot(using: &builder)
  }

  /// The state root as in `stateRoot()`, computed in the memory of a builder kept for many states.
  public func stateRoot(using builder: inout StateRootBuilder) -> Hash32? {
    guard base == nil else { return nil }
    for (address, entry) in entries {
      guard let account = entry.account else { continue }
      builder.add(address, account, storage: entry.storage)
    }
    return builder.finish()
  }
}
