import EVMState
import EthereumTypes
import Synchronization

/// The state of a block while its transactions run in any order.
///
/// Transactions become final in block order, and each change is in one of two places: what final transactions did is
/// folded into one *settled* value for each location, what the others did lies on top as *pending* versions. A
/// transaction that runs is not final, so it reads the settled value under the pending versions before its own.
/// Changes that do not depend on the old value (credits, debits covered by a bound) stay differences until then.
///
/// Sharded by key; every shard is a lock around plain tables. Reads and writes may come from any thread; `settle` is
/// for one at a time. The state below is asked for each location once, never under a lock.
final class VersionedState: Sendable {
  /// `Mutex` cannot be copied into an array, so each stands in an object of its own.
  private final class LockedShard: Sendable {
    let shard = Mutex(VersionedShard())
  }

  /// Where a location was found.
  struct Place: BitwiseCopyable {
    fileprivate let shard: Int32
    fileprivate let row: Int32
    /// Whether there may be a pending version to be settled.
    fileprivate var isPublished = false
  }

  /// The state before the first transaction; must not change meanwhile.
  let base: any StateReader
  private let shards: [LockedShard]
  private let codes = Mutex<[Hash32: Bytes]>([:])
  /// Set once any transaction deploys code.
  private let hasCodes = Atomic<Bool>(false)
  /// Set once any transaction removes an account: from then on slot reads must look for that.
  private let hasRemovals = Atomic<Bool>(false)

  init(base: any StateReader) {
    self.base = base
    shards = (0..<Self.shardCount).map { _ in LockedShard() }
  }

  private static var shardCount: Int { 32 }

  private static func bits(_ address: Address, _ slot: UInt256) -> UInt64 {
    address.mixedBits ^ slot.mixedBits &* 0x9E37_79B9_7F4A_7C15
  }

  /// The low bits choose the shard, the high ones the place in its tables.
  @inline(__always)
  private func withShard<Result>(_ bits: UInt64, _ body: (inout VersionedShard) -> Result) -> Result {
    shards[Int(bits & UInt64(Self.shardCount - 1))].shard.withLock { body(&$0) }
  }

  // MARK: Reading

  /// The account as transaction `index` finds it.
  func account(_ address: Address, before index: Int) throws(StateReadError) -> Account? {
    let bits = address.mixedBits
    let known = withShard(bits) { shard in
      shard.accountRow(address, bits).map { shard.account($0, before: index) }
    }
    if let known { return known }
    let account = try base.account(address)
    return withShard(bits) { shard in
      let row = shard.insert(address, bits, account)
      return shard.account(row, before: index)
    }
  }

  /// The slot as transaction `index` finds it.
  func storage(_ address: Address, _ slot: UInt256, before index: Int) throws(StateReadError) -> UInt256 {
    let bits = Self.bits(address, slot)
    let known = withShard(bits) { shard in
      shard.slotRow(address, slot, bits).map { shard.slot($0, before: index) }
    }
    let found: (value: UInt256, writer: Int32)
    if let known {
      found = known
    } else {
      let value = try base.storage(address, slot)
      found = withShard(bits) { shard in
        let row = shard.insert(address, slot, bits, value)
        return shard.slot(row, before: index)
      }
    }
    // An account removed and made again has what was written since.
    return lastWipe(of: address, before: index) > found.writer ? .zero : found.value
  }

  private func lastWipe(of address: Address, before index: Int) -> Int32 {
    guard hasRemovals.load(ordering: .acquiring) else { return -1 }
    let bits = address.mixedBits
    return withShard(bits) { shard in
      shard.accountRow(address, bits).map { shard.wipe($0, before: index) } ?? -1
    }
  }

  /// Whether the account has storage as transaction `index` finds it. What a transaction of this block wrote does not
  /// count: an account that ran code has a nonce or code, and collides anyway.
  func hasStorage(_ address: Address, before index: Int) throws(StateReadError) -> Bool {
    if lastWipe(of: address, before: index) >= 0 { return false }
    return try base.hasStorage(address)
  }

  func code(_ hash: Hash32) throws(StateReadError) -> Bytes {
    if hasCodes.load(ordering: .acquiring), let code = codes.withLock({ $0[hash] }) { return code }
    return try base.code(hash)
  }

  // MARK: Writing

  /// Makes what transaction `index` did visible to the transactions behind it.
  func publish(_ effects: TransactionEffects, index: Int) throws(StateReadError) {
    for effect in effects.accounts where effect.changesAnything {
      if effect.isDestroyed { hasRemovals.store(true, ordering: .releasing) }
      let place = try place(effect.address)
      withShard(at: place) { $0.publish(effect, Int(place.row), index: index) }
    }
    for slot in effects.slots where slot.before != slot.after {
      let place = try place(slot.address, slot.key)
      withShard(at: place) { $0.publish(slot.after, Int(place.row), index: index) }
    }
    publishCodes(effects)
  }

  private func publishCodes(_ effects: TransactionEffects) {
    guard !effects.deployedCodes.isEmpty else { return }
    codes.withLock { $0.merge(effects.deployedCodes) { old, _ in old } }
    hasCodes.store(true, ordering: .releasing)
  }

  /// Takes back what transaction `index` published.
  func retract(_ effects: TransactionEffects, index: Int) {
    for effect in effects.accounts where effect.changesAnything {
      let bits = effect.address.mixedBits
      withShard(bits) { shard in
        guard let row = shard.accountRow(effect.address, bits) else { return }
        shard.retractAccount(row, index: index)
      }
    }
    for slot in effects.slots where slot.before != slot.after {
      let bits = Self.bits(slot.address, slot.key)
      withShard(bits) { shard in
        guard let row = shard.slotRow(slot.address, slot.key, bits) else { return }
        shard.retractSlot(row, index: index)
      }
    }
  }

  // MARK: Committing

  /// Makes what transaction `index` did final, published or not, if it holds: all its predecessors are final already.
  ///
  /// The parts of accounts that the transaction changed without observing them are brought up to date in `effects`, so
  /// that they say what a serial run would have said.
  ///
  /// - Parameter places: room to work in, kept by the caller.
  /// - Returns: false, with nothing made final, where the transaction observed a value that is not the right one.
  func settle(
    _ effects: inout TransactionEffects, index: Int, places: inout [Place]
  ) throws(StateReadError) -> Bool {
    for slot in effects.slots where try storage(slot.address, slot.key, before: index) != slot.before {
      return false
    }
    places.removeAll(keepingCapacity: true)
    for position in effects.accounts.indices {
      var place = try place(effects.accounts[position].address)
      place.isPublished = effects.accounts[position].changesAnything
      places.append(place)
      guard effects.accounts[position].concernsState else { continue }
      let found = withShard(at: place) { $0.accounts[Int(place.row)].settled }
      guard effects.accounts[position].holds(for: found) else { return false }
      effects.accounts[position].before = found
    }
    for position in effects.accounts.indices {
      let effect = effects.accounts[position]
      let place = places[position]
      guard effect.changesAnything else {
        // What came into being in its own run was there already.
        if place.isPublished { withShard(at: place) { $0.retractAccount(Int(place.row), index: index) } }
        continue
      }
      let wipes = withShard(at: place) { $0.settle(effect, Int(place.row), index: index) }
      if wipes { hasRemovals.store(true, ordering: .releasing) }
    }
    for slot in effects.slots where slot.before != slot.after {
      let place = try place(slot.address, slot.key)
      withShard(at: place) { $0.settle(slot.after, Int(place.row), index: index) }
    }
    publishCodes(effects)
    return true
  }

  /// Applies everything final to the state the block began with.
  func apply(to state: MemoryState) throws(StateReadError) {
    for shard in shards {
      for cell in shard.shard.withLock({ $0.accounts }) where cell.changed >= 0 {
        state.set(cell.address, cell.settled, wipesStorage: cell.wiped >= 0 || cell.isCreated)
      }
    }
    for shard in shards {
      for cell in shard.shard.withLock({ $0.slots }) where cell.changed >= 0 {
        if lastWipe(of: cell.address, before: .max) > cell.changed { continue }
        try state.set(cell.address, cell.key, cell.settled)
      }
    }
    for (hash, code) in codes.withLock({ $0 }) { state.insert(code: code, hash: hash) }
  }

  // MARK: Finding

  @inline(__always)
  private func withShard<Result>(at place: Place, _ body: (inout VersionedShard) -> Result) -> Result {
    shards[Int(place.shard)].shard.withLock { body(&$0) }
  }

  private func place(_ bits: UInt64, _ row: Int) -> Place {
    Place(shard: Int32(bits & UInt64(Self.shardCount - 1)), row: Int32(truncatingIfNeeded: row))
  }

  /// The account's cell; read from below where no transaction has looked at it.
  private func place(_ address: Address) throws(StateReadError) -> Place {
    let bits = address.mixedBits
    if let row = withShard(bits, { $0.accountRow(address, bits) }) { return place(bits, row) }
    let account = try base.account(address)
    return place(bits, withShard(bits) { $0.insert(address, bits, account) })
  }

  private func place(_ address: Address, _ slot: UInt256) throws(StateReadError) -> Place {
    let bits = Self.bits(address, slot)
    if let row = withShard(bits, { $0.slotRow(address, slot, bits) }) { return place(bits, row) }
    let value = try base.storage(address, slot)
    return place(bits, withShard(bits) { $0.insert(address, slot, bits, value) })
  }
}

extension AccountEffect {
  /// Whether the account the transaction finds matters: for its outcome, or for what it leaves.
  fileprivate var concernsState: Bool {
    !observed.isEmpty || !requiredBalance.isZero || exists || changesAnything
  }
}
