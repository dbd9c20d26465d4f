import EVMState
import EthereumTypes
import Synchronization

/// What one transaction did to an account; once all transactions before it are final, also what came of that.
struct AccountChange: ~Copyable {
  let effect: AccountEffect
  /// Set before `settle` says so.
  private var settled: Account?
  private let isSettled: Atomic<Bool>
  private let wipes: Atomic<Bool>

  init(_ effect: AccountEffect) {
    self.effect = effect
    isSettled = Atomic(false)
    wipes = Atomic(effect.isDestroyed)
  }

  /// A change that is final as it is made.
  init(_ effect: AccountEffect, leaving account: Account?, wipesStorage: Bool) {
    self.effect = effect
    settled = account
    isSettled = Atomic(true)
    wipes = Atomic(wipesStorage)
  }

  /// The account behind the transaction, where that is final; otherwise nil.
  @inline(__always)
  var final: Account?? { isSettled.load(ordering: .acquiring) ? .some(settled) : nil }

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
struct AccountVersions: ~Copyable {
  typealias List = VersionList<AccountChange>

  let base: Account?
  let list = List()

  init(base: Account?) { self.base = base }

  /// The account as transaction `index` finds it, as far as its predecessors have run.
  func account(before index: Int) -> Account? {
    guard let last = unsafe list.last(before: index) else { return base }
    if let final = unsafe last.pointee.change.final { return final }
    return unsafe account(behind: last)
  }

  /// The account behind a version whose transaction is not final. Credits and debits that do not depend on what was
  /// there are summed up on the way back to one that is, or to the beginning; where other changes lie between, all
  /// are made again in order.
  private func account(behind last: List.Pointer) -> Account? {
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
      unsafe version = list.predecessor(of: found)
    }
    for unsafe version in unsafe pending.reversed() {
      account = unsafe version.pointee.change.effect.applied(to: account)
    }
    return account
  }

  private static var patience: Int { 256 }

  /// The last transaction before `index` that took the account's storage away, −1 for none.
  func lastWipe(before index: Int) -> Int32 {
    var version = unsafe list.last(before: index)
    while let found = unsafe version {
      if unsafe found.pointee.change.wipesStorage { return unsafe found.pointee.index }
      unsafe version = list.predecessor(of: found)
    }
    return -1
  }
}

/// A slot before the block, and what the block's transactions write to it.
struct SlotVersions: ~Copyable {
  typealias List = VersionList<UInt256>

  let base: UInt256
  let list = List()

  init(base: UInt256) { self.base = base }
}

/// A slot of an account.
struct SlotKey: Equatable, BitwiseCopyable {
  let address: Address
  let slot: UInt256

  /// Equality without branches.
  @inline(__always)
  static func == (a: SlotKey, b: SlotKey) -> Bool {
    (a.slot.l0 ^ b.slot.l0) | (a.slot.l1 ^ b.slot.l1) | (a.slot.l2 ^ b.slot.l2) | (a.slot.l3 ^ b.slot.l3)
      | (a.address.lo ^ b.address.lo) | (a.address.mid ^ b.address.mid)
      | UInt64(a.address.hi ^ b.address.hi) == 0
  }

  @inline(__always)
  var mixedBits: UInt64 { address.mixedBits ^ slot.mixedBits &* 0x9E37_79B9_7F4A_7C15 }
}
