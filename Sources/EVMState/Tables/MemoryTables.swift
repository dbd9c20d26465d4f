import EthereumTypes
import Synchronization

/// The accounts and slots of a `MemoryState`, as rows in the order in which they became known. Plain memory without
/// reference counts: several threads read one state, and counting would make them wait for each other.
struct MemoryTables: ~Copyable {
  /// Never used: a structure that holds an atomic stays where it is, any other is copied as a whole before each call of its
  /// methods on a pointer.
  private let anchor = Atomic<Bool>(false)
  private let key = HashKey.process
  private var accountIndex = RowTable()
  // No room at first: most states that are made before a block begins stay empty, and what the allocator does once in a while when
  // asked for as much as that is better done while the block runs.
  private(set) var accounts = PlainArray<StoredAccount>(capacity: 0)
  private var slotIndex = RowTable()
  private(set) var slots = PlainArray<StoredSlot>(capacity: 0)

  init() {}

  /// A copy of its own. Linear.
  init(copying other: borrowing MemoryTables) {
    accountIndex = RowTable(copying: other.accountIndex)
    accounts = PlainArray(copying: other.accounts)
    slotIndex = RowTable(copying: other.slotIndex)
    slots = PlainArray(copying: other.slots)
  }

  /// Makes room for so many accounts and slots.
  mutating func reserve(accounts: Int, slots: Int) {
    accountIndex.reserve(accounts)
    slotIndex.reserve(slots)
    self.accounts.reserve(accounts)
    self.slots.reserve(slots)
  }

  // MARK: Reading

  /// The row of an account, −1 where it is not known here.
  func row(_ address: Address) -> Int {
    accountIndex.row(address.mixedBits(with: key)) { holds($0, address) }
  }

  /// Whether an account's row is that one. Read where it is: as an element of the array the whole row would be copied first.
  @inline(__always)
  private func holds(_ row: Int, _ address: Address) -> Bool {
    unsafe accounts.pointer(to: row).pointee.address == address
  }

  private func bits(_ account: Int, _ slot: UInt256) -> UInt64 { bits(account, slot.mixedBits(with: key)) }

  func bits(_ account: Int, _ slot: UInt64) -> UInt64 {
    slot &+ UInt64(truncatingIfNeeded: account) &* 0x9E37_79B9_7F4A_7C15
  }

  private func slotRow(_ account: Int, _ slot: UInt256) -> Int {
    slotIndex.row(bits(account, slot)) {
      slots[$0].key == slot && slots[$0].account == Int32(truncatingIfNeeded: account)
    }
  }

  /// The value of a slot, nil where it is not known here.
  func value(_ account: Int, _ slot: UInt256) -> UInt256? {
    let row = currentSlotRow(account, slot)
    return row >= 0 ? slots[row].value : nil
  }

  /// The slots of an account that are known here.
  func forEachSlot(_ account: Int, _ body: (UInt256, UInt256) -> Void) {
    var row = accounts[account].lastSlot
    while row >= 0 {
      let slot = slots[Int(row)]
      body(slot.key, slot.value)
      row = slot.previous
    }
  }

  func hasNonZeroSlot(_ account: Int) -> Bool {
    var found = false
    forEachSlot(account) { found = found || !$1.isZero }
    return found
  }

  var entries: [Address: MemoryState.Entry] {
    var entries: [Address: MemoryState.Entry] = [:]
    entries.reserveCapacity(accounts.count)
    for row in 0..<accounts.count {
      let account = accounts[row]
      var entry = MemoryState.Entry(account: account.account, hidesBaseStorage: account.hidesBaseStorage)
      forEachSlot(row) { entry.storage[$0] = $1 }
      entries[account.address] = entry
    }
    return entries
  }

  /// The row of a slot, −1 where its value is not known here.
  func currentSlotRow(_ account: Int, _ slot: UInt256) -> Int {
    let row = slotRow(account, slot)
    return row >= 0 && slots[row].epoch == accounts[account].epoch ? row : -1
  }

  // MARK: Fetching ahead

  /// Lets the processor fetch the account in a row, and where it is looked up by the mixed bits of its address.
  func prefetchAccount(_ bits: UInt64, _ row: Int) {
    accountIndex.prefetch(bits)
    accounts.prefetch(row)
  }

  /// The same of a slot, by the mixed bits of its account's row and its key.
  func prefetchSlot(_ bits: UInt64, _ row: Int) {
    slotIndex.prefetch(bits)
    slots.prefetch(row)
  }

  // MARK: Writing

  @discardableResult
  mutating func set(_ address: Address, _ account: Account?, wipesStorage: Bool) -> Int {
    let bits = address.mixedBits(with: key)
    let known = accountIndex.row(bits) { holds($0, address) }
    if known >= 0 {
      set(known, account, wipesStorage: wipesStorage)
      return known
    }
    let row = accounts.count
    accounts.append(StoredAccount(address: address, account: account, hidesBaseStorage: wipesStorage))
    accountIndex.insert(bits, row: row)
    return row
  }

  mutating func set(_ row: Int, _ account: Account?, wipesStorage: Bool) {
    accounts[row].account = account
    if wipesStorage { wipe(row) }
  }

  private mutating func wipe(_ row: Int) {
    accounts[row].hidesBaseStorage = true
    accounts[row].epoch += 1
    accounts[row].lastSlot = -1
  }

  /// Does to an account what a transaction did to it.
  ///
  /// - Parameter below: gives the account where it is not known here.
  @inline(__always)
  mutating func apply<Failure: Error>(
    _ effect: AccountEffectInPlace, below: () throws(Failure) -> Account?
  ) throws(Failure) {
    let address = effect.address
    let bits = address.mixedBits(with: key)
    var row = accountIndex.row(bits) { holds($0, address) }
    if row < 0 {
      let account = try below()
      row = accounts.count
      accounts.append(StoredAccount(address: address, account: account))
      accountIndex.insert(bits, row: row)
    }
    effect.apply(to: &accounts[row].account)
    if effect.wipesStorage || accounts[row].account == nil { wipe(row) }
  }

  mutating func setSlot(_ account: Int, _ slot: UInt256, _ value: UInt256) {
    let epoch = accounts[account].epoch
    let known = slotRow(account, slot)
    if known >= 0 {
      slots[known].value = value
      if slots[known].epoch != epoch { link(known, account, epoch) }
      return
    }
    let row = slots.count
    slots.append(
      StoredSlot(key: slot, value: value, account: Int32(truncatingIfNeeded: account), epoch: epoch))
    slotIndex.insert(bits(account, slot), row: row)
    link(row, account, epoch)
  }

  private mutating func link(_ row: Int, _ account: Int, _ epoch: Int32) {
    slots[row].epoch = epoch
    slots[row].previous = accounts[account].lastSlot
    accounts[account].lastSlot = Int32(truncatingIfNeeded: row)
  }
}
