import EVM
import EVMState
import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("Rows of a state in memory")
struct StateRowsTests {
  /// A state that is not in memory, where every account has some ether and every slot holds one.
  private final class Elsewhere: StateReader {
    func account(_ address: Address) throws(StateReadError) -> Account? { Account(balance: 5) }
    func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256 { 1 }
    func code(_ hash: Hash32) throws(StateReadError) -> Bytes { [] }
    func blockHash(_ number: UInt64) throws(StateReadError) -> Hash32 { .zero }
    func hasStorage(_ address: Address) throws(StateReadError) -> Bool { true }
  }

  private func versions(_ base: MemoryState) -> VersionedState {
    VersionedState(
      base: base, state: MemoryState(base: base), coinbase: .zero, rules: nil, footprints: nil,
      finality: Finality(from: 0, .init()), tables: .init(), expecting: 1)
  }

  @Test("what has none does not exist, unless something lies under the state or on top of it")
  func absent() throws {
    func found(_ state: MemoryState) throws -> (UInt256?, UInt256) {
      let versions = versions(state)
      return (
        try versions.baseAccount(Address(9), at: versions.row(of: Address(9)))?.balance,
        try versions.baseStorage(Address(9), 0, at: versions.row(of: 0, in: versions.row(of: Address(9))))
      )
    }
    let bottom = MemoryState()
    bottom.set(Address(1), Account(balance: 1), wipesStorage: false)
    #expect(try found(bottom) == (nil, 0))
    #expect(try found(MemoryState(base: bottom)) == (nil, 0))
    #expect(try found(MemoryState(base: Elsewhere())) == (5, 1))
    #expect(try found(MemoryState(base: MemoryState(base: Elsewhere()))) == (5, 1))
    let top = MemoryState(base: bottom)
    top.set(Address(9), Account(balance: 2), storage: [0: 3])
    #expect(try found(top) == (2, 3))
  }
}
