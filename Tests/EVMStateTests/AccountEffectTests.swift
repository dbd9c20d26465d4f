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

  /// What an effect says, each part by itself.
  private struct Parts: Equatable {
    var observed: AccountFlags = []
    var before: Account?
    var balance = AccountEffect.BalanceChange.none
    var nonce: UInt64?
    var codeHash: Hash32?
    var flags = [false, false, false, false]

    init() {}

    init(_ effect: AccountEffect) {
      observed = effect.observed
      before = effect.before
      balance = effect.balance
      nonce = effect.nonce
      codeHash = effect.codeHash
      flags = [effect.isCreated, effect.isDestroyed, effect.exists, effect.isRemovedIfEmpty]
    }
  }

  @Test("none of its parts hangs on another, in whatever order they are set")
  func parts() throws {
    var random = SplitMix64(seed: 5)
    var effect = try effect { _ = $0.balance($0.handle(for: Self.empty)) }
    var expected = Parts(effect)
    for _ in 0..<2000 {
      let number = random.next() % 1000
      switch random.next() % 9 {
      case 0:
        expected.observed =
          [[], [.balanceObserved], [.nonceObserved, .codeObserved], .observations][Int(number % 4)]
        effect.observed = expected.observed
      case 1:
        expected.before = number % 3 == 0 ? nil : Account(nonce: number, balance: 2)
        effect.before = expected.before
      case 2:
        expected.balance = [.none, .set(UInt256(number)), .add(UInt256(number))][Int(number % 3)]
        effect.balance = expected.balance
      case 3:
        expected.nonce = number % 3 == 0 ? nil : number
        effect.nonce = expected.nonce
      case 4:
        expected.codeHash = number % 3 == 0 ? nil : Hash32(word: UInt256(number))
        effect.codeHash = expected.codeHash
      case 5:
        expected.flags[0].toggle()
        effect.isCreated.toggle()
      case 6:
        expected.flags[1].toggle()
        effect.isDestroyed.toggle()
      case 7:
        expected.flags[2].toggle()
        effect.exists.toggle()
      default:
        expected.flags[3].toggle()
        effect.isRemovedIfEmpty.toggle()
      }
      #expect(Parts(effect) == expected)
    }
  }
}
