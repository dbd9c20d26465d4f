import EVMState
import EthereumTypes
import Synchronization

/// The multi-version memory of Block-STM: for each location what the last execution of each transaction wrote, or the
/// estimate that it will write there again.
///
/// Changes of accounts are kept as differences where they do not depend on what was there, as engines of this kind do
/// for fees and value received.
final class STMMemory: Sendable {
  private struct Version: Sendable {
    let index: Int
    var value: UInt256
    var isEstimate = false
  }

  private struct Slot: Hashable {
    let address: Address
    let key: UInt256

    var bits: UInt64 { address.mixedBits ^ key.mixedBits &* 0x9E37_79B9_7F4A_7C15 }

    func hash(into hasher: inout Hasher) { hasher.combine(bits) }
  }

  private struct Shard {
    var accounts: [Address: STMAccountVersions] = [:]
    var slots: [Slot: [Version]] = [:]
  }

  private final class LockedShard: Sendable {
    let shard = Mutex(Shard())
  }

  /// What a transaction finds: a value, or that it depends on another that will run again.
  enum Found<Value> {
    case value(Value)
    case estimate(by: Int)
  }

  let base: any StateReader
  private let shards = (0..<64).map { _ in LockedShard() }
  private let codes = Mutex<[Hash32: Bytes]>([:])
  private let hasRemovals = Atomic<Bool>(false)

  init(base: any StateReader) { self.base = base }

  private func withShard<Result>(_ address: Address, _ body: (inout Shard) -> Result) -> Result {
    shards[Int(address.mixedBits & 63)].shard.withLock { body(&$0) }
  }

  private func withShard<Result>(_ slot: Slot, _ body: (inout Shard) -> Result) -> Result {
    shards[Int(slot.bits & 63)].shard.withLock { body(&$0) }
  }

  // MARK: Reading

  /// The account as transaction `index` finds it.
  func account(_ address: Address, before index: Int) throws(StateReadError) -> Found<Account?> {
    let base = try base.account(address)
    return withShard(address) { shard in
      shard.accounts[address]?.account(before: index, over: base) ?? .value(base)
    }
  }

  /// The slot as transaction `index` finds it.
  func storage(
    _ address: Address, _ slot: UInt256, before index: Int
  ) throws(StateReadError) -> Found<UInt256> {
    let slot = Slot(address: address, key: slot)
    let version = withShard(slot) { $0.slots[slot]?.last { $0.index < index } }
    if let version, version.isEstimate { return .estimate(by: version.index) }
    if let removal = removal(of: address, before: index), removal > version?.index ?? -1 {
      return .value(.zero)
    }
    if let version { return .value(version.value) }
    return .value(try base.storage(address, slot.key))
  }

  private func removal(of address: Address, before index: Int) -> Int? {
    guard hasRemovals.load(ordering: .acquiring) else { return nil }
    return withShard(address) { $0.accounts[address]?.destruction(before: index) }
  }

  func hasStorage(_ address: Address, before index: Int) throws(StateReadError) -> Bool {
    if removal(of: address, before: index) != nil { return false }
    return try base.hasStorage(address)
  }

  func code(_ hash: Hash32) throws(StateReadError) -> Bytes {
    if let code = codes.withLock({ $0[hash] }) { return code }
    return try base.code(hash)
  }

  // MARK: Writing

  /// Replaces what the last execution of transaction `index` wrote.
  ///
  /// - Returns: whether later transactions may have been validated against something else: a location is written that
  ///   was not before, or a credit that counted as an estimate is another one now.
  func record(_ effects: TransactionEffects, replacing old: TransactionEffects, index: Int) -> Bool {
    // Codes first: who finds an account that has one must find the code.
    if !effects.deployedCodes.isEmpty {
      codes.withLock { $0.merge(effects.deployedCodes) { known, _ in known } }
    }
    var isNew = false
    for effect in effects.accounts where effect.changesAnything {
      if effect.isDestroyed { hasRemovals.store(true, ordering: .releasing) }
      let replaced = withShard(effect.address) {
        $0.accounts[effect.address, default: STMAccountVersions()].put(effect, by: index)
      }
      isNew =
        isNew || replaced.map { $0.isCredit && !(effect.isCredit && effect.balance == $0.balance) } ?? true
    }
    for slot in effects.slots where slot.before != slot.after {
      let place = Slot(address: slot.address, key: slot.key)
      let version = Version(index: index, value: slot.after)
      let isFirst = withShard(place) { Self.put(version, in: &$0.slots[place, default: []]) }
      isNew = isNew || isFirst
    }
    return removeStale(effects, old, index) || isNew
  }

  /// Returns whether there was none of that transaction.
  private static func put(_ version: Version, in versions: inout [Version]) -> Bool {
    var position = versions.count
    while position > 0, versions[position - 1].index > version.index { position -= 1 }
    if position > 0, versions[position - 1].index == version.index {
      versions[position - 1] = version
      return false
    }
    versions.insert(version, at: position)
    return true
  }

  /// Returns whether a credit goes.
  private func removeStale(
    _ effects: TransactionEffects, _ old: TransactionEffects, _ index: Int
  ) -> Bool {
    guard !old.accounts.isEmpty else { return false }
    var removesCredit = false
    let accounts = Set(effects.accounts.lazy.filter(\.changesAnything).map(\.address))
    for effect in old.accounts where effect.changesAnything && !accounts.contains(effect.address) {
      withShard(effect.address) { $0.accounts[effect.address]?.remove(index) }
      removesCredit = removesCredit || effect.isCredit
    }
    let slots = Set(
      effects.slots.lazy.filter { $0.before != $0.after }.map { Slot(address: $0.address, key: $0.key) })
    for slot in old.slots where slot.before != slot.after {
      let place = Slot(address: slot.address, key: slot.key)
      if !slots.contains(place) { withShard(place) { $0.slots[place]?.removeAll { $0.index == index } } }
    }
    return removesCredit
  }

  /// Turns what an aborted execution wrote into estimates.
  func markEstimates(_ effects: TransactionEffects, index: Int) {
    for effect in effects.accounts where effect.changesAnything {
      withShard(effect.address) { $0.accounts[effect.address]?.markEstimate(index) }
    }
    for slot in effects.slots where slot.before != slot.after {
      let place = Slot(address: slot.address, key: slot.key)
      withShard(place) { Self.mark(index, in: &$0.slots[place, default: []]) }
    }
  }

  private static func mark(_ index: Int, in versions: inout [Version]) {
    if let position = versions.lastIndex(where: { $0.index == index }) {
      versions[position].isEstimate = true
    }
  }
}
