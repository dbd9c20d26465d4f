import EVMState
import EthereumTypes
import Testing

@Suite("Block access lists from effects")
struct BlockAccessListBuilderTests {
  static let a = Address(0xA)
  static let b = Address(0xB)

  let state = {
    let state = MemoryState()
    state.set(a, nonce: 1, balance: 100, code: [], storage: [1: 11, 2: 22])
    return state
  }()

  /// The effects of a few journal calls on the state, which is brought up to date.
  func effects(_ body: (inout Journal) -> Void) throws -> TransactionEffects {
    var journal = Journal(reader: state)
    body(&journal)
    let effects = journal.finish(removesEmptyAccounts: true)
    try state.apply(effects)
    return effects
  }

  @Test("looks are listed without changes, and only what differs in the end is a change")
  func changesAndReads() throws {
    var builder = BlockAccessListBuilder()
    builder.add(
      [
        try effects { journal in
          let account = journal.handle(for: Self.a)
          _ = journal.balance(journal.handle(for: Self.b))
          _ = journal.value(journal.slot(account, 2))
          _ = journal.value(journal.slot(account, 1))
          // There and back again.
          journal.store(journal.slot(account, 2), 23)
          journal.store(journal.slot(account, 2), 22)
          _ = journal.debit(account, 30)
          journal.credit(account, 30)
          journal.setNonce(account, 2)
          _ = journal.warm(journal.handle(for: Address(0xC)))
        }
      ], index: 1)
    builder.add(
      [
        try effects { journal in
          let account = journal.handle(for: Self.a)
          journal.store(journal.slot(account, 1), 0)
          journal.credit(journal.handle(for: Self.b), 5)
          _ = journal.debit(account, 5)
          journal.setCode(account, [0xEF])
        }
      ], index: 2)
    var first = BlockAccessList.Account(address: Self.a)
    first.storageChanges = [.init(slot: 1, changes: [.init(index: 2, value: 0)])]
    first.storageReads = [2]
    first.balanceChanges = [.init(index: 2, value: 95)]
    first.nonceChanges = [.init(index: 1, value: 2)]
    first.codeChanges = [.init(index: 2, value: [0xEF])]
    var second = BlockAccessList.Account(address: Self.b)
    second.balanceChanges = [.init(index: 2, value: 5)]
    let list = builder.build()
    #expect(list == BlockAccessList([first, second]))
    #expect(list.itemCount == 4)
  }

  @Test("of an account that does not outlive its transaction only looks are left")
  func destroyed() throws {
    var builder = BlockAccessListBuilder()
    builder.add(
      [
        try effects { journal in
          let account = journal.handle(for: Self.b)
          journal.create(account, nonce: 1)
          journal.credit(account, 9)
          journal.setCode(account, [1, 2, 3])
          journal.store(journal.slot(account, 7), 1)
          _ = journal.value(journal.slot(account, 8))
          journal.setBalance(account, .zero)
          journal.destroy(account)
        }
      ], index: 1)
    var expected = BlockAccessList.Account(address: Self.b)
    expected.storageReads = [7, 8]
    #expect(builder.build() == BlockAccessList([expected]))
  }

  @Test("a slot of a new account that is empty in the end was still looked at")
  func emptySlotOfNewAccount() throws {
    var builder = BlockAccessListBuilder()
    let made = try effects { journal in
      let account = journal.handle(for: Self.b)
      journal.create(account, nonce: 1)
      journal.store(journal.slot(account, 7), 1)
      journal.store(journal.slot(account, 7), 0)
      journal.store(journal.slot(account, 9), 4)
    }
    builder.add([made], index: 3)
    let account = builder.build().accounts.first
    #expect(account?.storageReads == [7])
    #expect(account?.storageChanges == [.init(slot: 9, changes: [.init(index: 3, value: 4)])])
    #expect(account?.nonceChanges == [.init(index: 3, value: 1)])
  }

  @Test("several parts of one step count as one: what they undo together is no change")
  func severalParts() throws {
    var builder = BlockAccessListBuilder()
    let there = try effects { $0.store($0.slot($0.handle(for: Self.a), 1), 5) }
    let back = try effects { $0.store($0.slot($0.handle(for: Self.a), 1), 11) }
    let credited = try effects { $0.credit($0.handle(for: Self.b), 1) }
    let again = try effects { $0.credit($0.handle(for: Self.b), 2) }
    builder.add([there, credited, back, again], index: 0)
    var first = BlockAccessList.Account(address: Self.a)
    first.storageReads = [1]
    var second = BlockAccessList.Account(address: Self.b)
    second.balanceChanges = [.init(index: 0, value: 3)]
    #expect(builder.build() == BlockAccessList([first, second]))
  }
}
