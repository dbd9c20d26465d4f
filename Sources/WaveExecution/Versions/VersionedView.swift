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
  @safe
  struct SlotRead: BitwiseCopyable {
    let cell: VersionedState.Slots.Pointer
    /// The version found, nil where no transaction before had written the slot.
    let version: SlotVersions.List.Pointer?
  }

  /// What changes from transaction to transaction.
  @safe
  private struct Notes: ~Copyable {
    var coinbaseCell: VersionedState.Accounts.Pointer?
    var index = 0
    var sender = Address.zero
    var nonce: UInt64 = 0
    /// Whether all transactions before are final, so that everything is as it will be.
    var isExact = false
    var accounts = unsafe PlainArray<VersionedState.Accounts.Pointer>(capacity: 64)
    var slots = PlainArray<SlotRead>(capacity: 256)
  }

  // Invariant: used by one worker only. What is noted lives in the arenas of the block. `storage` points to one
  // initialised value that this object owns; behind a pointer, as checking each access for exclusivity takes about as
  // long as a read.
  private let state: VersionedState
  private let arena: Arena
  private let coinbase: Address
  private let storage: UnsafeMutablePointer<Notes>

  init(_ state: VersionedState, _ arena: Arena) {
    self.state = state
    self.arena = arena
    coinbase = state.coinbase
    unsafe storage = .allocate(capacity: 1)
    unsafe storage.initialize(to: Notes())
  }

  deinit {
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
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
    unsafe notes.accounts.removeAll()
    notes.slots.removeAll()
  }

  /// Moves to transaction `index`, all of whose predecessors are final.
  func moveExactly(to index: Int) {
    notes.index = index
    notes.isExact = true
    unsafe notes.accounts.removeAll()
    notes.slots.removeAll()
  }

  // MARK: StateReader

  func account(_ address: Address) throws(StateReadError) -> Account? {
    if address == coinbase { return try readCoinbase() }
    let cell = unsafe try state.cell(address, arena)
    unsafe notes.accounts.append(cell)
    var account = unsafe cell.pointee.content.account(before: notes.index)
    if address == notes.sender, !notes.isExact { account?.nonce = notes.nonce }
    return account
  }

  private func readCoinbase() throws(StateReadError) -> Account? {
    let cell: VersionedState.Accounts.Pointer
    if let known = unsafe notes.coinbaseCell {
      unsafe cell = known
    } else {
      unsafe cell = try state.cell(coinbase, arena)
      unsafe notes.coinbaseCell = cell
    }
    unsafe notes.accounts.append(cell)
    if notes.isExact { return unsafe state.finalAccount(cell, before: notes.index) }
    var account = unsafe cell.pointee.content.base
    if coinbase == notes.sender { account?.nonce = notes.nonce }
    return account
  }

  func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256 {
    let cell = unsafe try state.cell(address, slot, arena)
    let version = unsafe cell.pointee.content.list.last(before: notes.index)
    unsafe notes.slots.append(SlotRead(cell: cell, version: version))
    return unsafe state.value(cell, version, before: notes.index)
  }

  func code(_ hash: Hash32) throws(StateReadError) -> Bytes { try state.code(hash) }

  func blockHash(_ number: UInt64) throws(StateReadError) -> Hash32 { try state.base.blockHash(number) }

  func hasStorage(_ address: Address) throws(StateReadError) -> Bool {
    try state.hasStorage(address, before: notes.index)
  }

  // MARK: Where things are

  /// The cells of the accounts and slots in `effects`, which are in about the order in which they were read.
  @unsafe
  func places(of effects: inout TransactionEffects) throws(StateReadError) -> TransactionPlaces {
    let accountPlaces = unsafe arena.allocate(AccountPlace.self, count: effects.accounts.count)
    var next = 0
    for position in effects.accounts.indices {
      let address = effects.accounts[position].address
      let found = unsafe next..<min(next + Self.patience, notes.accounts.count)
      if let near = found.first(where: { unsafe notes.accounts[$0].pointee.key == address }) {
        unsafe (accountPlaces + position).initialize(to: AccountPlace(cell: notes.accounts[near]))
        next = near + 1
      } else {
        unsafe (accountPlaces + position).initialize(to: AccountPlace(cell: try state.cell(address, arena)))
      }
    }
    let slotPlaces = unsafe arena.allocate(SlotPlace.self, count: effects.slots.count)
    next = 0
    for position in effects.slots.indices {
      let key = SlotKey(address: effects.slots[position].address, slot: effects.slots[position].key)
      let found = next..<min(next + Self.patience, notes.slots.count)
      if let near = found.first(where: { unsafe notes.slots[$0].cell.pointee.key == key }) {
        unsafe (slotPlaces + position).initialize(to: SlotPlace(notes.slots[near]))
        next = near + 1
      } else {
        let cell = unsafe try state.cell(key.address, key.slot, arena)
        unsafe (slotPlaces + position).initialize(to: SlotPlace(cell: cell))
      }
    }
    return unsafe TransactionPlaces(accounts: accountPlaces, slots: slotPlaces)
  }

  /// So far ahead in the list of what was read to look before asking the table.
  private static var patience: Int { 8 }
}

/// Where the locations of a transaction's effects are, in the order of the effects.
@safe
struct TransactionPlaces: @unchecked Sendable {
  // Invariant: as many of each as there are effects of that kind, in an arena of the block.
  let accounts: UnsafeMutablePointer<AccountPlace>
  let slots: UnsafeMutablePointer<SlotPlace>
}

/// The cell of an account and the transaction's own version there, if it has been published.
@safe
struct AccountPlace: BitwiseCopyable {
  let cell: VersionedState.Accounts.Pointer
  var own: AccountVersions.List.Pointer?

  init(cell: VersionedState.Accounts.Pointer) { unsafe self.cell = cell }
}

/// The cell of a slot, the version that was read, and the transaction's own version, if it has been published.
@safe
struct SlotPlace: BitwiseCopyable {
  let cell: VersionedState.Slots.Pointer
  let seen: SlotVersions.List.Pointer?
  /// Whether `seen` says what was read; otherwise the value must be compared.
  let isSeen: Bool
  var own: SlotVersions.List.Pointer?

  init(_ read: VersionedView.SlotRead) {
    unsafe cell = read.cell
    unsafe seen = read.version
    isSeen = true
  }

  init(cell: VersionedState.Slots.Pointer) {
    unsafe self.cell = cell
    unsafe seen = nil
    isSeen = false
  }
}
