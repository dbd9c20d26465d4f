import EVMState
import EthereumTypes

/// What one transaction sees of a `VersionedState`. Each worker has its own and moves it from transaction to
/// transaction.
///
/// The sender's nonce is not read but foretold: in a valid block it is the one the transaction carries, and whether it
/// was is checked when the transaction becomes final. So a run of transactions from one sender is no chain.
final class VersionedView: StateReader, @unchecked Sendable {
  // Invariant: used by one worker only, which sets the fields between transactions.
  private let state: VersionedState
  private var index = 0
  private var sender = Address.zero
  private var nonce: UInt64?

  init(_ state: VersionedState) { self.state = state }

  /// Moves to transaction `index`; with `nonce` nil the sender's nonce is read like any other value.
  func move(to index: Int, sender: Address, nonce: UInt64?) {
    self.index = index
    self.sender = sender
    self.nonce = nonce
  }

  func account(_ address: Address) throws(StateReadError) -> Account? {
    let account = try state.account(address, before: index)
    guard address == sender, let nonce, var foretold = account else { return account }
    foretold.nonce = nonce
    return foretold
  }

  func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256 {
    try state.storage(address, slot, before: index)
  }

  func code(_ hash: Hash32) throws(StateReadError) -> Bytes { try state.code(hash) }

  func blockHash(_ number: UInt64) throws(StateReadError) -> Hash32 { try state.base.blockHash(number) }

  func hasStorage(_ address: Address) throws(StateReadError) -> Bool {
    try state.hasStorage(address, before: index)
  }
}
