public import EthereumTypes

/// A state held in memory, optionally on top of another one: test pre-states, snapshots, and the running state of
/// a block executed transaction by transaction.
///
/// Confined to one thread at a time: whoever writes (`apply`, the setters) must make sure that nobody reads
/// meanwhile. Reading from several threads is fine as long as nobody writes.
@safe
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
  // Invariant: points to one initialised value that this object owns. Behind a pointer so that a read need not be checked
  // against writes: that is the caller's to see to.
  private let storage: UnsafeMutablePointer<MemoryTables>

  /// Makes an empty state, on top of `base` where given.
  public init(base: (any StateReader)? = nil) {
    self.base = base
    unsafe storage = .allocate(capacity: 1)
    unsafe storage.initialize(to: MemoryTables())
  }

  deinit {
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
  }

  var tables: MemoryTables {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(storage) }
    @inline(__always) unsafeMutableAddress { unsafe storage }
  }

  /// Where the tables are, for as long as the state lives.
  @unsafe
  var tablesPointer: UnsafePointer<MemoryTables> { unsafe UnsafePointer(storage) }

  /// Makes a copy that can be changed on its own. Linear in what is known here.
  public init(copying other: MemoryState) {
    base = other.base
    unsafe storage = .allocate(capacity: 1)
    unsafe storage.initialize(to: MemoryTables(copying: other.tables))
    codes = other.codes
    blockHashes = other.blockHashes
  }

  /// The accounts known here. Made for each call; linear in accounts and slots.
  public var entries: [Address: Entry] { tables.entries }

  /// Whether nothing is known here but what lies under it.
  public var isEmpty: Bool { tables.accounts.count == 0 && codes.isEmpty && blockHashes.isEmpty }

  // MARK: Filling

  /// Makes room for so many accounts and slots.
  public func reserve(accounts: Int, slots: Int) { tables.reserve(accounts: accounts, slots: slots) }

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
    let known = tables.row(address)
    if known >= 0 { return tables.setSlot(known, slot, value) }
    let row = tables.set(address, try base?.account(address), wipesStorage: false)
    tables.setSlot(row, slot, value)
  }

  /// Does to an account what a credit of nothing does: it comes into being, or, from EIP-161 on, goes if it is
  /// empty.
  public func touch(_ address: Address, removesEmptyAccounts: Bool) {
    let row = tables.row(address)
    let known = row < 0 ? nil : tables.accounts[row].account
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
    let row = tables.row(address)
    if row >= 0 { return tables.accounts[row].account }
    return try base?.account(address)
  }

  /// The slot here, or in the base.
  public func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256 {
    let row = tables.row(address)
    if row >= 0 {
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
    let row = tables.row(address)
    if row >= 0 {
      if tables.hasNonZeroSlot(row) { return true }
      if tables.accounts[row].hidesBaseStorage { return false }
    }
    return try base?.hasStorage(address) ?? false
  }

  // MARK: Applying

  /// Applies what a transaction did to an account that is here as the transaction found it.
  package func apply(_ effect: AccountEffectInPlace) {
    tables.apply(effect) { () throws(Never) in effect.before }
  }

  /// Applies what a transaction did. Linear in its effects.
  public func apply(_ effects: TransactionEffects) throws(StateReadError) {
    try effects.readingAccountsInPlace { accounts throws(StateReadError) in
      for position in accounts.indices where accounts[position].changesAnything {
        let effect = accounts[position]
        try tables.apply(effect) { () throws(StateReadError) in try base?.account(effect.address) }
      }
    }
    for slot in effects.slots where slot.before != slot.after {
      try set(slot.address, slot.key, slot.after)
    }
    for (hash, code) in effects.deployedCodes { codes[hash] = code }
  }
}
