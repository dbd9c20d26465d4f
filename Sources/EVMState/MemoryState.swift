public import EthereumTypes

/// A state held in memory, optionally on top of another one: test pre-states, snapshots, and the running state of
/// a block executed transaction by transaction.
///
/// Confined to one thread at a time: whoever writes (`apply`, the setters) must make sure that nobody reads
/// meanwhile. Reading from several threads is fine as long as nobody writes.
public final class MemoryState: StateReader, @unchecked Sendable {
  /// What is known here about one account; slots that are not listed come from the base.
  public struct Entry: Sendable {
    /// The account, nil where it does not exist.
    public var account: Account?
    /// Slots that differ from the base, zeros included.
    public var storage: [UInt256: UInt256] = [:]
    /// The base's storage of this account does not count any more.
    public var hidesBaseStorage = false
  }

  /// What lies under this state, if anything.
  public let base: (any StateReader)?
  /// The codes known here.
  public private(set) var codes: [Hash32: Bytes] = [:]
  /// The block hashes known here.
  public var blockHashes: [UInt64: Hash32] = [:]
  private var tables: MemoryTables

  /// Makes an empty state, on top of `base` where given.
  public init(base: (any StateReader)? = nil) {
    self.base = base
    tables = MemoryTables()
  }

  /// Makes a copy that can be changed on its own. Cheap: contents are shared until changed.
  public init(copying other: MemoryState) {
    base = other.base
    tables = other.tables
    codes = other.codes
    blockHashes = other.blockHashes
  }

  /// The accounts known here. Made for each call; linear in accounts and slots.
  public var entries: [Address: Entry] { tables.entries }

  // MARK: Filling

  /// Sets an account with its whole code and storage.
  public func set(
    _ address: Address, nonce: UInt64, balance: UInt256, code: Bytes, storage: [UInt256: UInt256]
  ) {
    let hash = code.isEmpty ? Hash32.emptyCode : keccak256(code)
    if !code.isEmpty { codes[hash] = code }
    set(address, Account(nonce: nonce, balance: balance, codeHash: hash), storage: storage)
  }

  /// Sets an account with its whole storage; its code must be known by hash.
  public func set(_ address: Address, _ account: Account, storage: [UInt256: UInt256]) {
    let row = tables.set(address, account, wipesStorage: true)
    for (slot, value) in storage { tables.setSlot(row, slot, value) }
  }

  /// Sets an account, nil for none, and with `wipesStorage` takes away its storage; otherwise that stays.
  public func set(_ address: Address, _ account: Account?, wipesStorage: Bool) {
    tables.set(address, account, wipesStorage: wipesStorage)
  }

  /// Sets one slot of an account.
  public func set(_ address: Address, _ slot: UInt256, _ value: UInt256) throws(StateReadError) {
    if let row = tables.row(address) { return tables.setSlot(row, slot, value) }
    let row = tables.set(address, try base?.account(address), wipesStorage: false)
    tables.setSlot(row, slot, value)
  }

  /// Does to an account what a credit of nothing does: it comes into being, or, from EIP-161 on, goes if it is
  /// empty.
  public func touch(_ address: Address, removesEmptyAccounts: Bool) {
    let known = tables.row(address).flatMap { tables.accounts[$0].account }
    if removesEmptyAccounts {
      if known?.isEmpty == true { tables.set(address, nil, wipesStorage: true) }
    } else if known == nil {
      tables.set(address, Account(), wipesStorage: true)
    }
  }

  /// Makes a code known and returns its hash.
  @discardableResult
  public func insert(code: Bytes) -> Hash32 {
    let hash = keccak256(code)
    codes[hash] = code
    return hash
  }

  /// Makes a code known whose hash the caller knows.
  public func insert(code: Bytes, hash: Hash32) { codes[hash] = code }

  // MARK: StateReader

  /// The account here, or in the base.
  public func account(_ address: Address) throws(StateReadError) -> Account? {
    if let row = tables.row(address) { return tables.accounts[row].account }
    return try base?.account(address)
  }

  /// The slot here, or in the base.
  public func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256 {
    if let row = tables.row(address) {
      if let value = tables.value(row, slot) { return value }
      if tables.accounts[row].hidesBaseStorage { return .zero }
    }
    return try base?.storage(address, slot) ?? .zero
  }

  /// The code known here, or in the base.
  public func code(_ hash: Hash32) throws(StateReadError) -> Bytes {
    if let code = codes[hash] { return code }
    guard let base else { throw .missingCode(hash) }
    return try base.code(hash)
  }

  /// The hash known here, or in the base.
  public func blockHash(_ number: UInt64) throws(StateReadError) -> Hash32 {
    if let hash = blockHashes[number] { return hash }
    guard let base else { throw .missingBlockHash(number) }
    return try base.blockHash(number)
  }

  /// Whether any slot is non-zero here, or in a base that still counts.
  public func hasStorage(_ address: Address) throws(StateReadError) -> Bool {
    if let row = tables.row(address) {
      if tables.hasNonZeroSlot(row) { return true }
      if tables.accounts[row].hidesBaseStorage { return false }
    }
    return try base?.hasStorage(address) ?? false
  }

  // MARK: Applying

  /// Applies what a transaction did. Linear in its effects.
  public func apply(_ effects: TransactionEffects) throws(StateReadError) {
    for effect in effects.accounts where effect.changesAnything {
      let row = tables.row(effect.address)
      let before: Account?
      if let row { before = tables.accounts[row].account } else { before = try base?.account(effect.address) }
      let after = effect.applied(to: before)
      let wipesStorage = effect.isCreated || effect.isDestroyed || after == nil
      if let row {
        tables.set(row, after, wipesStorage: wipesStorage)
      } else {
        tables.set(effect.address, after, wipesStorage: wipesStorage)
      }
    }
    for slot in effects.slots where slot.before != slot.after {
      try set(slot.address, slot.key, slot.after)
    }
    for (hash, code) in effects.deployedCodes { codes[hash] = code }
  }
}
