import AccessAnalysis
import EVMState
import EthereumTypes

/// Where in memory lies what each transaction of a plan is predicted to look at, to ask for it ahead, and what any of them is
/// predicted to change, as nobody need look for versions of anything else.
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
  /// The rows that any transaction is predicted to change.
  let changedAccounts: RowFilter
  let changedSlots: RowFilter

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
    var changedAccounts: Set<Int32> = []
    var changedSlots: Set<Int32> = []
    for prediction in predictions {
      for location in prediction.access.writes + prediction.access.adds {
        if location.field == .storage {
          if let place = rows.place(location.address, location.slot) { changedSlots.insert(place.row) }
        } else if let place = rows.place(location.address) {
          changedAccounts.insert(place.row)
        }
      }
      let accountStart = accounts.count
      let slotStart = slots.count
      for locations in [prediction.access.reads, prediction.access.writes, prediction.access.adds] {
        for location in locations {
          if accounts.count - accountStart < Self.most, let place = rows.place(location.address),
            !accounts[accountStart...].contains(where: { $0.row == place.row })
          {
            accounts.append(place)
          }
          // What is written has been read as a rule.
          if location.field == .storage, slots.count - slotStart < Self.most,
            let place = rows.place(location.address, location.slot),
            !slots[slotStart...].contains(where: { $0.row == place.row })
          {
            slots.append(place)
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
    self.changedAccounts = RowFilter(changedAccounts)
    self.changedSlots = RowFilter(changedSlots)
    accountCount = rows.accountCount
    slotCount = rows.slotCount
  }

  /// The same, but not all that is predicted to change is known to: for tests.
  init(_ other: Footprints, keeping keep: (Int) -> UInt64) {
    accounts = other.accounts
    slots = other.slots
    firstAccount = other.firstAccount
    firstSlot = other.firstSlot
    accountCount = other.accountCount
    slotCount = other.slotCount
    changedAccounts = RowFilter(other.changedAccounts, keeping: keep)
    changedSlots = RowFilter(other.changedSlots, keeping: keep)
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
