import EVM
import EVMState
import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("Block-STM's versions of an account")
struct STMAccountVersionsTests {
  /// Any effect, to be changed.
  private static func template() throws -> AccountEffect {
    let random = RandomBlock(seed: 1, count: 3, accounts: 2)
    let run = try BlockExecutor(kind: .serial, threads: 1).run(random.processor, on: random.state)
    var effect = try #require(run.result.transactions.first?.effects.accounts.first)
    effect.nonce = nil
    effect.codeHash = nil
    (effect.isCreated, effect.isDestroyed, effect.isRemovedIfEmpty) = (false, false, false)
    return effect
  }

  @Test(
    "give what applying all of them gives, whatever is put, removed and marked between reads",
    arguments: 0..<8)
  func equalsApplyingAll(seed: UInt64) throws {
    var draw = SplitMix64(seed: seed)
    let template = try Self.template()
    let base = Account(nonce: 1, balance: 1_000_000)
    var versions = STMAccountVersions()
    var expected: [Int: (change: AccountEffect, isEstimate: Bool)] = [:]
    for _ in 0..<4000 {
      let index = Int(draw.next(200))
      switch draw.next(8) {
      case 0, 1, 2:
        var change = template
        change.balance = draw.next(12) == 0 ? .set(UInt256(draw.next(1000))) : .add(UInt256(draw.next(1000)))
        let replaced = versions.put(change, by: index)
        #expect(replaced?.balance == expected[index]?.change.balance)
        expected[index] = (change, false)
      case 3:
        versions.remove(index)
        expected[index] = nil
      case 4:
        versions.markEstimate(index)
        expected[index]?.isEstimate = true
      default:
        var account: Account? = base
        var blocker: Int?
        for (other, version) in expected.sorted(by: { $0.key < $1.key }) where other < index && blocker == nil
        {
          if version.isEstimate, case .set = version.change.balance { blocker = other }
          account = version.change.applied(to: account)
        }
        switch versions.account(before: index, over: base) {
        case .value(let found): #expect(blocker == nil && found == account)
        case .estimate(let by): #expect(by == blocker)
        }
      }
    }
  }
}
