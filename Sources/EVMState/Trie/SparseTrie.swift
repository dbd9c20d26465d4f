public import EthereumTypes

/// The state trie with the storage tries below it, of which only the nodes of a witness need be known.
///
/// Reads are proved against the state root: a value, or its absence, is either vouched for by nodes that hash
/// up to the root, or the read throws. Without a witness and from `Hash32.emptyTrieRoot` on it is a complete
/// state that is cheap to update.
///
/// A value type. Reads may run on several threads at once.
public struct SparseTrie: Sendable {
  private let nodes: TrieNodeSet
  private var accounts: MerklePatriciaTrie
  /// The storage tries that were changed.
  private var storages: [Address: MerklePatriciaTrie] = [:]

  /// Starts from the state with that root. Hashes all `nodes`.
  public init(preStateRoot: Hash32 = .emptyTrieRoot, nodes: some Collection<Bytes> = []) {
    self.init(preStateRoot: preStateRoot, nodes: TrieNodeSet(nodes))
  }

  /// Starts from the state with that root.
  public init(preStateRoot: Hash32, nodes: TrieNodeSet) {
    self.nodes = nodes
    accounts = MerklePatriciaTrie(root: preStateRoot, nodes: nodes)
  }

  /// The account at `address`, or nil where the state proves that none exists.
  public func account(_ address: Address) throws(StateReadError) -> Account? {
    try leaf(address)?.account
  }

  /// The value of a slot; zero where the state proves that it is not set or that there is no account.
  public func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256 {
    let value: Bytes?
    if let trie = storages[address] {
      do { value = try trie.value(at: .slot(slot)) } catch { throw .init(error, at: .storage(address, slot)) }
    } else {
      let root = try storageRoot(address)
      if root == .emptyTrieRoot { return .zero }
      do { value = try nodes.value(at: .slot(slot), from: 0, below: root) } catch {
        throw .init(error, at: .storage(address, slot))
      }
    }
    guard let value else { return .zero }
    guard let number = UInt256(decodingSlot: value) else {
      throw .unavailable("the witness holds no canonical number at \(Location.storage(address, slot))")
    }
    return number
  }

  /// The root of the account's storage; the empty root where there is no account.
  public func storageRoot(_ address: Address) throws(StateReadError) -> Hash32 {
    try leaf(address)?.storageRoot ?? .emptyTrieRoot
  }

  /// Applies what happened to a set of accounts, each named at most once.
  ///
  /// Values are set before others are removed, in every trie: so no node is asked for that the resulting
  /// trie does not need. Where it throws, some of the updates are done and others are not.
  /// O(changes · depth), including the hashes of all storage tries changed.
  public mutating func apply(_ updates: some Collection<StateUpdate>) throws(StateReadError) {
    var removed: [Address] = []
    for update in updates {
      guard let account = update.account else {
        removed.append(update.address)
        continue
      }
      let leaf = AccountLeaf(account, storageRoot: try updateStorage(update))
      do { try accounts.insert(.account(update.address), leaf.encoded) } catch {
        throw .init(error, at: .liveness(update.address))
      }
    }
    for address in removed {
      storages[address] = nil
      do { try accounts.remove(.account(address)) } catch { throw .init(error, at: .liveness(address)) }
    }
  }

  /// The root of the state as it now is. Hashes what changed since the last call.
  public mutating func stateRoot() -> Hash32 { accounts.rootHash() }

  /// The root of the state after the updates; this one stays as it is.
  public func stateRoot(after updates: some Collection<StateUpdate>) throws(StateReadError) -> Hash32 {
    var copy = self
    try copy.apply(updates)
    return copy.stateRoot()
  }

  /// Applies the changes of one account's slots and tells the new storage root.
  private mutating func updateStorage(_ update: StateUpdate) throws(StateReadError) -> Hash32 {
    let address = update.address
    let oldRoot = update.storageWiped ? .emptyTrieRoot : try storageRoot(address)
    if update.slots.isEmpty && !update.storageWiped { return oldRoot }
    let changed = update.storageWiped ? nil : storages[address]
    var trie = changed ?? MerklePatriciaTrie(root: oldRoot, nodes: nodes)
    // Taken out of the table while it changes, or the first change would copy it.
    storages[address] = nil
    defer { storages[address] = trie }
    let last = Dictionary(update.slots.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    for (slot, value) in last where !value.isZero {
      do { try trie.insert(.slot(slot), value.encodedSlot) } catch {
        throw .init(error, at: .storage(address, slot))
      }
    }
    for (slot, value) in last where value.isZero {
      do { try trie.remove(.slot(slot)) } catch { throw .init(error, at: .storage(address, slot)) }
    }
    return trie.rootHash()
  }

  private func leaf(_ address: Address) throws(StateReadError) -> AccountLeaf? {
    let bytes: Bytes?
    do { bytes = try accounts.value(at: .account(address)) } catch {
      throw .init(error, at: .liveness(address))
    }
    guard let bytes else { return nil }
    guard let leaf = AccountLeaf(decoding: bytes) else {
      throw .unavailable("the account \(address) in the witness is not the RLP of four canonical fields")
    }
    return leaf
  }
}

extension StateReadError {
  /// What a reader of `location` learns from a failing trie.
  init(_ error: TrieError, at location: Location) {
    switch error {
    case .missingNode: self = .missingState(location)
    case .malformedNode: self = .unavailable("\(error), on the way to \(location)")
    }
  }
}
