import EVM
import EVMState
import EthereumTypes

/// A run of plain values in memory that somebody else owns.
@safe
struct Cells<Element: BitwiseCopyable> {
  // Invariant: `base` points to `capacity` initialised elements that outlive every use of the view: whoever runs a
  // path keeps the workspace that owns them. Indices are checked against the capacities before rows are added, and
  // `PathBuilder` keeps registers below theirs; debug builds assert both.
  private let base: UnsafeMutablePointer<Element>
  let capacity: Int

  init(capacity: Int, repeating element: Element) {
    self.capacity = capacity
    unsafe base = .allocate(capacity: capacity)
    unsafe base.initialize(repeating: element, count: capacity)
  }

  /// Frees the elements; the view must not be used any more.
  func deallocate() { unsafe base.deallocate() }

  @inline(__always)
  subscript(index: Int) -> Element {
    unsafeAddress {
      assert(index >= 0 && index < capacity)
      return unsafe UnsafePointer(base + index)
    }
    nonmutating unsafeMutableAddress {
      assert(index >= 0 && index < capacity)
      return unsafe base + index
    }
  }

  /// The elements as raw memory, as long as the workspace lives.
  @unsafe
  var bytes: UnsafeMutableRawPointer { unsafe UnsafeMutableRawPointer(base) }
}

/// An account during the run of a path.
struct PathAccount: BitwiseCopyable {
  var address: Address
  /// Once somebody asked; nil where it does not exist.
  var account: Account?
  var isLoaded: Bool
}

/// A slot during the run of a path.
struct PathSlot: BitwiseCopyable {
  var account: Int32
  var isLoaded: Bool
  /// Whether its value decided something.
  var isCondition: Bool
  /// Whether it ends up with another value.
  var isChanged: Bool
  var slot: UInt256
  var value: UInt256
}

/// The memory of one run of a path, kept for the next one.
///
/// Used by one runner at a time: an analyzer hands each out to one thread and takes it back.
final class PathWorkspace: @unchecked Sendable {
  static let maximumAccounts = 1_000
  static let maximumSlots = 8_000
  static let maximumText = 32_768

  let registers = Cells(capacity: PathBuilder.maximumRegisters, repeating: UInt256.zero)
  let accounts = Cells(
    capacity: maximumAccounts, repeating: PathAccount(address: .zero, account: nil, isLoaded: false))
  let slots = Cells(
    capacity: maximumSlots,
    repeating: PathSlot(
      account: 0, isLoaded: false, isCondition: false, isChanged: false, slot: .zero, value: .zero))
  let transients = Cells(
    capacity: maximumSlots,
    repeating: PathSlot(
      account: 0, isLoaded: false, isCondition: false, isChanged: false, slot: .zero, value: .zero))
  let order = Cells(capacity: maximumSlots, repeating: Int32(0))
  let accountOrder = Cells(capacity: maximumAccounts, repeating: Int32(0))
  let text = Cells(capacity: maximumText + 32, repeating: UInt8(0))
  private var hashes = PairHashes(capacity: 2_048)
  /// What was worked out in the run.
  var foreseen = Foreseen()
  /// Row numbers by key: the run's number in the high half, row number plus one in the low.
  private let accountIndex = Cells(capacity: 4_096, repeating: UInt64(0))
  private let slotIndex = Cells(capacity: 32_768, repeating: UInt64(0))
  private let transientIndex = Cells(capacity: 32_768, repeating: UInt64(0))
  private let run = Cells(capacity: 1, repeating: UInt64(0))

  init() {}

  deinit {
    registers.deallocate()
    accounts.deallocate()
    slots.deallocate()
    transients.deallocate()
    order.deallocate()
    accountOrder.deallocate()
    text.deallocate()
    accountIndex.deallocate()
    slotIndex.deallocate()
    transientIndex.deallocate()
    run.deallocate()
  }

  /// Forgets all rows.
  func beginRun() {
    run[0] &+= 1
    foreseen.removeAll()
    // Numbers came round: what is left of old runs must not look new.
    if run[0] >= 1 << 32 {
      for index in [accountIndex, slotIndex, transientIndex] {
        for cell in 0..<index.capacity { index[cell] = 0 }
      }
      run[0] = 1
    }
  }

  /// The row of an account, and `count` where it has none yet; that row is its own then, and the caller fills it.
  @inline(__always)
  func row(of address: Address, count: Int) -> Int {
    find(accountIndex, address.mixedBits, count) { accounts[$0].address == address }
  }

  /// The same for a slot.
  @inline(__always)
  func row(ofSlot slot: UInt256, _ account: Int32, in rows: Cells<PathSlot>, isTransient: Bool, count: Int)
    -> Int
  {
    let bits = slot.mixedBits ^ (UInt64(UInt32(bitPattern: account)) &* 0x9E37_79B9_7F4A_7C15)
    return find(isTransient ? transientIndex : slotIndex, bits, count) {
      rows[$0].slot == slot && rows[$0].account == account
    }
  }

  @inline(__always)
  private func find(
    _ index: Cells<UInt64>, _ bits: UInt64, _ count: Int, _ matches: (Int) -> Bool
  ) -> Int {
    let mark = run[0] &<< 32
    let mask = index.capacity &- 1
    var cell = Int(truncatingIfNeeded: (bits &* 0x9E37_79B9_7F4A_7C15) &>> 32) & mask
    while true {
      let entry = index[cell]
      guard entry & ~0xFFFF_FFFF == mark else {
        index[cell] = mark | UInt64(truncatingIfNeeded: count &+ 1)
        return count
      }
      let row = Int(truncatingIfNeeded: entry & 0xFFFF_FFFF) &- 1
      if matches(row) { return row }
      cell = (cell &+ 1) & mask
    }
  }

  /// Keccak-256 of two words; those of mapping entries that are in use come again and again.
  @inline(__always)
  func hash(_ first: UInt256, _ second: UInt256) -> UInt256 {
    foreseen.note(hashes.pair(first, second))
  }

  /// Forgets the hashes.
  func forgetHashes() { hashes.removeAll() }
}
