import AccessAnalysis
import EVMState
import EthereumTypes

/// Where in memory lies what each transaction of a plan is predicted to look at, to ask for it ahead, and whose that is, as
/// versions are needed only of what several transactions have to do with.
///
/// A class, so that nobody counts references to its arrays while a block runs.
final class Footprints: Sendable {
  /// Of all transactions, one after the other.
  private let accounts: [StateRows.Place]
  private let slots: [StateRows.Place]
  /// Where each transaction's begin; one more at the end.
  private let firstAccount: [Int32]
  private let firstSlot: [Int32]
  /// All rows are below these.
  let accountCount: Int
  let slotCount: Int
  /// Whose is what any transaction is predicted to change.
  let accountOwners: LocationOwners
  let slotOwners: LocationOwners

  /// More than that is not asked for: it would drive out of the cache what comes first.
  private static var most: Int { 48 }

  /// Linear in the locations, of which so many count for each transaction.
  ///
  /// - Parameters:
  ///   - predictions: one for each transaction.
  ///   - rows: those of the state that the block will run on.
  init(_ predictions: [Prediction], on rows: StateRows) {
    var accounts: [StateRows.Place] = []
    var slots: [StateRows.Place] = []
    var firstAccount: [Int32] = [0]
    var firstSlot: [Int32] = [0]
    (accountOwners, slotOwners) = Self.owners(of: predictions, on: rows)
    for (index, prediction) in predictions.enumerated() {
      let accountStart = accounts.count
      let slotStart = slots.count
      for locations in [prediction.access.reads, prediction.access.writes, prediction.access.adds] {
        for location in locations {
          let account = rows.place(location.address)
          accountOwners.noteUse(account?.row, else: location.address.mixedBits, by: index)
          if let account, accounts.count - accountStart < Self.most,
            !accounts[accountStart...].contains(where: { $0.row == account.row })
          {
            accounts.append(account)
          }
          guard location.field == .storage else { continue }
          let slot = rows.place(location.address, location.slot)
          slotOwners.noteUse(slot?.row, else: SlotKey(location).mixedBits, by: index)
          // What is written has been read as a rule.
          if let slot, slots.count - slotStart < Self.most,
            !slots[slotStart...].contains(where: { $0.row == slot.row })
          {
            slots.append(slot)
          }
        }
      }
      firstAccount.append(Int32(truncatingIfNeeded: accounts.count))
      firstSlot.append(Int32(truncatingIfNeeded: slots.count))
    }
    self.accounts = accounts
    self.slots = slots
    self.firstAccount = firstAccount
    self.firstSlot = firstSlot
    accountCount = rows.accountCount
    slotCount = rows.slotCount
  }

  /// Whose is what is changed, before anyone has claimed it.
  private static func owners(
    of predictions: [Prediction], on rows: StateRows
  ) -> (accounts: LocationOwners, slots: LocationOwners) {
    var accounts: [LocationOwners.Change] = []
    var slots: [LocationOwners.Change] = []
    // Whoever may look at anything may look at everything before.
    let firstHidden = predictions.lastIndex { $0.trust == .unknown } ?? 0
    for (index, prediction) in predictions.enumerated() {
      for location in prediction.access.writes + prediction.access.adds {
        if location.field == .storage {
          slots.append(
            .init(
              row: rows.place(location.address, location.slot)?.row, bits: SlotKey(location).mixedBits,
              isShown: index < firstHidden))
        } else {
          accounts.append(
            .init(
              row: rows.place(location.address)?.row, bits: location.address.mixedBits,
              isShown: index < firstHidden))
        }
      }
    }
    return (
      LocationOwners(rows: rows.accountCount, accounts), LocationOwners(rows: rows.slotCount, slots)
    )
  }

  /// The same, but with some wrong owners: for tests.
  init(_ other: Footprints, changing change: (Int, RowOwners.Owner) -> RowOwners.Owner) {
    accounts = other.accounts
    slots = other.slots
    firstAccount = other.firstAccount
    firstSlot = other.firstSlot
    accountCount = other.accountCount
    slotCount = other.slotCount
    accountOwners = LocationOwners(other.accountOwners, changing: change)
    slotOwners = LocationOwners(other.slotOwners, changing: change)
  }

  /// Whether these may be the rows of a state. Those of another one would do no harm: what is fetched ahead would be
  /// something else, and what is changed against all predictions is found out.
  func fits(_ rows: StateRows) -> Bool { accountCount <= rows.accountCount && slotCount <= rows.slotCount }

  /// The number of transactions.
  var count: Int { firstAccount.count - 1 }

  /// The accounts that a transaction will look at.
  @inline(__always)
  func forEachAccount(of index: Int, _ body: (StateRows.Place) -> Void) {
    for position in Int(firstAccount[index])..<Int(firstAccount[index &+ 1]) { body(accounts[position]) }
  }

  /// The slots that a transaction will look at.
  @inline(__always)
  func forEachSlot(of index: Int, _ body: (StateRows.Place) -> Void) {
    for position in Int(firstSlot[index])..<Int(firstSlot[index &+ 1]) { body(slots[position]) }
  }
}
