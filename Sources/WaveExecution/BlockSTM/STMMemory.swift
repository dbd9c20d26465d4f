import EVMState
import EthereumTypes
import Synchronization

/// The multi-version memory of Block-STM: for each location what the last execution of each transaction wrote, or the
/// estimate that it will write there again.
///
/// Changes of accounts are kept as differences where they do not depend on what was there, as engines of this kind do
/// for fees and value received. Versions are never folded: reading takes time linear in the versions of an account.
final class STMMemory: Sendable {
  private struct Version<Change: Sendable>: Sendable {
    let index: Int
    var change: Change
    var isEstimate = false
  }

  private struct Slot: Hashable {
    let address: Address
    let key: UInt256

    var bits: UInt64 { address.mixedBits ^ key.mixedBits &* 0x9E37_79B9_7F4A_7C15 }

    func hash(into hasher: inout Hasher) { hasher.combine(bits) }
  }

  private struct Shard {
    var accounts: [Address: [Version<AccountEffect>]] = [:]
    var slots: [Slot: [Version<UInt256>]] = [:]
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

  /// The account as transaction `index` finds it. The estimate of a mere credit counts for its value: whether the
  /// reader minds is seen when it is validated.
  func account(_ address: Address, before index: Int) throws(StateReadError) -> Found<Account?> {
    let before = try base.account(address)
    return withShard(address) { shard in
      var account = before
      for version in shard.accounts[address] ?? [] {
        if version.index >= index { break }
        if version.isEstimate, !version.change.isCredit { return .estimate(by: version.index) }
        account = version.change.applied(to: account)
      }
      return .value(account)
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
    if let version { return .value(version.change) }
    return .value(try base.storage(address, slot.key))
  }

  private func removal(of address: Address, before index: Int) -> Int? {
    guard hasRemovals.load(ordering: .acquiring) else { return nil }
    return withShard(address) {
      $0.accounts[address]?.last { $0.index < index && $0.change.isDestroyed }?.index
    }
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
      let change = Version(index: index, change: effect)
      let replaced = withShard(effect.address) {
        Self.put(change, in: &$0.accounts[effect.address, default: []])
      }
      isNew =
        isNew || replaced.map { $0.isCredit && !(effect.isCredit && effect.balance == $0.balance) } ?? true
    }
    for slot in effects.slots where slot.before != slot.after {
      let place = Slot(address: slot.address, key: slot.key)
      let change = Version(index: index, change: slot.after)
      let replaced = withShard(place) { Self.put(change, in: &$0.slots[place, default: []]) }
      isNew = isNew || replaced == nil
    }
    return removeStale(effects, old, index) || isNew
  }

  /// Returns what it replaces.
  private static func put<Change>(
    _ version: Version<Change>, in versions: inout [Version<Change>]
  ) -> Change? {
    var position = versions.count
    while position > 0, versions[position - 1].index > version.index { position -= 1 }
    if position > 0, versions[position - 1].index == version.index {
      let replaced = versions[position - 1].change
      versions[position - 1] = version
      return replaced
    }
    versions.insert(version, at: position)
    return nil
  }

  /// Returns whether a credit goes.
  private func removeStale(
    _ effects: TransactionEffects, _ old: TransactionEffects, _ index: Int
  ) -> Bool {
    guard !old.accounts.isEmpty else { return false }
    var removesCredit = false
    let accounts = Set(effects.accounts.lazy.filter(\.changesAnything).map(\.address))
    for effect in old.accounts where effect.changesAnything && !accounts.contains(effect.address) {
      withShard(effect.address) { $0.accounts[effect.address]?.removeAll { $0.index == index } }
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
      withShard(effect.address) { Self.mark(index, in: &$0.accounts[effect.address, default: []]) }
    }
    for slot in effects.slots where slot.before != slot.after {
      let place = Slot(address: slot.address, key: slot.key)
      withShard(place) { Self.mark(index, in: &$0.slots[place, default: []]) }
    }
  }

  private static func mark<Change>(_ index: Int, in versions: inout [Version<Change>]) {
    if let position = versions.lastIndex(where: { $0.index == index }) {
      versions[position].isEstimate = true
    }
  }
}

extension AccountEffect {
  /// Whether it only adds to the balance.
  fileprivate var isCredit: Bool {
    guard case .add = balance else { return false }
    return nonce == nil && codeHash == nil && !isCreated && !isDestroyed
  }
}
