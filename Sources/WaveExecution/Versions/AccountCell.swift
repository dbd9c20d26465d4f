import EVMState
import EthereumTypes
import Synchronization

/// What one transaction did to an account; once all transactions before it are final, also what came of that.
@safe
struct AccountChange: ~Copyable {
  /// Set before `isSettled`; nobody looks before that. The only field that changes, and the first: a sanitizer takes
  /// its change for one of whatever is first.
  private var settled: Account?
  /// What happens to whatever was there; nil where the change was final when it was made.
  private let effect: UnsafePointer<AccountEffect>?
  private let isSettled: Atomic<Bool>
  private let wipes: Atomic<Bool>

  /// A change whose outcome is not known yet. `effect` lies in an arena of the block.
  @unsafe
  init(_ effect: UnsafePointer<AccountEffect>) {
    unsafe self.effect = unsafe effect
    isSettled = Atomic(false)
    wipes = Atomic(unsafe effect.pointee.isDestroyed)
  }

  /// A change that is final as it is made.
  init(leaving account: Account?, wipesStorage: Bool) {
    unsafe effect = nil
    settled = account
    isSettled = Atomic(true)
    wipes = Atomic(wipesStorage)
  }

  /// The account behind the transaction, where that is final; otherwise nil.
  @inline(__always)
  var final: Account?? { isSettled.load(ordering: .acquiring) ? .some(settled) : nil }

  /// Whether the account behind the transaction is known for good.
  @inline(__always)
  var isFinal: Bool { isSettled.load(ordering: .acquiring) }

  /// What is added to the balance, where no more than that and the nonce changes of an account that is there already.
  var credit: UInt256? {
    guard let effect = unsafe effect, unsafe effect.pointee.codeHash == nil,
      unsafe !effect.pointee.isCreated, unsafe !effect.pointee.isDestroyed
    else { return nil }
    return switch unsafe effect.pointee.balance {
    case .none: .zero
    case .add(let amount): amount
    case .set: nil
    }
  }

  /// The nonce it sets, if any.
  var nonce: UInt64? { unsafe effect?.pointee.nonce }

  /// What it makes of an account.
  func applied(to account: Account?) -> Account? {
    guard let effect = unsafe effect else { return settled }
    return unsafe effect.pointee.applied(to: account)
  }

  /// Whether the account's storage went with it.
  var wipesStorage: Bool { wipes.load(ordering: .acquiring) }

  /// Makes it final. For one thread, once.
  mutating func settle(leaving account: Account?, wipesStorage: Bool) {
    settled = account
    wipes.store(wipesStorage, ordering: .relaxed)
    isSettled.store(true, ordering: .releasing)
  }
}

/// An account before the block, and what the block's transactions do to it.
@safe
struct AccountCell: BitwiseCopyable {
  typealias List = VersionList<AccountChange>

  // Invariant: both outlive the block; the row does not change, the list is written by its own rules.
  private let row: UnsafePointer<StoredAccount>
  private let list: UnsafePointer<List>

  @unsafe
  init(row: UnsafePointer<StoredAccount>, list: UnsafePointer<List>) {
    unsafe self.row = row
    unsafe self.list = list
  }

  var address: Address { @inline(__always) get { unsafe row.pointee.address } }
  /// The account before the block.
  var base: Account? { @inline(__always) get { unsafe row.pointee.account } }

  /// The version of the last transaction before `index`, nil for none.
  @unsafe @inline(__always)
  func last(before index: Int, in round: UInt64) -> List.Pointer? {
    unsafe list.pointee.last(before: index, in: round)
  }

  /// Adds a version.
  @unsafe
  func insert(_ version: List.Pointer, in round: UInt64) { unsafe list.pointee.insert(version, in: round) }

  /// The account behind a version, nil for none, as far as its predecessors have run.
  @inline(__always)
  func account(behind last: List.Pointer?) -> Account? {
    guard let last = unsafe last else { return base }
    if let final = unsafe last.pointee.change.final { return final }
    return unsafe sum(behind: last)
  }

  /// The account behind a version whose transaction is not final, where nothing but credits and debits lie between it
  /// and the last one that is.
  private func sum(behind last: List.Pointer) -> Account? {
    var sum = UInt256.zero
    var nonce: UInt64?
    var version: List.Pointer? = unsafe last
    var account = base
    while let found = unsafe version {
      if let final = unsafe found.pointee.change.final {
        account = final
        break
      }
      guard let credit = unsafe found.pointee.change.credit else { return unsafe applied(behind: last) }
      sum &+= credit
      if nonce == nil { nonce = unsafe found.pointee.change.nonce }
      unsafe version = list.pointee.predecessor(of: found)
    }
    guard var account, !account.isEmpty else { return unsafe applied(behind: last) }
    account.balance &+= sum
    if let nonce { account.nonce = nonce }
    return account
  }

  /// The account behind a version whose transaction is not final: all changes since the last one that is, in order.
  private func applied(behind last: List.Pointer) -> Account? {
    var pending: [List.Pointer] = unsafe []
    var version: List.Pointer? = unsafe last
    var account = base
    while let found = unsafe version {
      if let final = unsafe found.pointee.change.final {
        account = final
        break
      }
      unsafe pending.append(found)
      // Whoever needs more precision than that is found out in the end and runs again.
      if unsafe pending.count == Self.patience { break }
      unsafe version = list.pointee.predecessor(of: found)
    }
    while let version = unsafe pending.popLast() {
      account = unsafe version.pointee.change.applied(to: account)
    }
    return account
  }

  private static var patience: Int { 256 }

  /// The last transaction before `index` that took the account's storage away, −1 for none.
  func lastWipe(before index: Int, in round: UInt64) -> Int32 {
    var version = unsafe list.pointee.last(before: index, in: round)
    while let found = unsafe version {
      if unsafe found.pointee.change.wipesStorage { return unsafe found.pointee.index }
      unsafe version = list.pointee.predecessor(of: found)
    }
    return -1
  }
}
