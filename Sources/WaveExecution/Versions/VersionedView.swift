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
    var coinbasePlace: AccountPlace?
    var index = 0
    var sender = Address.zero
    var nonce: UInt64 = 0
    /// Whether all transactions before are final, so that everything is as it will be.
    var isExact = false
    /// The account last looked for and its row: what a contract reads is mostly its own.
    var latest = Address.zero
    var latestRow = -1
    /// What was looked at, in that order.
    var accounts = PlainArray<AccountPlace>(capacity: 64)
    var slots = PlainArray<SlotNote>(capacity: 256)
  }

  fileprivate struct SlotNote: BitwiseCopyable {
    let address: Address
    let place: SlotPlace

    @inline(__always)
    func isOf(_ effect: borrowing SlotEffect) -> Bool {
      guard place.cell.key == effect.key else { return false }
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
    notes.coinbasePlace = nil
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
    notes.accounts.removeAll()
    notes.slots.removeAll()
  }

  /// Moves to transaction `index`, all of whose predecessors are final.
  func moveExactly(to index: Int) {
    notes.index = index
    notes.isExact = true
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

  func account(_ address: Address) throws(StateReadError) -> Account? {
    if address == coinbase { return try readCoinbase() }
    var place = try state.place(address, at: row(of: address), for: notes.index, arena)
    var version: AccountCell.List.Pointer?
    // Before the version: what becomes final meanwhile may not be what is read.
    var isFinal = true
    if !place.sharing.isQuiet || state.hasSurprises {
      unsafe version = place.cell.last(before: notes.index, in: state.round)
      unsafe isFinal = version?.pointee.change.isFinal ?? true
    }
    var found =
      unsafe notes.isExact
      ? try state.finalAccount(place, version) : place.cell.account(behind: version)
    if address == notes.sender, !notes.isExact, found != nil, found?.nonce != notes.nonce {
      // What is read is not what is there.
      found?.nonce = notes.nonce
    } else if isFinal, place.sharing != .foreign {
      unsafe place.note(version)
    }
    notes.accounts.append(place)
    return found
  }

  private func readCoinbase() throws(StateReadError) -> Account? {
    let place: AccountPlace
    if let known = notes.coinbasePlace {
      place = known
    } else {
      // Nobody's own: it is kept from transaction to transaction.
      let row = row(of: coinbase)
      place = AccountPlace(try state.place(coinbase, at: row, for: notes.index, arena).cell, sharing: .shared)
      notes.coinbasePlace = place
    }
    notes.accounts.append(place)
    if notes.isExact {
      return unsafe try state.finalAccount(place, place.cell.last(before: notes.index, in: state.round))
    }
    var account = place.cell.base
    if coinbase == notes.sender { account?.nonce = notes.nonce }
    return account
  }

  func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256 {
    var place = try state.place(address, at: row(of: address), slot, for: notes.index, arena)
    if place.sharing.isQuiet, !state.hasSurprises, !state.hasRemovals {
      unsafe place.note(nil)
      notes.slots.append(SlotNote(address: address, place: place))
      return place.cell.base
    }
    let version = unsafe place.cell.last(before: notes.index, in: state.round)
    // A sum may be another one in the end.
    if place.sharing != .foreign, unsafe version.map({ unsafe $0.pointee.change.value != nil }) ?? true {
      unsafe place.note(version)
    }
    notes.slots.append(SlotNote(address: address, place: place))
    if notes.isExact { return unsafe try state.finalValue(place, of: address, version, before: notes.index) }
    return unsafe state.value(place.cell, of: address, version, before: notes.index)
  }

  func code(_ hash: Hash32) throws(StateReadError) -> Bytes { try state.code(hash) }

  func blockHash(_ number: UInt64) throws(StateReadError) -> Hash32 { try state.base.blockHash(number) }

  func hasStorage(_ address: Address) throws(StateReadError) -> Bool {
    try state.hasStorage(address, before: notes.index)
  }

  // MARK: Where things are

  /// The cells of the accounts and slots in `effects`, which are in about the order in which they were read.
  func places(of effects: inout TransactionEffects) throws(StateReadError) -> TransactionPlaces {
    let accounts = unsafe arena.allocate(AccountPlace.self, count: effects.accounts.count)
    try unsafe effects.accounts.withUnsafeMutableBufferPointer { effects throws(StateReadError) in
      var next = 0
      for position in 0..<effects.count {
        var found = next
        let end = min(next &+ Self.patience, notes.accounts.count)
        while found < end, unsafe notes.accounts[found].cell.address != effects[position].address {
          found &+= 1
        }
        if found < end {
          unsafe (accounts + position).initialize(to: notes.accounts[found])
          next = found &+ 1
        } else {
          let address = unsafe effects[position].address
          let place = try state.place(address, at: row(of: address), for: notes.index, arena)
          unsafe (accounts + position).initialize(to: place)
        }
      }
    }
    let slots = unsafe arena.allocate(SlotPlace.self, count: effects.slots.count)
    // The empty array is everybody's: it would be copied first.
    guard !effects.slots.isEmpty else { return unsafe TransactionPlaces(accounts: accounts, slots: slots) }
    try unsafe effects.slots.withUnsafeMutableBufferPointer { effects throws(StateReadError) in
      var next = 0
      for position in 0..<effects.count {
        var found = next
        let end = min(next &+ Self.patience, notes.slots.count)
        while found < end, unsafe !notes.slots[found].isOf(effects[position]) { found &+= 1 }
        if found < end {
          unsafe (slots + position).initialize(to: notes.slots[found].place)
          next = found &+ 1
        } else {
          let address = unsafe effects[position].address
          let place = unsafe try state.place(
            address, at: row(of: address), effects[position].key, for: notes.index, arena)
          unsafe (slots + position).initialize(to: place)
        }
      }
    }
    return unsafe TransactionPlaces(accounts: accounts, slots: slots)
  }

  /// So far ahead in the list of what was read to look before asking the table.
  private static var patience: Int { 8 }
}
