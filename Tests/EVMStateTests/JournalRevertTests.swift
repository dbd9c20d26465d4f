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
    // A journal cannot be copied, so the macro must not see it.
    let wasCold = journal.warm(account)
    let wasDead = journal.isDead(account)
    journal.revert(to: checkpoint)
    let isDead = journal.isDead(account)
    let exists = journal.exists(account)
    let isCold = journal.warm(account)
    #expect(wasCold && !wasDead)
    #expect(!isDead && exists && isCold)
  }

  @Test("an account that only a reverted frame brought into being is gone again")
  func creationIsReverted() {
    var journal = Journal(reader: MemoryState())
    let account = journal.handle(for: Address(0x1234))
    let checkpoint = journal.checkpoint
    journal.credit(account, 7)
    let wasDead = journal.isDead(account)
    journal.revert(to: checkpoint)
    let isDead = journal.isDead(account)
    let exists = journal.exists(account)
    #expect(!wasDead && isDead && !exists)
  }
}
