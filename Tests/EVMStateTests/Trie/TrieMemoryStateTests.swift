import EVMState
import EthereumTypes
import Testing

@Suite("Roots of in-memory states")
struct TrieMemoryStateTests {
  @Test("The changes on top of a base lead from its root to that of the whole", arguments: UInt64(0)..<6)
  func updates(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let base = MemoryState()
    let top = MemoryState(base: base)
    var state = TestState()
    for number in UInt64(0)..<20 {
      let address = Address(number)
      for target in [base, top] {
        // Of every other account only the top has the final word.
        guard target === base || generator.next() & 1 == 0 else { continue }
        let account = Account(nonce: generator.next() % 9, balance: UInt256(generator.next()))
        let storage = Dictionary(
          (0..<generator.next() % 5).map { _ in (UInt256(generator.next() % 6), UInt256(generator.next() % 3))
          },
          uniquingKeysWith: { $1 })
        target.set(address, account, storage: storage)
        state.entries[address] = TestState.Entry(
          account: account, storage: storage.filter { !$0.value.isZero })
      }
    }
    var trie = SparseTrie()
    try trie.apply(base.updates)
    #expect(trie.stateRoot() == base.stateRoot())
    try trie.apply(top.updates)
    #expect(trie.stateRoot() == state.root)
    #expect(top.stateRoot() == nil)
  }

  @Test("Slots that are zero and accounts that are gone leave no trace in the root")
  func absent() {
    let state = MemoryState()
    state.set(Address(7), Account(nonce: 1, balance: 5), storage: [1: 2, 3: 0])
    state.set(Address(8), Account(nonce: 1), storage: [:])
    var builder = StateRootBuilder()
    for _ in 0..<2 {
      #expect(
        state.stateRoot(using: &builder)
          == stateRoot(of: [
            (address: Address(8), account: Account(nonce: 1), storage: [:]),
            (address: Address(7), account: Account(nonce: 1, balance: 5), storage: [1: 2]),
          ]))
    }
    #expect(MemoryState().stateRoot() == .emptyTrieRoot)
  }
}
