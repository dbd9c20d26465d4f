public import EthereumTypes

/// Where state values come from: a snapshot, a database, a witness, another version of the block's state.
///
/// Implementations are called from several threads at once. A value is stable for the life of the reader,
/// or the reader says in its own documentation when it changes.
public protocol StateReader: AnyObject, Sendable {
  /// The account at `address`, or nil where none exists.
  func account(_ address: Address) throws(StateReadError) -> Account?

  /// The value of a storage slot; zero where it was never written or the account does not exist.
  func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256

  /// The code with that hash. Never asked for `Hash32.emptyCode`.
  func code(_ hash: Hash32) throws(StateReadError) -> Bytes

  /// The hash of the canonical block `number`; asked only for the 256 blocks before the current one.
  func blockHash(_ number: UInt64) throws(StateReadError) -> Hash32

  /// Whether the account has any non-zero storage slot (EIP-7610: a creation on top of it collides).
  func hasStorage(_ address: Address) throws(StateReadError) -> Bool
}

extension StateReader {
  /// False: accounts with storage but neither nonce nor code exist at 28 known mainnet addresses only, so a
  /// reader that cannot enumerate storage may say no.
  public func hasStorage(_ address: Address) throws(StateReadError) -> Bool { false }
}

/// Why a `StateReader` could not answer.
public enum StateReadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No code with this hash is known.
  case missingCode(Hash32)
  /// The hash of this block is not known.
  case missingBlockHash(UInt64)
  /// The state at this location is not part of what the reader holds, such as a witness without that branch.
  case missingState(Location)
  /// The store behind the reader failed, in its own words.
  case unavailable(String)

  /// One line for a person.
  public var description: String {
    switch self {
    case .missingCode(let hash): "the state holds no code with hash \(hash)"
    case .missingBlockHash(let number): "the state does not know the hash of block \(number)"
    case .missingState(let location): "the state does not hold \(location)"
    case .unavailable(let reason): "the state cannot be read: \(reason)"
    }
  }
}
