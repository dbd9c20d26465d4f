import EVMState
import EthereumTypes
import Testing

@Suite("Effects on an account, applied where it is another one")
struct AccountEffectTests {
  /// An account that exists and is empty, as there were before EIP-161.
  private static let empty = Address(0xE)

  private func effect(removesEmptyAccounts: Bool = true, _ body: (inout Journal) -> Void) throws
    -> AccountEffect
  {
    let state = MemoryState()
    state.set(Self.empty, Account(), storage: [:])
    var journal = Journal(reader: state)
    body(&journal)
    let effects = journal.finish(removesEmptyAccounts: removesEmptyAccounts)
    return try #require(effects.accounts.first { $0.address == Self.empty })
  }

  @Test("what was only looked at does not come into being where it is not there", arguments: [false, true])
  func looks(removesEmptyAccounts: Bool) throws {
    let effect = try effect(removesEmptyAccounts: removesEmptyAccounts) { journal in
      let account = journal.handle(for: Self.empty)
      _ = journal.codeHash(account)
      _ = journal.balance(account)
    }
    #expect(!effect.changesAnything)
    #expect(effect.holds(for: nil))
    #expect(effect.applied(to: nil) == nil)
    #expect(effect.applied(to: Account()) == Account())
  }

  @Test("what a call touches exists before EIP-161, and is removed since")
  func touches() throws {
    for removes in [false, true] {
      let effect = try effect(removesEmptyAccounts: removes) { $0.touch($0.handle(for: Self.empty)) }
      #expect(effect.applied(to: nil) == (removes ? nil : Account()))
      #expect(effect.applied(to: Account()) == (removes ? nil : Account()))
    }
  }

  @Test("what is paid something is there, wherever it was before")
  func pays() throws {
    let effect = try effect { $0.credit($0.handle(for: Self.empty), 7) }
    #expect(effect.applied(to: nil) == Account(balance: 7))
    #expect(effect.applied(to: Account(nonce: 1, balance: 1)) == Account(nonce: 1, balance: 8))
  }
}
