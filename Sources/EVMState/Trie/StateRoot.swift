public import EthereumTypes

/// Computes state roots from whole states (Yellow Paper, section 4.1).
///
/// Accounts are added in any order, each once. One builder may compute many roots, and then allocates only
/// for a state larger than any before. O(n log n) in accounts and slots; about one Keccak permutation for
/// each of them and each of their trie nodes.
public struct StateRootBuilder {
  private var accounts = TrieBuilder()
  private var slots = TrieBuilder()

  /// Makes a builder of the empty state.
  public init() {}

  /// Adds an account; slots with the value zero do not exist.
  public mutating func add(
    _ address: Address, _ account: Account, storage: some Sequence<(key: UInt256, value: UInt256)>
  ) {
    slots.removeAll()
    for (slot, value) in storage where !value.isZero {
      slots.add(.slot(slot)) { $0.appendRLP(quantity: value) }
    }
    add(address, account, storageRoot: slots.root())
  }

  /// Adds an account whose storage root is known, `Hash32.emptyTrieRoot` for one without storage.
  public mutating func add(_ address: Address, _ account: Account, storageRoot: Hash32) {
    accounts.add(.account(address)) { AccountLeaf(account, storageRoot: storageRoot).encode(into: &$0) }
  }

  /// The root of the accounts added since the last call, which are forgotten.
  public mutating func finish() -> Hash32 {
    defer { accounts.removeAll() }
    return accounts.root()
  }
}

/// The state root of whole accounts with their storage; slots with the value zero do not exist.
public func stateRoot(
  of accounts: some Sequence<(address: Address, account: Account, storage: [UInt256: UInt256])>
) -> Hash32 {
  var builder = StateRootBuilder()
  for (address, account, storage) in accounts { builder.add(address, account, storage: storage) }
  return builder.finish()
}

extension NibblePath {
  /// The path of an account in the state trie: its hashed address.
  static func account(_ address: Address) -> NibblePath { NibblePath(keccak256(address)) }

  /// The path of a slot in a storage trie: its hashed number.
  static func slot(_ slot: UInt256) -> NibblePath { NibblePath(keccak256(slot)) }
}
