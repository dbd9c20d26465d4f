import AccessAnalysis
import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("What a transaction will look at is fetched ahead")
struct FootprintsTests {
  private let token = Address(1)
  private let sender = Address(2)

  private func slots(_ footprints: Footprints, _ index: Int) -> [[UInt64]] {
    var found: [[UInt64]] = []
    footprints.forEachSlot(of: index) { found.append([$0.account, $0.key]) }
    return found
  }

  private func accounts(_ footprints: Footprints, _ index: Int) -> [UInt64] {
    var found: [UInt64] = []
    footprints.forEachAccount(of: index) { found.append($0) }
    return found
  }

  @Test("each account and slot once, with the account of each slot")
  func eachOnce() {
    let slot = Location.storage(token, 7)
    let footprints = Footprints([
      Prediction(trust: .certain, access: .empty),
      Prediction(
        trust: .certain,
        access: AccessSet(
          reads: [.nonce(sender), .balance(sender), slot], writes: [.nonce(sender), slot], adds: [])),
    ])
    #expect(footprints.count == 2)
    #expect(accounts(footprints, 0).isEmpty)
    #expect(slots(footprints, 0).isEmpty)
    #expect(Set(accounts(footprints, 1)) == [sender.mixedBits, token.mixedBits])
    #expect(accounts(footprints, 1).count == 2)
    #expect(slots(footprints, 1) == [[token.mixedBits, (7 as UInt256).mixedBits]])
    let key = SlotKey(address: token, slot: 7)
    #expect(SlotKey.mix(token.mixedBits, key.slot.mixedBits) == key.mixedBits)
  }

  @Test("no more than fits into a cache", arguments: [47, 48, 49, 5000])
  func bounded(_ count: Int) {
    let reads = (0..<count).map { Location.storage(token, UInt256(UInt64($0))) }
    let others = (0..<count).map { Location.balance(Address(UInt64($0 + 100))) }
    let footprints = Footprints([
      Prediction(trust: .certain, access: AccessSet(reads: reads, writes: [], adds: others))
    ])
    #expect(slots(footprints, 0).count == min(count, 48))
    #expect(accounts(footprints, 0).count <= 48)
  }
}
