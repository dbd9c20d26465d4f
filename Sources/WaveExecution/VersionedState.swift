import EVMState
import EthereumTypes
import Synchronization

/// The state of a block while its transactions run in any order: for each account and slot, what each transaction
/// that has run so far did to it.
///
/// Transaction `i` reads the last version before `i`, and the state before the block where there is none. Changes that
/// do not depend on the old value (credits, debits covered by a bound) are kept as differences and added up when
/// somebody reads, or when they become final.
///
/// Sharded by key; every shard is a lock around plain tables. Reads and writes may come from any thread.
final class VersionedState: Sendable {
  private struct AccountVersion {
    let index: Int
    let effect: AccountEffect
    /// The account behind this version, once all transactions before it are final.
    var isFinal = false
    var account: Account?
  }

  private struct SlotVersion {
    let index: Int
    let value: UInt256
  }

  private struct SlotKey: Hashable {
    let address: Address
    let key: UInt256

    func hash(into hasher: inout Hasher) { hasher.combine(bits) }
    var bits: UInt64 { address.mixedBits ^ (key.mixedBits &* 0x9E37_79B9_7F4A_7C15) }
  }

  private struct Shard {
    var accounts: [Address: [AccountVersion]] = [:]
    var slots: [SlotKey: [SlotVersion]] = [:]
    var codes: [Hash32: Bytes] = [:]
  }

  /// `Mutex` cannot be copied into an array, so each stands in an object of its own.
  private final class LockedShard: Sendable {
    let shard = Mutex(Shard())
  }

  /// The state before the first transaction; must not change meanwhile.
  let base: any StateReader
  private let shards: [LockedShard]
  /// Set once any transaction removes an account: from then on slot reads must look for that.
  private let hasRemovals = Atomic<Bool>(false)

  init(base: any StateReader) {
    self.base = base
    shards = (0..<64).map { _ in LockedShard() }
  }

  private func shard(_ bits: UInt64) -> LockedShard { shards[Int(bits >> 58)] }

  // MARK: Reading

  /// The account as transaction `index` finds it.
  func account(_ address: Address, before index: Int) throws(StateReadError) -> Account? {
    let (isFinal, found, pending) = shard(address.mixedBits).shard.withLock {
      shard -> (Bool, Account?, [AccountEffect]) in
      guard let versions = shard.accounts[address] else { return (false, nil, []) }
      var last = versions.count
      while last > 0, versions[last - 1].index >= index { last -= 1 }
      var first = last
      while first > 0, !versions[first - 1].isFinal { first -= 1 }
      return (
        first > 0, first > 0 ? versions[first - 1].account : nil, versions[first..<last].map(\.effect)
      )
    }
    var account = isFinal ? found : try base.account(address)
    for effect in pending { account = effect.applied(to: account) }
    return account
  }

  /// The slot as transaction `index` finds it.
  func storage(_ address: Address, _ key: UInt256, before index: Int) throws(StateReadError) -> UInt256 {
    let slotKey = SlotKey(address: address, key: key)
    let found = shard(slotKey.bits).shard.withLock { shard -> SlotVersion? in
      shard.slots[slotKey]?.last { $0.index < index }
    }
    if hasRemovals.load(ordering: .acquiring), let removal = lastRemoval(of: address, before: index),
      removal >= found?.index ?? -1
    {
      return .zero
    }
    if let found { return found.value }
    return try base.storage(address, key)
  }

  private func lastRemoval(of address: Address, before index: Int) -> Int? {
    shard(address.mixedBits).shard.withLock { shard in
      shard.accounts[address]?.last { $0.index < index && $0.effect.isDestroyed }?.index
    }
  }

  /// Whether the account has storage as transaction `index` finds it. What a transaction of this block wrote does not
  /// count: an account that ran code has a nonce or code, and collides anyway.
  func hasStorage(_ address: Address, before index: Int) throws(StateReadError) -> Bool {
    if hasRemovals.load(ordering: .acquiring), lastRemoval(of: address, before: index) != nil { return false }
    return try base.hasStorage(address)
  }

  func code(_ hash: Hash32) throws(StateReadError) -> Bytes {
    if let code = shard(hash.word.mixedBits).shard.withLock({ $0.codes[hash] }) { return code }
    return try base.code(hash)
  }

  // MARK: Writing

  /// Makes what transaction `index` did visible to the transactions behind it.
  func publish(_ effects: TransactionEffects, index: Int) {
    for effect in effects.accounts where effect.changesAnything {
      if effect.isDestroyed { hasRemovals.store(true, ordering: .releasing) }
      shard(effect.address.mixedBits).shard.withLock { shard in
        Self.insert(
          AccountVersion(index: index, effect: effect), at: \.index,
          into: &shard.accounts[effect.address, default: []])
      }
    }
    for slot in effects.slots where slot.before != slot.after {
      let key = SlotKey(address: slot.address, key: slot.key)
      shard(key.bits).shard.withLock { shard in
        Self.insert(
          SlotVersion(index: index, value: slot.after), at: \.index, into: &shard.slots[key, default: []])
      }
    }
    for (hash, code) in effects.deployedCodes {
      shard(hash.word.mixedBits).shard.withLock { $0.codes[hash] = code }
    }
  }

  /// Versions stand in block order; most arrive in that order too.
  private static func insert<Version>(
    _ version: Version, at index: KeyPath<Version, Int>, into versions: inout [Version]
  ) {
    var position = versions.count
    while position > 0, versions[position - 1][keyPath: index] > version[keyPath: index] { position -= 1 }
    versions.insert(version, at: position)
  }

  /// Takes back what transaction `index` published.
  func retract(_ effects: TransactionEffects, index: Int) {
    for effect in effects.accounts where effect.changesAnything {
      shard(effect.address.mixedBits).shard.withLock { shard in
        shard.accounts[effect.address]?.removeAll { $0.index == index }
      }
    }
    for slot in effects.slots where slot.before != slot.after {
      let key = SlotKey(address: slot.address, key: slot.key)
      shard(key.bits).shard.withLock { shard in
        shard.slots[key]?.removeAll { $0.index == index }
      }
    }
  }

  // MARK: Committing

  /// Makes what transaction `index` published final, if it holds: all its predecessors are final already.
  ///
  /// The parts of accounts that the transaction changed without observing them are brought up to date in `effects`, so
  /// that they say what a serial run would have said.
  ///
  /// - Returns: false, with nothing made final, where the transaction observed a value that is not the right one.
  func settle(_ effects: inout TransactionEffects, index: Int) throws(StateReadError) -> Bool {
    for slot in effects.slots where try storage(slot.address, slot.key, before: index) != slot.before {
      return false
    }
    for position in effects.accounts.indices where effects.accounts[position].concernsState {
      let found = try account(effects.accounts[position].address, before: index)
      guard effects.accounts[position].holds(for: found) else { return false }
      effects.accounts[position].before = found
    }
    for effect in effects.accounts where effect.changesAnything { finalize(effect, index: index) }
    return true
  }

  private func finalize(_ effect: AccountEffect, index: Int) {
    var version = AccountVersion(index: index, effect: effect)
    version.isFinal = true
    version.account = effect.applied(to: effect.before)
    shard(effect.address.mixedBits).shard.withLock { shard in
      if let position = shard.accounts[effect.address]?.lastIndex(where: { $0.index == index }) {
        shard.accounts[effect.address]?[position] = version
      } else {
        Self.insert(version, at: \.index, into: &shard.accounts[effect.address, default: []])
      }
    }
  }
}

extension AccountEffect {
  /// Whether the account the transaction finds matters: for its outcome, or for what it leaves.
  fileprivate var concernsState: Bool {
    !observed.isEmpty || !requiredBalance.isZero || exists || changesAnything
  }
}
