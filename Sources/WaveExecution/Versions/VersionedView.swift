import EVMState
import EthereumTypes

/// What one transaction sees of a `VersionedState`. Each worker has its own and moves it from transaction to
/// transaction. It notes where it found what, so that nothing need be looked up again when the transaction is
/// published and checked.
///
/// The sender's nonce is not read but foretold: in a valid block it is the one the transaction carries, and whether it
/// was is checked when the transaction becomes final. So a run of transactions from one sender is no chain.
@safe
final class VersionedView: StateReader, @unchecked Sendable {
  /// Memory for notes, which is kept from block to block.
  @safe
  final class Memory: @unchecked Sendable {
    // Invariant: points to one initialised value that this object owns; used by one view at a time.
    fileprivate let notes: UnsafeMutablePointer<Notes>

    init() {
      unsafe notes = .allocate(capacity: 1)
      unsafe notes.initialize(to: Notes())
    }

    deinit {
      unsafe notes.deinitialize(count: 1)
      unsafe notes.deallocate()
    }
  }

  /// What changes from transaction to transaction.
  @safe
  fileprivate struct Notes: ~Copyable {
    var coinbaseCell: AccountCell?
    var index = 0
    var sender = Address.zero
    var nonce: UInt64 = 0
    /// Whether all transactions before are final, so that everything is as it will be.
    var isExact = false
    /// The account last looked for and its row: what a contract reads is mostly its own.
    var latest = Address.zero
    var latestRow = -1
    /// Whether nothing but what nobody else changes has been looked at, and the fee recipient.
    var isQuiet = false
    /// Whether some of it is nobody's.
    var sawConstants = false
    var sawConstantSlots = false
    /// What was looked at, in that order.
    var accounts = PlainArray<AccountNote>(capacity: 64)
    var slots = PlainArray<SlotNote>(capacity: 256)
  }

  /// An account that was looked at.
  fileprivate struct AccountNote: BitwiseCopyable {
    let address: Address
    /// Its row below, −1 for none.
    let row: Int
    /// What the transaction has in common with others there.
    let sharing: Sharing
    /// Where it is and what was seen; nil where that is what was there before the block.
    let place: AccountPlace?
  }

  /// The same of a slot.
  fileprivate struct SlotNote: BitwiseCopyable {
    let address: Address
    let key: UInt256
    let row: Int
    let sharing: Sharing
    let place: SlotPlace?

    @inline(__always)
    func isOf(_ effect: borrowing SlotEffect) -> Bool {
      guard key == effect.key else { return false }
      return address == effect.address
    }
  }

  // Invariant: used by one worker only. What is noted lives in the arenas of the block. `storage` is that of `memory`;
  // behind a pointer, as checking each access for exclusivity takes about as long as a read.
  private let state: VersionedState
  private let arena: Arena
  private let coinbase: Address
  private let memory: Memory
  private let storage: UnsafeMutablePointer<Notes>

  /// A view that takes notes in `memory`, which no other one may use meanwhile.
  init(_ state: VersionedState, _ arena: Arena, _ memory: Memory) {
    self.state = state
    self.arena = arena
    self.memory = memory
    coinbase = state.coinbase
    unsafe storage = memory.notes
    notes.coinbaseCell = nil
    notes.latest = .zero
    notes.latestRow = state.row(of: .zero)
  }

  private var notes: Notes {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(storage) }
    @inline(__always) unsafeMutableAddress { unsafe storage }
  }

  /// Moves to transaction `index`, foretelling its sender's nonce.
  func move(to index: Int, sender: Address, nonce: UInt64) {
    notes.index = index
    notes.sender = sender
    notes.nonce = nonce
    notes.isExact = false
    notes.isQuiet = true
    notes.sawConstants = false
    notes.sawConstantSlots = false
    notes.accounts.removeAll()
    notes.slots.removeAll()
  }

  /// Moves to transaction `index`, all of whose predecessors are final.
  func moveExactly(to index: Int) {
    notes.index = index
    notes.isExact = true
    notes.isQuiet = false
    notes.accounts.removeAll()
    notes.slots.removeAll()
  }

  @inline(__always)
  private func row(of address: Address) -> Int {
    if address == notes.latest { return notes.latestRow }
    let row = state.row(of: address)
    notes.latest = address
    notes.latestRow = row
    return row
  }

  // MARK: StateReader

  // Inlined where the protocol is called through: each copy of an account costs about as much as finding it.
  @inline(__always)
  func account(_ address: Address) throws(StateReadError) -> Account? {
    if address == coinbase { return try readCoinbase() }
    let row = row(of: address)
    let sharing = state.sharing(address, at: row, by: notes.index)
    guard sharing.isQuiet, !notes.isExact, !state.hasSurprises else {
      return try versionedAccount(address, at: row, sharing)
    }
    let found = try state.baseAccount(address, at: row)
    if address == notes.sender, found != nil, found?.nonce != notes.nonce {
      return try versionedAccount(address, at: row, sharing)
    }
    if sharing == .constant { notes.sawConstants = true }
    notes.accounts.append(AccountNote(address: address, row: row, sharing: sharing, place: nil))
    return found
  }

  /// An account that others may have changed, or are not known not to.
  @inline(never)
  private func versionedAccount(
    _ address: Address, at row: Int, _ sharing: Sharing
  ) throws(StateReadError) -> Account? {
    notes.isQuiet = false
    let cell = try state.cell(address, at: row, arena)
    var place = AccountPlace(cell, sharing: sharing)
    var version: AccountCell.List.Pointer?
    // Before the version: what becomes final meanwhile may not be what is read.
    var isFinal = true
    if !place.sharing.isQuiet || state.hasSurprises {
      unsafe version = cell.last(before: notes.index, in: state.round)
      unsafe isFinal = version?.pointee.change.isFinal ?? true
    }
    var found =
      unsafe notes.isExact
      ? try state.finalAccount(cell, sharing, version) : cell.account(behind: version)
    if address == notes.sender, !notes.isExact, found != nil, found?.nonce != notes.nonce {
      // What is read is not what is there.
      found?.nonce = notes.nonce
    } else if isFinal, place.sharing != .foreign {
      unsafe place.note(version)
    }
    notes.accounts.append(AccountNote(address: address, row: row, sharing: place.sharing, place: place))
    return found
  }

  private func readCoinbase() throws(StateReadError) -> Account? {
    let cell = try coinbaseCell()
    notes.accounts.append(
      AccountNote(address: coinbase, row: -1, sharing: .shared, place: AccountPlace(cell, sharing: .shared)))
    if notes.isExact {
      return unsafe try state.finalAccount(cell, .shared, cell.last(before: notes.index, in: state.round))
    }
    guard coinbase == notes.sender else { return cell.base }
    notes.isQuiet = false
    var account = cell.base
    account?.nonce = notes.nonce
    return account
  }

  /// Where the fee recipient is. Nobody's own: it is kept from transaction to transaction.
  @inline(__always)
  private func coinbaseCell() throws(StateReadError) -> AccountCell {
    if let known = notes.coinbaseCell { return known }
    return try findCoinbase()
  }

  @inline(never)
  private func findCoinbase() throws(StateReadError) -> AccountCell {
    let cell = try state.cell(coinbase, at: row(of: coinbase), arena)
    notes.coinbaseCell = cell
    return cell
  }

  func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256 {
    let row = state.row(of: slot, in: row(of: address))
    let sharing = state.sharing(address, slot, at: row, by: notes.index)
    guard sharing.isQuiet, !notes.isExact, !state.hasSurprises, !state.hasRemovals else {
      return try versionedStorage(address, slot, at: row, sharing)
    }
    if sharing == .constant { notes.sawConstantSlots = true }
    notes.slots.append(SlotNote(address: address, key: slot, row: row, sharing: sharing, place: nil))
    return try state.baseStorage(address, slot, at: row)
  }

  /// A slot that others may have changed, or are not known not to.
  @inline(never)
  private func versionedStorage(
    _ address: Address, _ slot: UInt256, at row: Int, _ sharing: Sharing
  ) throws(StateReadError) -> UInt256 {
    notes.isQuiet = false
    let cell = try state.cell(address, slot, at: row, arena)
    var place = SlotPlace(cell, sharing: sharing)
    let version = unsafe cell.last(before: notes.index, in: state.round)
    // A sum may be another one in the end.
    if place.sharing != .foreign, unsafe version.map({ unsafe $0.pointee.change.value != nil }) ?? true {
      unsafe place.note(version)
    }
    notes.slots.append(
      SlotNote(address: address, key: slot, row: row, sharing: place.sharing, place: place))
    if notes.isExact {
      return unsafe try state.finalValue(cell, sharing, of: address, version, before: notes.index)
    }
    return unsafe state.value(cell, of: address, version, before: notes.index)
  }

  func code(_ hash: Hash32) throws(StateReadError) -> Bytes { try state.code(hash) }

  func blockHash(_ number: UInt64) throws(StateReadError) -> Hash32 { try state.base.blockHash(number) }

  func hasStorage(_ address: Address) throws(StateReadError) -> Bool {
    try state.hasStorage(address, before: notes.index)
  }

  // MARK: Where things are

  /// Whether the transaction has only had to do with what nobody else changes: it has looked at nothing else, and changes only its
  /// own. The fee recipient does not count.
  ///
  /// - Parameter effects: what it did; nothing in there that it has not looked at.
  func isQuiet(_ effects: inout TransactionEffects) -> Bool {
    guard notes.isQuiet, effects.deployedCodes.isEmpty else { return false }
    let changesOnlyOwn = effects.withAccountsInPlace { accounts in
      var next = 0
      for position in accounts.indices {
        let address = accounts[position].address
        if address == coinbase { continue }
        if accounts[position].startsOrEnds { return false }
        guard notes.sawConstants, accounts[position].changesAnything else { continue }
        guard let found = note(of: address, from: next), notes.accounts[found].sharing == .own else {
          return false
        }
        next = found &+ 1
      }
      return true
    }
    guard changesOnlyOwn, notes.sawConstantSlots else { return changesOnlyOwn }
    var next = 0
    for position in effects.slots.indices
    where effects.slots[position].before != effects.slots[position].after {
      guard let found = note(of: effects.slots[position], from: next), notes.slots[found].sharing == .own
      else {
        return false
      }
      next = found &+ 1
    }
    return true
  }

  /// The cells of the accounts and slots in `effects`, which are in about the order in which they were read.
  func places(of effects: inout TransactionEffects) throws(StateReadError) -> TransactionPlaces {
    let places = unsafe TransactionPlaces(
      accounts: arena.allocate(AccountPlace.self, count: effects.accounts.count),
      slots: arena.allocate(SlotPlace.self, count: effects.slots.count))
    var next = 0
    for position in effects.accounts.indices {
      let address = effects.accounts[position].address
      let found = note(of: address, from: next)
      if let found { next = found &+ 1 }
      unsafe (places.accounts + position).initialize(to: try place(of: address, noted: found))
    }
    next = 0
    for position in effects.slots.indices {
      let found = note(of: effects.slots[position], from: next)
      if let found { next = found &+ 1 }
      unsafe (places.slots + position).initialize(to: try place(of: effects.slots[position], noted: found))
    }
    return places
  }

  @inline(__always)
  private func place(of address: Address, noted found: Int?) throws(StateReadError) -> AccountPlace {
    guard let found else {
      if address == coinbase { return AccountPlace(try coinbaseCell(), sharing: .shared) }
      let row = row(of: address)
      return AccountPlace(
        try state.cell(address, at: row, arena),
        sharing: state.sharing(address, at: row, by: notes.index))
    }
    if let place = notes.accounts[found].place { return place }
    let (row, sharing) = (notes.accounts[found].row, notes.accounts[found].sharing)
    guard row >= 0 else { return AccountPlace(unplaced: sharing) }
    var place = AccountPlace(try state.cell(address, at: row, arena), sharing: sharing)
    unsafe place.note(nil)
    return place
  }

  @inline(__always)
  private func place(
    of effect: borrowing SlotEffect, noted found: Int?
  ) throws(StateReadError) -> SlotPlace {
    guard let found else {
      let row = state.row(of: effect.key, in: row(of: effect.address))
      let sharing = state.sharing(effect.address, effect.key, at: row, by: notes.index)
      return SlotPlace(try state.cell(effect.address, effect.key, at: row, arena), sharing: sharing)
    }
    if let place = notes.slots[found].place { return place }
    let (row, sharing) = (notes.slots[found].row, notes.slots[found].sharing)
    guard row >= 0 else { return SlotPlace(unplaced: sharing) }
    var place = SlotPlace(try state.cell(effect.address, effect.key, at: row, arena), sharing: sharing)
    unsafe place.note(nil)
    return place
  }

  /// Where an account is among what was looked at.
  @inline(__always)
  private func note(of address: Address, from first: Int) -> Int? {
    let end = min(first &+ Self.patience, notes.accounts.count)
    var found = first
    while found < end, notes.accounts[found].address != address { found &+= 1 }
    return found < end ? found : nil
  }

  /// Where a slot is among what was looked at.
  @inline(__always)
  private func note(of effect: borrowing SlotEffect, from first: Int) -> Int? {
    let end = min(first &+ Self.patience, notes.slots.count)
    var found = first
    while found < end, !notes.slots[found].isOf(effect) { found &+= 1 }
    return found < end ? found : nil
  }

  /// So far ahead in the list of what was read to look before asking the table.
  private static var patience: Int { 8 }
}
