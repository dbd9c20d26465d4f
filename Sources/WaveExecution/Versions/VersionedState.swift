import EVMState
import EthereumTypes
import Synchronization

/// The state of a block while its transactions run in any order: for each location its value before the block and the
/// versions that transactions left, in block order.
///
/// Readers and writers need no locks but for a few instructions where two write to one location at once. Changes that
/// do not depend on the old value (credits, debits covered by a bound) stay differences until all transactions before
/// them are final. The state below is asked for each location once.
///
/// The fee recipient is credited by every transaction and looked at by hardly any: its changes become visible when
/// they are final, and until then everyone sees it as it was before the block. Who minds is found out and runs again.
final class VersionedState: @unchecked Sendable {
  typealias Accounts = CellTable<Address, AccountVersions>
  typealias Slots = CellTable<SlotKey, SlotVersions>

  /// Tables kept from block to block.
  struct Tables: Sendable {
    let accounts = Accounts()
    let slots = Slots()
  }

  /// The state before the first transaction; must not change meanwhile.
  let base: any StateReader
  /// Where most of it lies, if that is in memory.
  let bottom: MemoryState?
  let coinbase: Address
  /// What transactions are known to add to only.
  let rules: IncrementRules?
  let accounts: Accounts
  let slots: Slots
  /// Where the committer keeps the fee recipient.
  let finality: Finality
  private let codes = Mutex<[Hash32: Bytes]>([:])
  /// Set once any transaction deploys code.
  private let hasCodes = Atomic<Bool>(false)
  /// Set once any transaction removes an account: from then on slot reads must look for that.
  private let removals = Atomic<Bool>(false)

  /// Begins a block.
  ///
  /// - Parameters:
  ///   - base: the state before the first transaction.
  ///   - coinbase: the fee recipient.
  ///   - rules: what transactions are known to add to only.
  ///   - finality: where the committer keeps the fee recipient.
  ///   - tables: to work in; no other block may use them meanwhile.
  ///   - expecting: about how many slots will be looked at.
  init(
    base: any StateReader, coinbase: Address, rules: IncrementRules?, finality: Finality, tables: Tables,
    expecting: Int
  ) {
    self.base = base
    bottom = (base as? MemoryState)?.bottom
    self.coinbase = coinbase
    self.rules = rules
    self.finality = finality
    accounts = tables.accounts
    slots = tables.slots
    accounts.reset(expecting: expecting / 2)
    slots.reset(expecting: expecting)
  }

  // MARK: Finding

  /// The account's cell; read from below where no transaction has looked at it.
  @unsafe @inline(__always)
  func cell(_ address: Address, _ arena: Arena) throws(StateReadError) -> Accounts.Pointer {
    let bits = address.mixedBits
    if let cell = unsafe accounts.find(bits, address) { return unsafe cell }
    let account = try base.account(address)
    return unsafe accounts.insert(bits, address, AccountVersions(base: account), in: arena)
  }

  /// The slot's cell; read from below where no transaction has looked at it.
  @unsafe @inline(__always)
  func cell(_ address: Address, _ slot: UInt256, _ arena: Arena) throws(StateReadError) -> Slots.Pointer {
    let key = SlotKey(address: address, slot: slot)
    let bits = key.mixedBits
    if let cell = unsafe slots.find(bits, key) { return unsafe cell }
    let value = try base.storage(address, slot)
    return unsafe slots.insert(bits, key, SlotVersions(base: value), in: arena)
  }

  // MARK: The fee recipient

  /// An account as the transaction next in line finds it. For the committer.
  @unsafe
  func finalAccount(_ cell: Accounts.Pointer, before index: Int) -> Account? {
    if unsafe cell.pointee.key == coinbase, let latest = finality.coinbase { return latest }
    return unsafe cell.pointee.content.account(before: index)
  }

  /// Notes what a final transaction left of the fee recipient.
  func setCoinbase(_ account: Account?) { finality.coinbase = .some(account) }

  /// Puts what is left of the fee recipient in the state behind the block.
  func settleCoinbase(on state: MemoryState) {
    guard let latest = finality.coinbase, let account = latest else { return }
    state.set(coinbase, account, wipesStorage: false)
  }

  // MARK: Reading

  /// Whether any transaction has removed an account.
  var hasRemovals: Bool {
    @inline(__always) get { removals.load(ordering: .acquiring) }
  }

  /// Notes that a transaction removes an account.
  func noteRemoval() { removals.store(true, ordering: .releasing) }

  /// The last transaction before `index` that took the account's storage away, −1 for none.
  func lastWipe(of address: Address, before index: Int) -> Int32 {
    guard hasRemovals, let cell = unsafe accounts.find(address.mixedBits, address) else { return -1 }
    return unsafe cell.pointee.content.lastWipe(before: index)
  }

  /// The slot's value for transaction `index`, given the version it finds. An account removed and made again has
  /// what was written since.
  @unsafe @inline(__always)
  func value(_ cell: Slots.Pointer, _ version: SlotVersions.List.Pointer?, before index: Int) -> UInt256 {
    if let version = unsafe version, unsafe version.pointee.change.isSum {
      return unsafe sum(cell, version, before: index)
    }
    if hasRemovals {
      let wiped = unsafe lastWipe(of: cell.pointee.key.address, before: index)
      let written = unsafe version.map { unsafe $0.pointee.index } ?? -1
      if wiped > written { return .zero }
    }
    return unsafe version.map { unsafe $0.pointee.change.word } ?? cell.pointee.content.base
  }

  /// The value behind a version that only adds. Where all transactions before are final there is none such.
  private func sum(
    _ cell: Slots.Pointer, _ version: SlotVersions.List.Pointer, before index: Int
  ) -> UInt256 {
    var sum = UInt256.zero
    var next: SlotVersions.List.Pointer? = unsafe version
    while let found = unsafe next, unsafe found.pointee.change.isSum {
      unsafe sum &+= found.pointee.change.word
      unsafe next = cell.pointee.content.list.predecessor(of: found)
    }
    return unsafe value(cell, next, before: index) &+ sum
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

  /// Makes codes known.
  func publish(_ deployed: [Hash32: Bytes]) {
    guard !deployed.isEmpty else { return }
    codes.withLock { $0.merge(deployed) { old, _ in old } }
    hasCodes.store(true, ordering: .releasing)
  }
}
