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
  /// The accounts known here.
  public private(set) var entries: [Address: Entry] = [:]
  /// The codes known here.
  public private(set) var codes: [Hash32: Bytes] = [:]
  /// The block hashes known here.
  public var blockHashes: [UInt64: Hash32] = [:]

  /// Makes an empty state, on top of `base` where given.
  public init(base: (any StateReader)? = nil) { self.base = base }

  /// Makes a copy that can be changed on its own. Cheap: contents are shared until changed.
  public init(copying other: MemoryState) {
    base = other.base
    entries = other.entries
    codes = other.codes
    blockHashes = other.blockHashes
  }

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
    entries[address] = Entry(account: account, storage: storage, hidesBaseStorage: true)
  }

  /// Does to an account what a credit of nothing does: it comes into being, or, from EIP-161 on, goes if it is
  /// empty.
  public func touch(_ address: Address, removesEmptyAccounts: Bool) {
    let known = entries[address]?.account
    if removesEmptyAccounts {
      if known?.isEmpty == true { entries[address] = Entry(account: nil, hidesBaseStorage: true) }
    } else if known == nil {
      entries[address] = Entry(account: Account(), hidesBaseStorage: true)
    }
  }

  /// Makes a code known and returns its hash.
  @discardableResult
  public func insert(code: Bytes) -> Hash32 {
    let hash = keccak256(code)
    codes[hash] = code
    return hash
  }

  // MARK: StateReader

  /// The account here, or in the base.
  public func account(_ address: Address) throws(StateReadError) -> Account? {
    if let entry = entries[address] { return entry.account }
    return try base?.account(address)
  }

  /// The slot here, or in the base.
  public func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256 {
    if let entry = entries[address] {
      if let value = entry.storage[slot] { return value }
      if entry.hidesBaseStorage { return .zero }
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
    if let entry = entries[address] {
      if entry.storage.contains(where: { !$0.value.isZero }) { return true }
      if entry.hidesBaseStorage { return false }
    }
    return try base?.hasStorage(address) ?? false
  }

  // MARK: Applying

  /// Applies what a transaction did. Linear in its effects.
  public func apply(_ effects: TransactionEffects) throws(StateReadError) {
    for effect in effects.accounts where effect.changesAnything {
      let before = try account(effect.address)
      var entry = entries[effect.address] ?? Entry()
      entry.account = effect.applied(to: before)
      if effect.isCreated || effect.isDestroyed || entry.account == nil {
        entry.storage = [:]
        entry.hidesBaseStorage = true
      }
      entries[effect.address] = entry
    }
    for slot in effects.slots where slot.before != slot.after {
      try set(slot.address, slot.key, slot.after)
    }
    for (hash, code) in effects.deployedCodes { codes[hash] = code }
  }

  private func set(_ address: Address, _ slot: UInt256, _ value: UInt256) throws(StateReadError) {
    if entries[address] == nil { entries[address] = Entry(account: try base?.account(address)) }
    entries[address]?.storage[slot] = value
  }
}
