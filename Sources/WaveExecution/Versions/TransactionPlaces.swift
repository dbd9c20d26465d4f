import EVMState
import EthereumTypes

/// Where the locations of a transaction's effects are, in the order of the effects.
@safe
struct TransactionPlaces: @unchecked Sendable {
  // Invariant: as many of each as there are effects of that kind, in an arena of the block.
  let accounts: UnsafeMutablePointer<AccountPlace>
  let slots: UnsafeMutablePointer<SlotPlace>
}

/// The cell of an account, the version that was read, and the transaction's own one, if it has been published.
@safe
struct AccountPlace: BitwiseCopyable {
  /// Nil where what was read is what was there before the block, which has no row: nobody has looked it up yet.
  var cell: AccountCell?
  private var seen: AccountCell.List.Pointer?
  var own: AccountCell.List.Pointer?
  /// Whether `seen` says what was read; otherwise that must be compared.
  private var isSeen = false
  /// What the transaction has in common with others there.
  let sharing: Sharing

  /// It must be compared what was read there.
  init(_ cell: AccountCell, sharing: Sharing) {
    self.cell = cell
    unsafe seen = nil
    self.sharing = sharing
  }

  /// What was there before the block was read; where that is, only who changes it need know.
  init(unplaced sharing: Sharing) {
    cell = nil
    unsafe seen = nil
    isSeen = true
    self.sharing = sharing
  }

  /// Notes that what was read there is what a version leaves that was final by then, or for nil the account before the
  /// block.
  @inline(__always)
  mutating func note(_ version: AccountCell.List.Pointer?) {
    unsafe seen = version
    isSeen = true
  }

  /// Whether what was read is known to be what that version leaves.
  @inline(__always)
  func saw(_ version: AccountCell.List.Pointer?) -> Bool { unsafe isSeen && version == seen }

  /// Whether what was read is what was there before the block, and nobody else is predicted to change it.
  var sawQuietBase: Bool {
    @inline(__always) get { unsafe sharing.isQuiet && isSeen && seen == nil }
  }
}

/// The cell of a slot, the version that was read, and the transaction's own one, if it has been published.
@safe
struct SlotPlace: BitwiseCopyable {
  /// Nil where what was read is what was there before the block, which has no row: nobody has looked it up yet.
  var cell: SlotCell?
  private(set) var seen: SlotCell.List.Pointer?
  var own: SlotCell.List.Pointer?
  /// Whether `seen` says what was read; otherwise that must be compared.
  private var isSeen = false
  /// What the transaction has in common with others there.
  let sharing: Sharing

  /// It must be compared what was read there.
  init(_ cell: SlotCell, sharing: Sharing) {
    self.cell = cell
    unsafe seen = nil
    self.sharing = sharing
  }

  /// What was there before the block was read; where that is, only who changes it need know.
  init(unplaced sharing: Sharing) {
    cell = nil
    unsafe seen = nil
    isSeen = true
    self.sharing = sharing
  }

  /// Notes that what was read there is what a version leaves, or for nil the value before the block.
  @inline(__always)
  mutating func note(_ version: SlotCell.List.Pointer?) {
    unsafe seen = version
    isSeen = true
  }

  /// Whether what was read is known to be what that version leaves.
  @inline(__always)
  func saw(_ version: SlotCell.List.Pointer?) -> Bool { unsafe isSeen && version == seen }

  /// Whether what was read is what was there before the block, and nobody else is predicted to change it.
  var sawQuietBase: Bool {
    @inline(__always) get { unsafe sharing.isQuiet && isSeen && seen == nil }
  }
}
