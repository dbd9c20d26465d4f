import AccessAnalysis
import EthereumTypes

/// What each transaction of a plan is predicted to look at, as hashes: enough to ask for the memory that it lies in.
struct Footprints: Sendable {
  /// A slot, by the mixed bits of its account and of its key.
  struct Slot: BitwiseCopyable {
    let account: UInt64
    let key: UInt64
  }

  /// Of all transactions, one after the other: mixed bits of the addresses of accounts, and slots of these.
  private let accounts: [UInt64]
  private let slots: [Slot]
  /// Where each transaction's begin; one more at the end.
  private let firstAccount: [Int32]
  private let firstSlot: [Int32]

  /// More than that is not asked for: it would drive out of the cache what comes first.
  private static var most: Int { 48 }

  /// Linear in the locations, of which so many count for each transaction.
  ///
  /// - Parameter predictions: one for each transaction.
  init(_ predictions: [Prediction]) {
    var accounts: [UInt64] = []
    var slots: [Slot] = []
    var firstAccount: [Int32] = [0]
    var firstSlot: [Int32] = [0]
    for prediction in predictions {
      let start = accounts.count
      let end = slots.count + Self.most
      for locations in [prediction.access.reads, prediction.access.writes, prediction.access.adds] {
        for location in locations where slots.count < end {
          let account = location.address.mixedBits
          if !accounts[start...].contains(account) {
            if accounts.count - start >= Self.most { continue }
            accounts.append(account)
          }
          guard location.field == .storage else { continue }
          let slot = Slot(account: account, key: location.slot.mixedBits)
          // What is written has been read as a rule.
          let isKnown = slots[(end - Self.most)...].contains { $0.key == slot.key && $0.account == account }
          if !isKnown { slots.append(slot) }
        }
      }
      firstAccount.append(Int32(truncatingIfNeeded: accounts.count))
      firstSlot.append(Int32(truncatingIfNeeded: slots.count))
    }
    self.accounts = accounts
    self.slots = slots
    self.firstAccount = firstAccount
    self.firstSlot = firstSlot
  }

  /// The number of transactions.
  var count: Int { firstAccount.count - 1 }

  /// The accounts that a transaction will look at.
  @inline(__always)
  func forEachAccount(of index: Int, _ body: (UInt64) -> Void) {
    for position in Int(firstAccount[index])..<Int(firstAccount[index &+ 1]) { body(accounts[position]) }
  }

  /// The slots that a transaction will look at.
  @inline(__always)
  func forEachSlot(of index: Int, _ body: (Slot) -> Void) {
    for position in Int(firstSlot[index])..<Int(firstSlot[index &+ 1]) { body(slots[position]) }
  }
}
