/// Fetching ahead what will be read in a moment. Looking something up means waiting for memory twice, once for the index
/// and once for what it points to; who knows what will be wanted asks for each in time and waits for nothing. Accounts
/// and slots are named by their `mixedBits`.
extension MemoryState {
  /// The state at the bottom, where most of what is read lies; this one where nothing lies under it that is in memory.
  package var bottom: MemoryState {
    var bottom = self
    while let below = bottom.base as? MemoryState { bottom = below }
    return bottom
  }

  /// Asks for what an account is looked up in.
  package func prefetchIndex(_ account: UInt64) { tables.prefetchIndex(account) }

  /// Asks for what a slot is looked up in; that of its account must be at hand.
  package func prefetchIndex(_ account: UInt64, _ slot: UInt64) { tables.prefetchIndex(account, slot) }

  /// Asks for an account; what it is looked up in must be at hand.
  package func prefetch(_ account: UInt64) { tables.prefetch(account) }

  /// Asks for a slot; what it is looked up in must be at hand.
  package func prefetch(_ account: UInt64, _ slot: UInt64) { tables.prefetch(account, slot) }
}
