import EVMState
import EthereumTypes

/// A part of a `VersionedState`: for each location the settled value, which all final transactions together left, and
/// on top of it the versions of those that have run but are not final.
struct VersionedShard: Sendable {
  struct AccountCell: BitwiseCopyable {
    let address: Address
    /// The account behind the last final transaction.
    var settled: Account?
    /// The last final transaction that changed the account, −1 for none.
    var changed: Int32 = -1
    /// The last final transaction that took its storage away, −1 for none.
    var wiped: Int32 = -1
    /// Whether a final transaction made it a new contract.
    var isCreated = false
    var pending = VersionPool<AccountEffect>.List()
    /// The sum of the pending credits and debits, how many pending versions set the nonce, and how many do anything
    /// else.
    var pendingSum = UInt256.zero
    var pendingNonces: Int32 = 0
    var pendingOthers: Int32 = 0
  }

  struct SlotCell: BitwiseCopyable {
    let address: Address
    let key: UInt256
    /// The value behind the last final transaction.
    var settled: UInt256
    /// The last final transaction that changed the slot, −1 for none.
    var changed: Int32 = -1
    var pending = VersionPool<UInt256>.List()
  }

  private var accountIndex = RowTable(capacity: 16)
  private(set) var accounts: [AccountCell] = []
  private var accountVersions = VersionPool<AccountEffect>()
  private var slotIndex = RowTable(capacity: 32)
  private(set) var slots: [SlotCell] = []
  private var slotVersions = VersionPool<UInt256>()

  // MARK: Accounts

  func accountRow(_ address: Address, _ bits: UInt64) -> Int? {
    accountIndex.row(bits) { accounts[$0].address == address }
  }

  /// Makes the account's cell from its value before the block, unless another thread has done so meanwhile.
  mutating func insert(_ address: Address, _ bits: UInt64, _ account: Account?) -> Int {
    if let row = accountRow(address, bits) { return row }
    accountIndex.insert(bits, row: accounts.count)
    accounts.append(AccountCell(address: address, settled: account))
    return accounts.count - 1
  }

  /// The account as transaction `index` finds it.
  func account(_ row: Int, before index: Int) -> Account? {
    let cell = accounts[row]
    if cell.pending.isEmpty { return cell.settled }
    if cell.pendingOthers == 0, var account = cell.settled, !account.isEmpty {
      // Hundreds of transactions credit the coinbase or come from one sender: take off what came too late rather than
      // add up what came before.
      var sum = cell.pendingSum
      var place = cell.pending.last
      while place >= 0, accountVersions.nodes[Int(place)].index >= index {
        sum &-= accountVersions.nodes[Int(place)].change.credit ?? .zero
        place = accountVersions.nodes[Int(place)].previous
      }
      if cell.pendingNonces > 0 {
        while place >= 0 {
          if let nonce = accountVersions.nodes[Int(place)].change.nonce {
            account.nonce = nonce
            break
          }
          place = accountVersions.nodes[Int(place)].previous
        }
      }
      account.balance &+= sum
      return account
    }
    var account = cell.settled
    var place = cell.pending.first
    while place >= 0 {
      let node = accountVersions.nodes[Int(place)]
      if node.index >= index { break }
      account = node.change.applied(to: account)
      place = node.next
    }
    return account
  }

  /// The last transaction before `index` that took the account's storage away, −1 for none.
  func wipe(_ row: Int, before index: Int) -> Int32 {
    var place = accountVersions.last(of: accounts[row].pending, before: index)
    while place >= 0 {
      let node = accountVersions.nodes[Int(place)]
      if node.change.isDestroyed { return node.index }
      place = node.previous
    }
    return accounts[row].wiped
  }

  mutating func publish(_ effect: AccountEffect, _ row: Int, index: Int) {
    accountVersions.insert(effect, index: index, into: &accounts[row].pending)
    count(effect, row, 1)
    if let credit = effect.credit { accounts[row].pendingSum &+= credit }
  }

  mutating func retractAccount(_ row: Int, index: Int) {
    guard let effect = accountVersions.remove(index: index, from: &accounts[row].pending) else { return }
    count(effect, row, -1)
    if let credit = effect.credit { accounts[row].pendingSum &-= credit }
  }

  private mutating func count(_ effect: AccountEffect, _ row: Int, _ number: Int32) {
    if effect.credit == nil { accounts[row].pendingOthers += number }
    if effect.nonce != nil { accounts[row].pendingNonces += number }
  }

  /// Makes what transaction `index` did to the account final.
  ///
  /// - Returns: whether the account's storage went.
  mutating func settle(_ effect: AccountEffect, _ row: Int, index: Int) -> Bool {
    retractAccount(row, index: index)
    let before = accounts[row].settled
    let after = effect.applied(to: before)
    accounts[row].settled = after
    accounts[row].changed = Int32(truncatingIfNeeded: index)
    if effect.isCreated { accounts[row].isCreated = true }
    guard effect.isDestroyed || (before != nil && after == nil) else { return false }
    accounts[row].wiped = Int32(truncatingIfNeeded: index)
    return true
  }

  // MARK: Slots

  func slotRow(_ address: Address, _ key: UInt256, _ bits: UInt64) -> Int? {
    slotIndex.row(bits) { slots[$0].key == key && slots[$0].address == address }
  }

  /// Makes the slot's cell from its value before the block, unless another thread has done so meanwhile.
  mutating func insert(_ address: Address, _ key: UInt256, _ bits: UInt64, _ value: UInt256) -> Int {
    if let row = slotRow(address, key, bits) { return row }
    slotIndex.insert(bits, row: slots.count)
    slots.append(SlotCell(address: address, key: key, settled: value))
    return slots.count - 1
  }

  /// The slot as transaction `index` finds it, and who wrote it, −1 for nobody.
  func slot(_ row: Int, before index: Int) -> (value: UInt256, writer: Int32) {
    let cell = slots[row]
    let place = slotVersions.last(of: cell.pending, before: index)
    if place < 0 { return (cell.settled, cell.changed) }
    let node = slotVersions.nodes[Int(place)]
    return (node.change, node.index)
  }

  mutating func publish(_ value: UInt256, _ row: Int, index: Int) {
    slotVersions.insert(value, index: index, into: &slots[row].pending)
  }

  mutating func retractSlot(_ row: Int, index: Int) {
    _ = slotVersions.remove(index: index, from: &slots[row].pending)
  }

  mutating func settle(_ value: UInt256, _ row: Int, index: Int) {
    retractSlot(row, index: index)
    slots[row].settled = value
    slots[row].changed = Int32(truncatingIfNeeded: index)
  }
}

extension AccountEffect {
  /// What is added to the balance, where no more than that and the nonce changes of an account that is there already.
  fileprivate var credit: UInt256? {
    if codeHash != nil || isCreated || isDestroyed { return nil }
    return switch balance {
    case .none: .zero
    case .add(let amount): amount
    case .set: nil
    }
  }
}
