import AccessAnalysis
import EVMState
import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("What a transaction will look at is fetched ahead")
struct FootprintsTests {
  private let token = Address(1)
  private let sender = Address(2)

  /// A state with the token and its slots, and the accounts given.
  private func state(slots: [UInt64], accounts: [Address]) throws -> MemoryState {
    let state = MemoryState()
    for account in accounts + [token] {
      state.set(account, nonce: 0, balance: 1, code: [], storage: [:])
    }
    for slot in slots { try state.set(token, UInt256(slot), 1) }
    return state
  }

  /// The rows of a state, which must outlive them.
  private func rows(_ state: MemoryState) throws -> StateRows {
    let rows = unsafe StateRows(state)
    return try #require(rows)
  }

  private func footprints(_ predictions: [Prediction], on state: MemoryState) throws -> Footprints {
    Footprints(predictions, on: try rows(state))
  }

  private func slots(_ footprints: Footprints, _ index: Int) -> [Int32] {
    var found: [Int32] = []
    footprints.forEachSlot(of: index) { found.append($0.row) }
    return found
  }

  private func accounts(_ footprints: Footprints, _ index: Int) -> [Int32] {
    var found: [Int32] = []
    footprints.forEachAccount(of: index) { found.append($0.row) }
    return found
  }

  @Test("each account and slot once, with the account of each slot, and nothing that is not there")
  func eachOnce() throws {
    let slot = Location.storage(token, 7)
    let state = try state(slots: [3, 7], accounts: [sender])
    let rows = try rows(state)
    let footprints = try footprints(
      [
        Prediction(trust: .certain, access: .empty),
        Prediction(
          trust: .certain,
          access: AccessSet(
            reads: [.nonce(sender), .balance(sender), slot, .storage(token, 8), .balance(Address(9))],
            writes: [.nonce(sender), slot], adds: [])),
      ], on: state)
    #expect(footprints.count == 2)
    #expect(accounts(footprints, 0).isEmpty)
    #expect(slots(footprints, 0).isEmpty)
    // In the order of the locations, which is that of the addresses.
    #expect(accounts(footprints, 1).map(Int.init) == [rows.accountRow(token), rows.accountRow(sender)])
    #expect(slots(footprints, 1).map(Int.init) == [rows.slotRow(rows.accountRow(token), 7)])
  }

  @Test("no more than fits into a cache", arguments: [47, 48, 49, 5000] as [UInt64])
  func bounded(_ count: UInt64) throws {
    let others = (0..<count).map { Address($0 + 100) }
    let reads = (0..<count).map { Location.storage(token, UInt256($0)) }
    let state = try state(slots: Array(0..<count), accounts: others)
    let access = AccessSet(reads: reads, writes: [], adds: others.map { .balance($0) })
    let footprints = try footprints([Prediction(trust: .certain, access: access)], on: state)
    #expect(slots(footprints, 0).count == min(Int(count), 48))
    #expect(accounts(footprints, 0).count == 48)
  }
}
