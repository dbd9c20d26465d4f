import EVMState
import EthereumTypes
import Synchronization

/// What one transaction left in a slot: a value, or, until all transactions before it are final, what it added.
@safe
struct SlotChange: ~Copyable {
  /// Set before `isSettled`; nobody looks before that. The only field that changes, and the first: a sanitizer takes
  /// its change for one of whatever is first.
  private var settled = UInt256.zero
  private let word: UInt256
  private let isSum: Bool
  private let isSettled = Atomic<Bool>(false)

  /// A value.
  init(_ value: UInt256) {
    word = value
    isSum = false
  }

  /// So much more than there was, mod 2²⁵⁶.
  init(adding delta: UInt256) {
    word = delta
    isSum = true
  }

  /// The value; nil where only the sum is known.
  @inline(__always)
  var value: UInt256? {
    if !isSum { return word }
    return isSettled.load(ordering: .acquiring) ? settled : nil
  }

  /// What is added, where no more than that is known.
  var delta: UInt256 { word }

  /// Makes a sum a value. For one thread, once.
  mutating func settle(_ value: UInt256) {
    settled = value
    isSettled.store(true, ordering: .releasing)
  }
}

/// A slot before the block, and what the block's transactions write to it.
@safe
struct SlotCell: BitwiseCopyable {
  typealias List = VersionList<SlotChange>

  // Invariant: both outlive the block; the row does not change, the list is written by its own rules.
  private let row: UnsafePointer<StoredSlot>
  private let list: UnsafePointer<List>

  @unsafe
  init(row: UnsafePointer<StoredSlot>, list: UnsafePointer<List>) {
    unsafe self.row = row
    unsafe self.list = list
  }

  var key: UInt256 { @inline(__always) get { unsafe row.pointee.key } }
  /// The value before the block.
  var base: UInt256 { @inline(__always) get { unsafe row.pointee.value } }

  /// The version of the last transaction before `index`, nil for none.
  @unsafe @inline(__always)
  func last(before index: Int, in round: UInt64) -> List.Pointer? {
    unsafe list.pointee.last(before: index, in: round)
  }

  /// The last version before a version's transaction.
  @unsafe @inline(__always)
  func predecessor(of version: List.Pointer) -> List.Pointer? { unsafe list.pointee.predecessor(of: version) }

  /// Adds a version.
  @unsafe
  func insert(_ version: List.Pointer, in round: UInt64) { unsafe list.pointee.insert(version, in: round) }
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

extension SlotKey {
  init(_ location: Location) { self.init(address: location.address, slot: location.slot) }
}
