package import EthereumTypes

/// An account in a table of accounts.
package struct StoredAccount: BitwiseCopyable {
  package let address: Address
  /// The account, nil where it does not exist.
  package var account: Account?
  /// The storage of the state below does not count any more.
  var hidesBaseStorage = false
  /// Grows whenever the storage is taken away: slots of an older epoch do not count.
  var epoch: Int32 = 0
  /// The slot set last, −1 for none; the others hang on it.
  var lastSlot: Int32 = -1

  /// Makes a row without storage.
  package init(address: Address, account: Account?, hidesBaseStorage: Bool = false) {
    self.address = address
    self.account = account
    self.hidesBaseStorage = hidesBaseStorage
  }
}

/// A storage slot in a table of slots.
package struct StoredSlot: BitwiseCopyable {
  package let key: UInt256
  package var value: UInt256
  /// The row of its account.
  let account: Int32
  var epoch: Int32
  /// The slot of the same account and epoch set before this one, −1 for none.
  var previous: Int32

  init(key: UInt256, value: UInt256, account: Int32, epoch: Int32) {
    self.key = key
    self.value = value
    self.account = account
    self.epoch = epoch
    previous = -1
  }

  /// Makes a row that belongs to no account.
  package init(key: UInt256, value: UInt256) { self.init(key: key, value: value, account: -1, epoch: 0) }
}

/// The rows of the state at the bottom of a pile of states in memory, where nearly all lies that a block reads, for as
/// long as nobody writes to any of them. A row has a number, so that whoever keeps something for each location can
/// have it in an array, and can ask for it ahead. Nothing here counts references: several threads would wait for each
/// other's counts.
@safe
package struct StateRows: BitwiseCopyable, @unchecked Sendable {
  // Invariant: both point to tables of states that whoever made this keeps alive, and that nobody writes to.
  private let bottom: UnsafePointer<MemoryTables>
  /// What lies on top of it, if anything: accounts known there are none of ours.
  private let top: UnsafePointer<MemoryTables>?
  /// Whether what is not known here does not exist: nothing lies on top of the bottom, or under it.
  package let isWhole: Bool

  /// The rows under `state`, valid as long as that lives; nil where it is not a pile of states in memory, or one with more
  /// than one layer on top of the bottom.
  @unsafe
  package init?(_ state: any StateReader) {
    guard let pile = state as? MemoryState else { return nil }
    var layers = [pile]
    while let below = layers[layers.count - 1].base as? MemoryState { layers.append(below) }
    let lowest = layers.removeLast()
    let others = layers.filter { !$0.isEmpty }
    guard others.count <= 1 else { return nil }
    unsafe bottom = lowest.tablesPointer
    unsafe top = others.first?.tablesPointer
    isWhole = others.isEmpty && lowest.base == nil
  }

  /// The number of accounts: all their rows are below.
  package var accountCount: Int { unsafe bottom.pointee.accounts.count }

  /// The number of slots: all their rows are below.
  package var slotCount: Int { unsafe bottom.pointee.slots.count }

  /// The row of an account, −1 where it is not known here or the state on top knows something else.
  @inline(__always)
  package func accountRow(_ address: Address) -> Int {
    if let top = unsafe top, unsafe top.pointee.row(address) >= 0 { return -1 }
    return unsafe bottom.pointee.row(address)
  }

  /// The row of a slot of the account in row `account`, −1 where it is not known here.
  @inline(__always)
  package func slotRow(_ account: Int, _ slot: UInt256) -> Int {
    unsafe bottom.pointee.currentSlotRow(account, slot)
  }

  /// An account by its row.
  @unsafe @inline(__always)
  package func account(_ row: Int) -> UnsafePointer<StoredAccount> {
    unsafe bottom.pointee.accounts.pointer(to: row)
  }

  /// A slot by its row.
  @unsafe @inline(__always)
  package func slot(_ row: Int) -> UnsafePointer<StoredSlot> { unsafe bottom.pointee.slots.pointer(to: row) }

  // MARK: Fetching ahead

  /// Where something lies: what it is looked up by, and the number of its row.
  package struct Place: BitwiseCopyable, Sendable {
    let bits: UInt64
    package let row: Int32
  }

  /// Where an account lies; nil where it is not known here.
  package func place(_ address: Address) -> Place? {
    let row = accountRow(address)
    return row < 0 ? nil : Place(bits: address.mixedBits, row: Int32(truncatingIfNeeded: row))
  }

  /// Where a slot lies; nil where it is not known here.
  package func place(_ address: Address, _ slot: UInt256) -> Place? {
    let account = accountRow(address)
    let row = account < 0 ? -1 : slotRow(account, slot)
    guard row >= 0 else { return nil }
    return unsafe Place(
      bits: bottom.pointee.bits(account, slot.mixedBits), row: Int32(truncatingIfNeeded: row))
  }

  /// Lets the processor fetch an account and where it is looked up. The row must be below `accountCount`; what lies there
  /// is not looked at, so it may be another one.
  @inline(__always)
  package func prefetchAccount(_ place: Place) {
    unsafe bottom.pointee.prefetchAccount(place.bits, Int(place.row))
  }

  /// The same of a slot, whose row must be below `slotCount`.
  @inline(__always)
  package func prefetchSlot(_ place: Place) { unsafe bottom.pointee.prefetchSlot(place.bits, Int(place.row)) }
}
