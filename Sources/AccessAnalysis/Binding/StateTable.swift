import EthereumTypes

/// A storage slot of an account, as a table key.
struct SlotKey: Hashable {
  var address: Address
  var slot: UInt256

  var mixedBits: UInt64 { address.mixedBits ^ (slot.mixedBits &* 0x9E37_79B9_7F4A_7C15) }

  func hash(into hasher: inout Hasher) { hasher.combine(mixedBits) }
}

/// What a binding knows of one slot.
struct SlotRow {
  var key: SlotKey
  /// The value before the transaction: a symbol, or zero in an account made by the transaction.
  var original: Value
  /// The value now.
  var current: Value
  var isWritten = false
  /// Whether an access in a frame that did not fail has paid for it (EIP-2929).
  var isWarm = false
}

/// What a binding knows of one account's balance: changes only, never the balance itself.
struct BalanceChange {
  /// Known credits and debits in wei, wrapping.
  var credit = Value.zero
  var debit = Value.zero
  /// Credits and debits of unknown amounts.
  var creditSymbols: [UInt32] = []
  var debitSymbols: [UInt32] = []
}

/// What a binding knows of one account.
struct AccountRow {
  struct Flags: OptionSet {
    var rawValue: UInt16
    static let balanceRead = Flags(rawValue: 1)
    static let nonceRead = Flags(rawValue: 2)
    static let codeRead = Flags(rawValue: 4)
    static let livenessRead = Flags(rawValue: 8)
    static let nonceWritten = Flags(rawValue: 16)
    static let codeWritten = Flags(rawValue: 32)
    static let livenessWritten = Flags(rawValue: 64)
    static let balanceWritten = Flags(rawValue: 128)
    /// Made as a contract by this transaction: its storage starts empty.
    static let created = Flags(rawValue: 256)
    static let warm = Flags(rawValue: 512)
    /// Destroyed for good.
    static let removed = Flags(rawValue: 1024)

    /// What stays when a frame fails: what it read, it read.
    static let reads: Flags = [.balanceRead, .nonceRead, .codeRead, .livenessRead]
  }

  var address: Address
  var flags: Flags = []
  var balance = BalanceChange()
  /// The symbol of the balance before the transaction, 0 until somebody asks.
  var balanceSymbol: UInt32 = 0
  /// The nonce now, where the transaction changed or asked for it.
  var nonce: UInt64?
  /// The code now, where the transaction changed it.
  var newCode: Text?
  /// The code's summary, once resolved.
  var resolved: ResolvedCode?
  /// Whether that is another account's code (EIP-7702).
  var isDelegated = false
}

/// The code that runs when an account is called.
enum ResolvedCode {
  /// None.
  case empty
  /// This.
  case contract(ContractSummary)
}

/// The accounts and slots of one binding, with undo.
struct StateTable {
  private(set) var accounts: [AccountRow] = []
  private(set) var slots: [SlotRow] = []
  private var accountIndex = RowTable()
  private var slotIndex = RowTable()
  private var transient: [SlotKey: Value] = [:]

  /// A table that must not be used: what is left where one was moved away.
  static let none = StateTable()

  /// Forgets everything but keeps the memory, if that is not much.
  mutating func removeAll() {
    if slots.capacity > 20_000 {
      self = StateTable()
      return
    }
    accounts.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
    accountIndex.removeAll()
    slotIndex.removeAll()
    if !transient.isEmpty { transient.removeAll() }
    undo.removeAll(keepingCapacity: true)
  }

  private enum Undo {
    case slot(Int, SlotRow)
    case warmth(account: Int)
    case slotWarmth(Int)
    case transient(SlotKey, Value)
    case account(Int, AccountRow)
  }
  private var undo: [Undo] = []

  /// Where `revert` can go back to.
  var checkpoint: Int { undo.count }

  /// Undoes everything since a checkpoint, except that what was read stays read.
  mutating func revert(to checkpoint: Int) {
    while undo.count > checkpoint, let entry = undo.popLast() {
      switch entry {
      case .slot(let row, let old): slots[row] = old
      case .warmth(let row): accounts[row].flags.remove(.warm)
      case .slotWarmth(let row): slots[row].isWarm = false
      case .transient(let key, let value): transient[key] = value
      case .account(let row, var old):
        let now = accounts[row]
        old.flags.formUnion(now.flags.intersection(.reads))
        old.balanceSymbol = now.balanceSymbol
        accounts[row] = old
      }
    }
  }

  // MARK: Accounts

  mutating func account(_ address: Address) -> Int {
    let bits = address.mixedBits
    if let row = accountIndex.find(bits, where: { accounts[$0].address == address }) { return row }
    accounts.append(AccountRow(address: address))
    accountIndex.insert(bits) { accounts[$0].address.mixedBits }
    return accounts.count - 1
  }

  /// Notes a read; not undone when the frame fails.
  mutating func note(_ flags: AccountRow.Flags, _ row: Int) { accounts[row].flags.formUnion(flags) }

  /// Changes an account; undone when the frame fails.
  mutating func change(_ row: Int, _ body: (inout AccountRow) -> Void) {
    undo.append(.account(row, accounts[row]))
    body(&accounts[row])
  }

  /// Remembers what does not depend on frames.
  mutating func remember(_ row: Int, _ body: (inout AccountRow) -> Void) { body(&accounts[row]) }

  // MARK: Slots

  /// The slot's row; `original` makes its first value.
  @inline(__always)
  mutating func slot(_ key: SlotKey, original: () -> Value) -> Int {
    let bits = key.mixedBits
    if let row = slotIndex.find(bits, where: { slots[$0].key == key }) { return row }
    let value = original()
    slots.append(SlotRow(key: key, original: value, current: value))
    slotIndex.insert(bits) { slots[$0].key.mixedBits }
    return slots.count - 1
  }

  mutating func store(_ row: Int, _ value: Value) {
    undo.append(.slot(row, slots[row]))
    slots[row].current = value
    slots[row].isWritten = true
  }

  /// Notes that a slot was accessed. False where it had been before.
  @inline(__always)
  mutating func warm(slot row: Int) -> Bool {
    if slots[row].isWarm { return false }
    slots[row].isWarm = true
    undo.append(.slotWarmth(row))
    return true
  }

  /// Notes that an account was accessed. False where it had been before.
  mutating func warm(account row: Int) -> Bool {
    if accounts[row].flags.contains(.warm) { return false }
    accounts[row].flags.insert(.warm)
    undo.append(.warmth(account: row))
    return true
  }

  // MARK: Transient storage (EIP-1153)

  func transientValue(_ key: SlotKey) -> Value { transient[key] ?? .zero }

  mutating func storeTransient(_ key: SlotKey, _ value: Value) {
    undo.append(.transient(key, transient[key] ?? .zero))
    transient[key] = value
  }
}
