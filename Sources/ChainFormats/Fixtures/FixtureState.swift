import EVM
import EVMState
import EthereumTypes

/// The state of a fixture: every account and slot is known, so it has a root; and block hashes are made up from the
/// number, as state tests want it.
final class FixtureState: StateReader, @unchecked Sendable {
  // Confined to the thread that runs the case.
  private let state: MemoryState

  init(base: MemoryState) { state = MemoryState(copying: base) }

  func account(_ address: Address) throws(StateReadError) -> Account? { try state.account(address) }
  func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256 {
    try state.storage(address, slot)
  }
  func code(_ hash: Hash32) throws(StateReadError) -> Bytes { try state.code(hash) }
  func hasStorage(_ address: Address) throws(StateReadError) -> Bool { try state.hasStorage(address) }

  /// Keccak-256 of the decimal digits.
  func blockHash(_ number: UInt64) throws(StateReadError) -> Hash32 { keccak256(Bytes("\(number)".utf8)) }

  func apply(_ effects: TransactionEffects) throws(StateReadError) { try state.apply(effects) }

  /// What a block reward of nothing does to the coinbase.
  func touch(_ address: Address, removesEmptyAccounts: Bool) {
    state.touch(address, removesEmptyAccounts: removesEmptyAccounts)
  }

  /// The root of the state trie.
  var root: Hash32 { state.stateRoot() ?? .zero }

  func firstDifference(from expected: MemoryState) -> String? { state.firstDifference(from: expected) }
}

extension MemoryState {
  /// Where this state differs first, in the order of addresses and slots, from the one it should be.
  func firstDifference(from expected: MemoryState) -> String? {
    for address in Set(entries.keys).union(expected.entries.keys).sorted() {
      let (found, wanted) = (entries[address], expected.entries[address])
      switch (found?.account, wanted?.account) {
      case (nil, nil): continue
      case (nil, _?): return "account \(address): expected to exist"
      case (_?, nil): return "account \(address): expected not to exist"
      case (let found?, let wanted?):
        if found.nonce != wanted.nonce {
          return "nonce of \(address): expected \(wanted.nonce), found \(found.nonce)"
        }
        if found.balance != wanted.balance {
          return "balance of \(address): expected \(wanted.balance), found \(found.balance)"
        }
        if found.codeHash != wanted.codeHash {
          return "code of \(address): expected \(wanted.codeHash), found \(found.codeHash)"
        }
      }
      let slots = Set(found.map { Array($0.storage.keys) } ?? []).union(
        wanted.map { Array($0.storage.keys) } ?? [])
      for slot in slots.sorted() {
        let (have, want) = (found?.storage[slot] ?? .zero, wanted?.storage[slot] ?? .zero)
        if have != want { return "slot \(slot) of \(address): expected \(want), found \(have)" }
      }
    }
    return nil
  }
}
