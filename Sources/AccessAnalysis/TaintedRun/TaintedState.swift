import EVMState
import EthereumTypes

/// What a run knows of an account, as flags.
struct TaintedAccountFlags: OptionSet, BitwiseCopyable {
  let rawValue: UInt16

  static let loaded = TaintedAccountFlags(rawValue: 1 << 0)
  static let existedBefore = TaintedAccountFlags(rawValue: 1 << 1)
  static let balanceRead = TaintedAccountFlags(rawValue: 1 << 2)
  static let nonceRead = TaintedAccountFlags(rawValue: 1 << 3)
  static let codeRead = TaintedAccountFlags(rawValue: 1 << 4)
  static let livenessRead = TaintedAccountFlags(rawValue: 1 << 5)
  /// The nonce does not depend on the state: that of the sender, which a valid transaction names, or of an account
  /// created here.
  static let nonceKnown = TaintedAccountFlags(rawValue: 1 << 6)
  static let exists = TaintedAccountFlags(rawValue: 1 << 8)
  static let warm = TaintedAccountFlags(rawValue: 1 << 9)
  static let touched = TaintedAccountFlags(rawValue: 1 << 10)
  static let created = TaintedAccountFlags(rawValue: 1 << 11)
  static let destroyed = TaintedAccountFlags(rawValue: 1 << 12)
}

/// An account as the run sees it.
struct TaintedAccount: BitwiseCopyable {
  var address: Address
  var flags: TaintedAccountFlags = []
  /// The row of its current code among the codes of the run, −1 where not asked for yet.
  var code: Int32 = -1
  var nonce: UInt64 = 0
  var balance = UInt256.zero
  var codeHash: Hash32
  var original = Account()
  /// The balance before must have been at least this for every passed solvency check to pass.
  var requiredBalance = UInt256.zero
  /// The taints of its balance, nonce, code and liveness as the state has them.
  var taints: (Taint, Taint, Taint, Taint) = (.none, .none, .none, .none)
}

/// A storage slot as the run sees it.
struct TaintedSlot: BitwiseCopyable {
  var key: UInt256
  var account: Int32
  var isLoaded = false
  var isWarm = false
  var isWritten = false
  var original = UInt256.zero
  var current = UInt256.zero
  /// What the current value depends on.
  var taint = Taint.none
  /// The slot's own location: what the original value depends on. None where the account is created here.
  var originalTaint = Taint.none
}

/// A transient storage slot (EIP-1153).
struct TaintedTransient: BitwiseCopyable {
  var key: UInt256
  var account: Int32
  var value = UInt256.zero
  var taint = Taint.none
}

/// One undoable change: what to put back, and where.
struct TaintedUndo: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable { case flags, nonce, balance, code, slot, slotWarmth, transient }
  var kind: Kind
  /// Of a slot: whether it had been written before.
  var wasWritten = false
  var row: Int32
  var taint = Taint.none
  var value: UInt256
}

/// The world as one run sees it: values with taints over a `StateReader`, undoable to checkpoints.
struct TaintedState: ~Copyable {
  let reader: any StateReader
  /// The first failed read, if any: the run is worth nothing then.
  private(set) var fault: StateReadError?
  var taints: TaintTable
  var accounts = PlainArray<TaintedAccount>(capacity: 32)
  private var accountIndex = FlatIndex(capacity: 32)
  var slots = PlainArray<TaintedSlot>(capacity: 64)
  private var slotIndex = FlatIndex(capacity: 64)
  private var transients = PlainArray<TaintedTransient>(capacity: 8)
  private var transientIndex = FlatIndex(capacity: 8)
  private var undo = PlainArray<TaintedUndo>(capacity: 128)

  init(reader: any StateReader, maximumTaints: Int) {
    self.reader = reader
    taints = TaintTable(maximumCount: maximumTaints)
  }

  mutating func note(_ error: StateReadError) { if fault == nil { fault = error } }

  // MARK: Checkpoints

  var checkpoint: Int { undo.count }

  mutating func revert(to checkpoint: Int) {
    while undo.count > checkpoint {
      let entry = undo.removeLast()
      let row = Int(entry.row)
      switch entry.kind {
      case .flags:
        let added = TaintedAccountFlags(rawValue: UInt16(truncatingIfNeeded: entry.value.l0))
        accounts[row].flags.subtract(added)
      case .nonce: accounts[row].nonce = entry.value.l0
      case .balance: accounts[row].balance = entry.value
      case .code:
        accounts[row].codeHash = Hash32(word: entry.value)
        accounts[row].code = -1
      case .slot:
        slots[row].current = entry.value
        slots[row].taint = entry.taint
        slots[row].isWritten = entry.wasWritten
      case .slotWarmth: slots[row].isWarm = false
      case .transient:
        transients[row].value = entry.value
        transients[row].taint = entry.taint
      }
    }
  }

  private mutating func save(_ kind: TaintedUndo.Kind, _ row: Int, _ value: UInt256) {
    undo.append(TaintedUndo(kind: kind, row: Int32(truncatingIfNeeded: row), value: value))
  }

  // MARK: Accounts

  /// The row of an account; nothing is read yet.
  mutating func row(of address: Address) -> Int {
    let (row, cell) = accountIndex.find(address.mixedBits) { accounts[$0].address == address }
    if row >= 0 { return row }
    let new = accounts.count
    accounts.append(TaintedAccount(address: address, codeHash: .emptyCode))
    accountIndex.insert(address.mixedBits, at: cell)
    return new
  }

  /// Whether it is noted that the outcome depends on the code at `address`.
  func hasReadCode(_ address: Address) -> Bool {
    let (row, _) = accountIndex.find(address.mixedBits) { accounts[$0].address == address }
    return row >= 0 && accounts[row].flags.contains(.codeRead)
  }

  @inline(__always)
  mutating func load(_ row: Int) {
    if !accounts[row].flags.contains(.loaded) { loadFromReader(row) }
  }

  @inline(never)
  private mutating func loadFromReader(_ row: Int) {
    accounts[row].flags.insert(.loaded)
    do {
      guard let account = try reader.account(accounts[row].address) else { return }
      accounts[row].flags.formUnion([.existedBefore, .exists])
      accounts[row].nonce = account.nonce
      accounts[row].balance = account.balance
      accounts[row].codeHash = account.codeHash
      accounts[row].original = account
    } catch { note(error) }
  }

  mutating func insert(_ flags: TaintedAccountFlags, _ row: Int) {
    let old = accounts[row].flags
    if old.isSuperset(of: flags) { return }
    // What is new, not what was before: the account may be read, and found to exist, between this and a revert.
    save(.flags, row, UInt256(UInt64(flags.subtracting(old).rawValue)))
    accounts[row].flags = old.union(flags)
  }

  /// Marks the account accessed (EIP-2929) and says whether it was cold before.
  mutating func warm(_ row: Int) -> Bool {
    if accounts[row].flags.contains(.warm) { return false }
    insert(.warm, row)
    return true
  }

  /// Notes that the outcome depends on a part of the account, and returns that dependency; none where the part
  /// is known without the state.
  mutating func read(_ row: Int, _ field: Location.Field) -> Taint {
    load(row)
    let key = UInt32(truncatingIfNeeded: row) << 3 | UInt32(field.rawValue)
    switch field {
    case .balance:
      accounts[row].flags.insert(.balanceRead)
      if accounts[row].taints.0.isNone { accounts[row].taints.0 = taints.location(key) }
      return accounts[row].taints.0
    case .nonce:
      accounts[row].flags.insert(.nonceRead)
      if accounts[row].flags.contains(.nonceKnown) { return .none }
      if accounts[row].taints.1.isNone { accounts[row].taints.1 = taints.location(key) }
      return accounts[row].taints.1
    case .code:
      accounts[row].flags.insert(.codeRead)
      if accounts[row].taints.2.isNone { accounts[row].taints.2 = taints.location(key) }
      return accounts[row].taints.2
    case .liveness, .storage:
      accounts[row].flags.insert(.livenessRead)
      if accounts[row].taints.3.isNone { accounts[row].taints.3 = taints.location(key) }
      return accounts[row].taints.3
    }
  }

  /// Whether the account is absent or empty (EIP-161).
  func isDead(_ row: Int) -> Bool {
    let account = accounts[row]
    return !account.flags.contains(.exists)
      || (account.nonce == 0 && account.balance.isZero && account.codeHash == .emptyCode)
  }

  /// Touches the account: it exists now, and is removed at the end if it is empty.
  mutating func touch(_ row: Int) {
    load(row)
    insert([.touched, .exists], row)
  }

  /// Adds to a balance without observing it.
  mutating func credit(_ row: Int, _ amount: UInt256) {
    touch(row)
    setBalance(row, accounts[row].balance &+ amount)
  }

  mutating func setBalance(_ row: Int, _ balance: UInt256) {
    if accounts[row].balance == balance { return }
    save(.balance, row, accounts[row].balance)
    accounts[row].balance = balance
  }

  mutating func setNonce(_ row: Int, _ nonce: UInt64) {
    load(row)
    insert(.exists, row)
    accounts[row].flags.insert(.nonceRead)
    save(.nonce, row, UInt256(accounts[row].nonce))
    accounts[row].nonce = nonce
  }

  mutating func setCode(_ row: Int, hash: Hash32) {
    load(row)
    accounts[row].flags.insert(.codeRead)
    save(.code, row, accounts[row].codeHash.word)
    accounts[row].codeHash = hash
    accounts[row].code = -1
  }

  /// What must have been in the account before the transaction for it to hold `amount` now: zero where what it
  /// was given since is enough.
  func neededBalance(_ row: Int, for amount: UInt256) -> UInt256 {
    let account = accounts[row]
    let gained = account.balance.subtractingReportingOverflow(account.original.balance)
    return gained.overflow
      ? amount &+ (account.original.balance &- account.balance)
      : amount.subtractedOrZero(gained.partialValue)
  }

  // MARK: Storage

  private static func bits(_ account: Int32, _ key: UInt256) -> UInt64 {
    key.mixedBits ^ (UInt64(truncatingIfNeeded: account) &* 0x9E37_79B9_7F4A_7C15)
  }

  /// The row of a slot, its value read from the state.
  mutating func slot(_ account: Int, _ key: UInt256) -> Int {
    let number = Int32(truncatingIfNeeded: account)
    let (row, cell) = slotIndex.find(Self.bits(number, key)) {
      slots[$0].key == key && slots[$0].account == number
    }
    if row >= 0 {
      if !slots[row].isLoaded { load(slot: row) }
      return row
    }
    let new = addSlot(number, key, cell)
    load(slot: new)
    return new
  }

  private mutating func addSlot(_ account: Int32, _ key: UInt256, _ cell: Int) -> Int {
    let new = slots.count
    slots.append(TaintedSlot(key: key, account: account))
    slotIndex.insert(Self.bits(account, key), at: cell)
    return new
  }

  /// Makes a slot warm from the start without reading it (EIP-2930).
  mutating func prewarm(_ account: Int, _ key: UInt256) {
    let number = Int32(truncatingIfNeeded: account)
    let (row, cell) = slotIndex.find(Self.bits(number, key)) {
      slots[$0].key == key && slots[$0].account == number
    }
    let found = row >= 0 ? row : addSlot(number, key, cell)
    slots[found].isWarm = true
  }

  /// Whether the slot's value was read from the state.
  func isLoaded(_ account: Int, _ key: UInt256) -> Bool {
    let number = Int32(truncatingIfNeeded: account)
    let (row, _) = slotIndex.find(Self.bits(number, key)) {
      slots[$0].key == key && slots[$0].account == number
    }
    return row >= 0 && slots[row].isLoaded
  }

  private mutating func load(slot row: Int) {
    slots[row].isLoaded = true
    let account = Int(slots[row].account)
    // A contract made in this transaction starts with empty storage whatever the state says.
    if accounts[account].flags.contains(.created) { return }
    let taint = taints.location(
      UInt32(truncatingIfNeeded: row) << 3 | UInt32(Location.Field.storage.rawValue))
    slots[row].originalTaint = taint
    slots[row].taint = taint
    do {
      let value = try reader.storage(accounts[account].address, slots[row].key)
      slots[row].original = value
      slots[row].current = value
    } catch { note(error) }
  }

  mutating func warm(slot row: Int) -> Bool {
    if slots[row].isWarm { return false }
    save(.slotWarmth, row, .zero)
    slots[row].isWarm = true
    return true
  }

  mutating func store(_ row: Int, _ value: UInt256, _ taint: Taint) {
    undo.append(
      TaintedUndo(
        kind: .slot, wasWritten: slots[row].isWritten, row: Int32(truncatingIfNeeded: row),
        taint: slots[row].taint, value: slots[row].current))
    slots[row].current = value
    slots[row].taint = taint
    slots[row].isWritten = true
  }

  // MARK: Transient storage

  private mutating func transientRow(_ account: Int, _ key: UInt256) -> Int {
    let number = Int32(truncatingIfNeeded: account)
    let (row, cell) = transientIndex.find(Self.bits(number, key)) {
      transients[$0].key == key && transients[$0].account == number
    }
    if row >= 0 { return row }
    let new = transients.count
    transients.append(TaintedTransient(key: key, account: number))
    transientIndex.insert(Self.bits(number, key), at: cell)
    return new
  }

  mutating func transient(_ account: Int, _ key: UInt256) -> (value: UInt256, taint: Taint) {
    let row = transientRow(account, key)
    return (transients[row].value, transients[row].taint)
  }

  mutating func setTransient(_ account: Int, _ key: UInt256, _ value: UInt256, _ taint: Taint) {
    let row = transientRow(account, key)
    undo.append(
      TaintedUndo(
        kind: .transient, row: Int32(truncatingIfNeeded: row), taint: transients[row].taint,
        value: transients[row].value))
    transients[row].value = value
    transients[row].taint = taint
  }

  // MARK: Locations

  /// That the location with this key holds what it held.
  func condition(_ key: UInt32) -> Condition {
    let row = Int(key >> 3)
    let field = Location.Field(rawValue: UInt8(key & 7)) ?? .storage
    guard field == .storage else {
      let account = accounts[row]
      return Condition(Location(account.address, field), is: field.word(of: account.original))
    }
    let slot = slots[row]
    return Condition(.storage(accounts[Int(slot.account)].address, slot.key), is: slot.original)
  }
}
