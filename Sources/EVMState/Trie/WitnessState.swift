public import EthereumTypes

/// A state of which only a witness is known: trie nodes, codes and block hashes. Every value it hands out is
/// proved against the state root.
public final class WitnessState: StateReader {
  /// The tries.
  public let trie: SparseTrie
  private let codes: [Hash32: Bytes]
  private let blockHashes: [UInt64: Hash32]

  /// Makes a state of its parts; hashes all codes, so that they need no trust.
  public init(
    trie: SparseTrie, codes: some Collection<Bytes>, blockHashes: [UInt64: Hash32] = [:]
  ) {
    self.trie = trie
    self.codes = Dictionary(codes.map { (keccak256($0), $0) }, uniquingKeysWith: { first, _ in first })
    self.blockHashes = blockHashes
  }

  /// The account at `address`, or nil where the state proves that none exists.
  public func account(_ address: Address) throws(StateReadError) -> Account? { try trie.account(address) }

  /// The value of a slot.
  public func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256 {
    try trie.storage(address, slot)
  }

  /// The code with that hash.
  public func code(_ hash: Hash32) throws(StateReadError) -> Bytes {
    guard let code = codes[hash] else { throw .missingCode(hash) }
    return code
  }

  /// The hash of a block, as the maker of the witness gave it.
  public func blockHash(_ number: UInt64) throws(StateReadError) -> Hash32 {
    guard let hash = blockHashes[number] else { throw .missingBlockHash(number) }
    return hash
  }

  /// Whether the account's storage root is not the empty one.
  public func hasStorage(_ address: Address) throws(StateReadError) -> Bool {
    try trie.storageRoot(address) != .emptyTrieRoot
  }
}
