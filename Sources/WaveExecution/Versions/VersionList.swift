import EthereumTypes
import Synchronization

/// What one transaction did to one location. Plain old data in an arena; never moved, never freed before the block
/// is over.
@safe
struct Version<Change: ~Copyable>: ~Copyable {
  /// First because nothing else changes but atomics: a sanitizer takes a change for one of whatever is first.
  var change: Change
  /// The transaction.
  let index: Int32
  /// The version before this one.
  fileprivate let older = unsafe Atomic<UnsafeMutablePointer<Version>?>(nil)
  private let isDead = Atomic<Bool>(false)

  init(index: Int, change: consuming Change) {
    self.index = Int32(truncatingIfNeeded: index)
    self.change = change
  }

  /// Whether the transaction was found to have gone wrong: then this never happened.
  var isGone: Bool { isDead.load(ordering: .acquiring) }
  func remove() { isDead.store(true, ordering: .releasing) }
}

/// The versions of one location, latest transaction first. Readers need no lock, writers take a short one.
///
/// A list may be kept from block to block: what it held in another round than the present one does not count. Memory full
/// of zeros is a list that was never used.
@safe
struct VersionList<Change: ~Copyable>: ~Copyable {
  typealias Pointer = UnsafeMutablePointer<Version<Change>>

  // Invariant: versions are added, never taken out, so whatever a reader holds leads on to all older ones; they live
  // in arenas for as long as the round lasts. `latest` belongs to the round that `round` names, which is set behind it.
  private let latest = unsafe Atomic<Pointer?>(nil)
  private let round = Atomic<UInt64>(0)
  private let lock = SpinLock()

  /// An empty list; rounds are numbered from 1.
  init() {}

  /// The version of the last transaction before `index`, nil for none.
  @unsafe @inline(__always)
  func last(before index: Int, in round: UInt64) -> Pointer? {
    guard self.round.load(ordering: .acquiring) == round else { return nil }
    return unsafe skip(latest.load(ordering: .acquiring), before: index)
  }

  /// The last version before a version's transaction.
  @unsafe @inline(__always)
  func predecessor(of version: Pointer) -> Pointer? {
    unsafe skip(version.pointee.older.load(ordering: .acquiring), before: Int(version.pointee.index))
  }

  @inline(__always)
  private func skip(_ start: Pointer?, before index: Int) -> Pointer? {
    var version = unsafe start
    while let found = unsafe version, unsafe Int(found.pointee.index) >= index || found.pointee.isGone {
      unsafe version = found.pointee.older.load(ordering: .acquiring)
    }
    return unsafe version
  }

  /// Adds a version.
  @unsafe
  func insert(_ version: Pointer, in round: UInt64) {
    lock.acquire()
    defer { lock.release() }
    if self.round.load(ordering: .relaxed) != round {
      unsafe latest.store(nil, ordering: .relaxed)
      self.round.store(round, ordering: .releasing)
    }
    var newer: Pointer?
    var older = unsafe latest.load(ordering: .relaxed)
    while let found = unsafe older, unsafe found.pointee.index > version.pointee.index {
      unsafe newer = found
      unsafe older = found.pointee.older.load(ordering: .relaxed)
    }
    unsafe version.pointee.older.store(older, ordering: .relaxed)
    if let newer = unsafe newer {
      unsafe newer.pointee.older.store(version, ordering: .releasing)
    } else {
      unsafe latest.store(version, ordering: .releasing)
    }
  }
}
