public import EthereumTypes

/// The state as one running transaction sees it: what it read, what it changed, how to undo it, and what is warm.
///
/// Values come from a `StateReader` the first time they are needed and stay here until `finish` turns them
/// into `TransactionEffects`. The journal is also the access recorder: it notes which parts of an account the
/// outcome depends on. Notes are never undone, since what a reverted frame read still decided the outcome.
///
/// A failed read does not throw through the interpreter: it sets `fault`, the value reads as empty, and
/// whoever drives the transaction checks `fault` before using any result.
public struct Journal: ~Copyable {
  /// An account of this transaction; valid until `reset`.
  @frozen
  public struct AccountHandle: Hashable, Sendable, BitwiseCopyable {
    @usableFromInline let row: Int
    @inlinable @inline(__always)
    init(row: Int) { self.row = row }
  }

  /// A storage slot of this transaction; valid until `reset`.
  @frozen
  public struct SlotHandle: Hashable, Sendable, BitwiseCopyable {
    @usableFromInline let row: Int
    @inlinable @inline(__always)
    init(row: Int) { self.row = row }
  }

  /// A point in the transaction to which it can be reverted.
  @frozen
  public struct Checkpoint: Sendable, BitwiseCopyable {
    @usableFromInline let undoCount: Int
    @usableFromInline let logCount: Int

    @inlinable @inline(__always)
    init(undoCount: Int, logCount: Int) {
      self.undoCount = undoCount
      self.logCount = logCount
    }
  }

  /// Wei for an account.
  public struct Credit: Sendable, BitwiseCopyable {
    /// Whose.
    public let account: Address
    /// How much, more than nothing.
    public let amount: UInt256

    /// Makes a credit.
    public init(_ amount: UInt256, to account: Address) {
      self.amount = amount
      self.account = account
    }
  }

  /// Where values come from.
  public private(set) var reader: any StateReader
  /// The first failed read, if any: nothing this transaction produced may then be used.
  public private(set) var fault: StateReadError?
  /// Whether there is a `fault`: what the interpreter asks after each read, without copying the error.
  public private(set) var hasFault = false
  /// The log entries so far, in order.
  public private(set) var logs: [Log] = []

  @usableFromInline let key = HashKey.process
  @usableFromInline var accounts = PlainArray<AccountRow>(capacity: 64)
  @usableFromInline var accountIndex = RowIndex(capacity: 64)
  @usableFromInline var slots = PlainArray<SlotRow>(capacity: 256)
  @usableFromInline var slotIndex = RowIndex(capacity: 256)
  @usableFromInline var transients = PlainArray<TransientRow>(capacity: 16)
  @usableFromInline var transientIndex = RowIndex(capacity: 16)
  @usableFromInline var undo = PlainArray<UndoEntry>(capacity: 256)
  var deployedCodes: [Hash32: Bytes] = [:]
  /// Who is paid for the transaction: warm from the start, or not, and in this row once it has one. Most transactions never
  /// look for it.
  private var feeRecipient: Address?
  private var isFeeRecipientWarm = false
  private var feeRecipientRow = -1

  /// Makes an empty journal over a state.
  public init(reader: any StateReader) { self.reader = reader }

  /// Forgets the transaction and starts the next one over `reader`. Constant time but for the logs.
  public mutating func reset(reader: any StateReader) {
    self.reader = reader
    fault = nil
    hasFault = false
    logs = []
    accounts.truncate(to: 0)
    accountIndex.removeAll()
    slots.truncate(to: 0)
    slotIndex.removeAll()
    transients.truncate(to: 0)
    transientIndex.removeAll()
    undo.truncate(to: 0)
    if !deployedCodes.isEmpty { deployedCodes = [:] }
    feeRecipient = nil
    feeRecipientRow = -1
  }

  // MARK: The fee recipient

  /// Names who is paid for the transaction, before anything is looked for.
  ///
  /// - Parameter isWarm: whether it counts as accessed from the start (EIP-3651).
  public mutating func begin(feeRecipient: Address, isWarm: Bool) {
    self.feeRecipient = feeRecipient
    isFeeRecipientWarm = isWarm
  }

  /// The flags that the row of an account begins with, which is the fee recipient's if it is that one.
  @inline(__always)
  mutating func firstFlags(of address: Address, inRow row: Int) -> AccountFlags {
    guard let feeRecipient, feeRecipient == address else { return [] }
    feeRecipientRow = row
    return isFeeRecipientWarm ? .warm : []
  }

  /// Whether an account without a row is warm.
  func isWarmFromStart(_ address: Address) -> Bool { isFeeRecipientWarm && feeRecipient == address }

  /// Whether the transaction has read the fee recipient or changed it.
  public var hasLookedAtFeeRecipient: Bool {
    feeRecipientRow >= 0 && accounts[feeRecipientRow].flags.contains(.loaded)
  }

  // MARK: Faults

  /// Notes a failed read; only the first one counts.
  mutating func note(_ error: StateReadError) {
    if !hasFault { fault = error }
    hasFault = true
  }

  // MARK: Checkpoints

  /// The current point.
  @inlinable @inline(__always)
  public var checkpoint: Checkpoint { Checkpoint(undoCount: undo.count, logCount: logs.count) }

  /// Undoes every change since `checkpoint`; what was read stays noted. Linear in the number of changes.
  public mutating func revert(to checkpoint: Checkpoint) {
    while undo.count > checkpoint.undoCount { apply(undo.removeLast()) }
    if logs.count > checkpoint.logCount { logs.removeLast(logs.count - checkpoint.logCount) }
  }

  private mutating func apply(_ entry: UndoEntry) {
    let row = Int(entry.row)
    switch entry.kind {
    case .flags:
      var added = AccountFlags(rawValue: UInt32(truncatingIfNeeded: entry.value.l0))
      // Mainnet block 2,675,119: a touch of the RIPEMD-160 precompile survived the revert around it, and
      // every client has kept it that way since (EIP-161, "addendum").
      if accounts[row].address == Address(3) { added.remove(.touched) }
      accounts[row].flags.subtract(added.intersection(.revertible))
    case .nonce: accounts[row].nonce = entry.value.l0
    case .balance: accounts[row].balance = entry.value
    case .code:
      accounts[row].codeHash = Hash32(word: entry.value)
      accounts[row].codeHandle = -1
    case .slot: slots[row].current = entry.value
    case .slotWarmth: slots[row].isWarm = false
    case .transient: transients[row].value = entry.value
    }
  }

  // MARK: Logs and code

  /// Appends a log entry.
  public mutating func append(_ log: Log) { logs.append(log) }

  /// The code with that hash: deployed in this transaction, or from the state; empty for `Hash32.emptyCode`
  /// and after a fault.
  public mutating func code(_ hash: Hash32) -> Bytes {
    if hash == .emptyCode { return [] }
    if let code = deployedCodes[hash] { return code }
    do { return try reader.code(hash) } catch {
      note(error)
      return []
    }
  }

  /// The hash of block `number`, zero after a fault.
  public mutating func blockHash(_ number: UInt64) -> Hash32 {
    do { return try reader.blockHash(number) } catch {
      note(error)
      return .zero
    }
  }
}
