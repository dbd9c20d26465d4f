import EVMState
import EthereumTypes
import Testing

@Suite("Journal: reverts")
struct JournalRevertTests {
  @Test("an account first accessed inside a reverted frame still exists behind it")
  func accessBeforeReadSurvivesRevert() {
    let state = MemoryState()
    let address = Address(0x1234)
    state.set(address, Account(nonce: 1, balance: 5), storage: [:])
    var journal = Journal(reader: state)
    let checkpoint = journal.checkpoint
    let account = journal.handle(for: address)
    #expect(journal.warm(account))
    #expect(!journal.isDead(account))
    journal.revert(to: checkpoint)
    #expect(!journal.isDead(account))
    #expect(journal.exists(account))
    #expect(journal.warm(account))
  }

  @Test("an account that only a reverted frame brought into being is gone again")
  func creationIsReverted() {
    var journal = Journal(reader: MemoryState())
    let account = journal.handle(for: Address(0x1234))
    let checkpoint = journal.checkpoint
    journal.credit(account, 7)
    #expect(!journal.isDead(account))
    journal.revert(to: checkpoint)
    #expect(journal.isDead(account))
    #expect(!journal.exists(account))
  }
}
