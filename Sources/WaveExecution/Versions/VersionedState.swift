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
  /// Tables kept from block to block. What lies in memory below has its versions by row, everything else by hash.
  @safe
  final class Tables: @unchecked Sendable {
    let accountLists = RowLists<AccountChange>()
    let slotLists = RowLists<SlotChange>()
    let accounts = CellTable<Address, AccountCell>()
    let slots = CellTable<SlotKey, SlotCell>()
    /// Numbers the blocks. Changed by `begin` alone.
    private(set) var round: UInt64 = 0

    /// Forgets everything and makes ready for a block that looks at about so many slots.
    func begin(on rows: StateRows?, expecting slots: Int) {
      round += 1
      accountLists.reserve(rows?.accountCount ?? 0)
      slotLists.reserve(rows?.slotCount ?? 0)
      let share = rows == nil ? 1 : 4
      accounts.reset(expecting: slots / (2 * share))
      self.slots.reset(expecting: slots / share)
    }
  }

  /// The state before the first transaction; must not change meanwhile.
  let base: any StateReader
  /// The state behind the last final transaction, the committer's.
  let state: MemoryState
  /// Where most of it lies, if that is in memory, and what is kept by row.
  let rows: StateRows?
  let accountLists: RowLists<AccountChange>.Lists
  let slotLists: RowLists<SlotChange>.Lists
  /// Whose is what transactions are predicted to change; nil where that is not known. As long as nothing else is
  /// changed, versions are made, and looked for, only of what several transactions have to do with: all else would travel
  /// between cores for nothing.
  ///
  /// A transaction shows nobody what it does to its own. Whoever looks at them all the same compares what it saw with
  /// the state behind the last final transaction, when its turn comes. That everybody else does so, and for nothing but the
  /// owner's number, is what makes this right whatever was predicted.
  let accountOwners: LocationOwners.View?
  let slotOwners: LocationOwners.View?
  let coinbase: Address
  /// What transactions are known to add to only.
  let rules: IncrementRules?
  /// What is kept by hash.
  private let hashedAccounts: CellTable<Address, AccountCell>
  private let hashedSlots: CellTable<SlotKey, SlotCell>
  /// The block's number among those that the tables have seen.
  let round: UInt64
  /// Where the committer keeps the fee recipient.
  let finality: Finality
  private let codes = Mutex<[Hash32: Bytes]>([:])
  /// Set once any transaction deploys code.
  private let hasCodes = Atomic<Bool>(false)
  /// Set once any transaction removes an account: from then on slot reads must look for that.
  private let removals = Atomic<Bool>(false)
  /// Set once anything is changed that nobody was predicted to change.
  private let surprises = Atomic<Bool>(false)

  /// Begins a block.
  ///
  /// - Parameters:
  ///   - base: the state before the first transaction.
  ///   - state: the same; what becomes of it.
  ///   - coinbase: the fee recipient.
  ///   - rules: what transactions are known to add to only.
  ///   - finality: where the committer keeps the fee recipient.
  ///   - footprints: what transactions are predicted to look at and to change; they must outlive this.
  ///   - tables: to work in; no other block may use them meanwhile.
  ///   - expecting: about how many slots will be looked at.
  init(
    base: any StateReader, state: MemoryState, coinbase: Address, rules: IncrementRules?,
    footprints: Footprints?,
    finality: Finality, tables: Tables, expecting: Int
  ) {
    self.base = base
    self.state = state
    let rows = unsafe StateRows(base)
    tables.begin(on: rows, expecting: expecting)
    let accountLists = tables.accountLists.lists(of: rows?.accountCount ?? 0)
    let slotLists = tables.slotLists.lists(of: rows?.slotCount ?? 0)
    // Without room for all of them there are none.
    self.rows = accountLists != nil && slotLists != nil ? rows : nil
    let isKnown = self.rows.map { footprints?.fits($0) ?? false } ?? false
    accountOwners = isKnown ? footprints?.accountOwners.view : nil
    slotOwners = isKnown ? footprints?.slotOwners.view : nil
    self.accountLists = accountLists ?? RowLists.noLists
    self.slotLists = slotLists ?? RowLists.noLists
    self.coinbase = coinbase
    self.rules = rules
    self.finality = finality
    hashedAccounts = tables.accounts
    hashedSlots = tables.slots
    round = tables.round
  }

  // MARK: Finding

  /// Whether it is known what transactions are predicted to look at and to change.
  var knowsOwners: Bool { accountOwners != nil }

  /// The account's row below, −1 for none.
  @inline(__always)
  func row(of address: Address) -> Int { rows?.accountRow(address) ?? -1 }

  /// The account's cell; looked up below where no transaction has done so.
  ///
  /// - Parameter row: the account's.
  @inline(__always)
  func cell(_ address: Address, at row: Int, _ arena: Arena) throws(StateReadError) -> AccountCell {
    if let rows, row >= 0 { return unsafe AccountCell(row: rows.account(row), list: accountLists[row]) }
    return try hashedCell(address, arena) { () throws(StateReadError) in try base.account(address) }
  }

  /// The cell of an account that a transaction has found, made if there is none yet.
  @unsafe @inline(__always)
  func cell(
    of place: UnsafeMutablePointer<AccountPlace>, _ effect: AccountEffectInPlace, _ arena: Arena
  ) -> AccountCell {
    if let cell = unsafe place.pointee.cell { return cell }
    let cell = hashedCell(effect.address, arena) { effect.before }
    unsafe place.pointee.cell = cell
    return cell
  }

  /// What transaction `index` has in common with others at an account.
  ///
  /// - Parameter row: the account's.
  @inline(__always)
  func sharing(_ address: Address, at row: Int, by index: Int) -> Sharing {
    accountOwners?.sharing(row, else: address.mixedBits, by: index) ?? .shared
  }

  /// What transaction `index` has in common with others at a slot.
  ///
  /// - Parameter row: the slot's.
  @inline(__always)
  func sharing(_ address: Address, _ slot: UInt256, at row: Int, by index: Int) -> Sharing {
    slotOwners?.sharing(row, else: SlotKey(address: address, slot: slot).mixedBits, by: index) ?? .shared
  }

  /// The slot's row below, −1 for none.
  ///
  /// - Parameter account: the account's row.
  @inline(__always)
  func row(of slot: UInt256, in account: Int) -> Int {
    guard account >= 0, let rows else { return -1 }
    return rows.slotRow(account, slot)
  }

  /// The slot's cell; looked up below where no transaction has done so.
  ///
  /// - Parameter row: the slot's.
  @inline(__always)
  func cell(
    _ address: Address, _ slot: UInt256, at row: Int, _ arena: Arena
  ) throws(StateReadError) -> SlotCell {
    if let rows, row >= 0 { return unsafe SlotCell(row: rows.slot(row), list: slotLists[row]) }
    return try hashedCell(SlotKey(address: address, slot: slot), arena) { () throws(StateReadError) in
      try base.storage(address, slot)
    }
  }

  /// The cell of a slot that a transaction has found, made if there is none yet.
  @unsafe @inline(__always)
  func cell(
    of place: UnsafeMutablePointer<SlotPlace>, _ effect: borrowing SlotEffect, _ arena: Arena
  ) -> SlotCell {
    if let cell = unsafe place.pointee.cell { return cell }
    let before = effect.before
    let cell = hashedCell(SlotKey(address: effect.address, slot: effect.key), arena) { before }
    unsafe place.pointee.cell = cell
    return cell
  }

  /// An account before the block, whose row below is known.
  @inline(__always)
  func baseAccount(_ address: Address, at row: Int) throws(StateReadError) -> Account? {
    if let rows {
      if row >= 0 { return unsafe rows.account(row).pointee.account }
      if rows.isWhole { return nil }
    }
    return try base.account(address)
  }

  /// A slot before the block, whose row below is known.
  @inline(__always)
  func baseStorage(_ address: Address, _ slot: UInt256, at row: Int) throws(StateReadError) -> UInt256 {
    if let rows {
      if row >= 0 { return unsafe rows.slot(row).pointee.value }
      if rows.isWhole { return .zero }
    }
    return try base.storage(address, slot)
  }

  /// The cell of an account that has no row.
  ///
  /// - Parameter before: gives the account before the block.
  private func hashedCell<Failure: Error>(
    _ address: Address, _ arena: Arena, _ before: () throws(Failure) -> Account?
  ) throws(Failure) -> AccountCell {
    let bits = address.mixedBits
    if let cell = hashedAccounts.find(bits, address) { return cell }
    let row = unsafe arena.allocate(StoredAccount.self)
    unsafe row.initialize(to: StoredAccount(address: address, account: try before()))
    let list = unsafe arena.allocate(AccountCell.List.self)
    unsafe list.initialize(to: AccountCell.List())
    let cell = unsafe AccountCell(row: UnsafePointer(row), list: UnsafePointer(list))
    return hashedAccounts.insert(bits, address, cell, in: arena)
  }

  /// The cell of a slot that has no row.
  ///
  /// - Parameter before: gives the value before the block.
  private func hashedCell<Failure: Error>(
    _ key: SlotKey, _ arena: Arena, _ before: () throws(Failure) -> UInt256
  ) throws(Failure) -> SlotCell {
    let bits = key.mixedBits
    if let cell = hashedSlots.find(bits, key) { return cell }
    let row = unsafe arena.allocate(StoredSlot.self)
    unsafe row.initialize(to: StoredSlot(key: key.slot, value: try before()))
    let list = unsafe arena.allocate(SlotCell.List.self)
    unsafe list.initialize(to: SlotCell.List())
    let cell = unsafe SlotCell(row: UnsafePointer(row), list: UnsafePointer(list))
    return hashedSlots.insert(bits, key, cell, in: arena)
  }

  /// The account's cell, where there is one already.
  private func knownCell(_ address: Address) -> AccountCell? {
    if let rows {
      let row = rows.accountRow(address)
      if row >= 0 { return unsafe AccountCell(row: rows.account(row), list: accountLists[row]) }
    }
    return hashedAccounts.find(address.mixedBits, address)
  }

  // MARK: For the committer

  /// An account as the transaction next in line finds it, given the version it finds.
  @unsafe
  func finalAccount(
    _ cell: AccountCell, _ sharing: Sharing, _ version: AccountCell.List.Pointer?
  ) throws(StateReadError) -> Account? {
    if cell.address == coinbase, let latest = finality.coinbase { return latest }
    if sharing == .foreign { return try state.account(cell.address) }
    return unsafe cell.account(behind: version)
  }

  /// The value of a slot as transaction `index`, the next in line, finds it, given the version it finds.
  @unsafe
  func finalValue(
    _ cell: SlotCell, _ sharing: Sharing, of address: Address, _ version: SlotCell.List.Pointer?,
    before index: Int
  ) throws(StateReadError) -> UInt256 {
    if sharing == .foreign { return try state.storage(address, cell.key) }
    return unsafe value(cell, of: address, version, before: index)
  }

  // MARK: The fee recipient

  /// The fee recipient behind the last final transaction.
  func latestCoinbase() throws(StateReadError) -> Account? {
    if let latest = finality.coinbase { return latest }
    return try state.account(coinbase)
  }

  /// Notes what a final transaction left of the fee recipient.
  func setCoinbase(_ account: Account?) { finality.coinbase = .some(account) }

  /// Puts what is left of the fee recipient in the state behind the block.
  func settleCoinbase() {
    guard let latest = finality.coinbase, let account = latest else { return }
    state.set(coinbase, account, wipesStorage: false)
  }

  // MARK: Reading

  /// Whether any transaction has removed an account.
  var hasRemovals: Bool {
    @inline(__always) get { removals.load(ordering: .acquiring) }
  }

  /// Whether anything was changed that nobody was predicted to change.
  var hasSurprises: Bool {
    @inline(__always) get { surprises.load(ordering: .acquiring) }
  }

  /// Notes that something is changed that nobody was predicted to change; before a version of it is there.
  func noteSurprise() { surprises.store(true, ordering: .sequentiallyConsistent) }

  /// Notes that a transaction removes an account.
  func noteRemoval() { removals.store(true, ordering: .releasing) }

  /// The last transaction before `index` that took the account's storage away, −1 for none.
  func lastWipe(of address: Address, before index: Int) -> Int32 {
    guard hasRemovals, let cell = knownCell(address) else { return -1 }
    return cell.lastWipe(before: index, in: round)
  }

  /// The value of a slot of an account for transaction `index`, given the version it finds. An account removed and made
  /// again has what was written since.
  @unsafe @inline(__always)
  func value(
    _ cell: SlotCell, of address: Address, _ version: SlotCell.List.Pointer?, before index: Int
  ) -> UInt256 {
    var value = cell.base
    if let version = unsafe version {
      guard let known = unsafe version.pointee.change.value else {
        return unsafe sum(cell, of: address, version, before: index)
      }
      value = known
    }
    if hasRemovals {
      let wiped = lastWipe(of: address, before: index)
      let written = unsafe version.map { unsafe $0.pointee.index } ?? -1
      if wiped > written { return .zero }
    }
    return value
  }

  /// The value behind a version that only adds. Where all transactions before are final there is none such.
  private func sum(
    _ cell: SlotCell, of address: Address, _ version: SlotCell.List.Pointer, before index: Int
  ) -> UInt256 {
    var sum = UInt256.zero
    var next: SlotCell.List.Pointer? = unsafe version
    while let found = unsafe next, unsafe found.pointee.change.value == nil {
      unsafe sum &+= found.pointee.change.delta
      unsafe next = cell.predecessor(of: found)
    }
    return unsafe value(cell, of: address, next, before: index) &+ sum
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
