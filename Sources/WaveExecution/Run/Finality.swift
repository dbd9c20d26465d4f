import EVM
import EVMState
import Synchronization

/// How far a block's transactions are final, and what only the committer touches. Apart from what workers look at all
/// the time, and between cache lines that nobody uses: each line that the committer writes must travel to whoever reads
/// anything else on it.
@safe
final class Finality: @unchecked Sendable {
  // Invariant: all but the atomics belongs to whoever holds `committing`, and to the caller when all workers have left.
  // `storage` points to one initialised value that this object owns.
  private let lineBefore = CacheLine()
  /// Transactions below this are final.
  let frontier: Atomic<Int>
  /// Transactions from this one on should wait, where the plan does not say who waits for whom.
  let horizon = Atomic<Int>(.max)
  /// Whether the transaction next in line is being run again, which may take long.
  let isRepeating = Atomic<Bool>(false)
  private let lineBetween = CacheLine()
  let committing = SpinLock()
  /// For `result`: behind a pointer, as checking each access for exclusivity takes about as long as the access.
  private let storage: UnsafeMutablePointer<BlockResult>
  /// Who depends on whom, where there is no plan.
  var kinds = CallKinds()
  /// Why the block is not valid.
  var error: BlockError?
  /// How far beyond the frontier the horizon is, where there is one.
  var reach = Int.max
  /// Transactions that had to run again.
  private(set) var repetitions = 0
  /// The time in nanoseconds that this took, and when all began.
  private var repeating: UInt64 = 0
  private let start = ContinuousClock.now
  /// Whether running ahead does not pay.
  private(set) var isLosing = false
  /// The last transaction that others than the committer have begun, once it has taken over.
  var lastForeign = 0
  /// Whether the committer has gone on without versions.
  var isPlain = false
  /// The fee recipient behind the last final transaction, nil where none has changed it.
  var coinbase: Account??
  private let lineBehind = CacheLine()

  /// - Parameters:
  ///   - first: those before this transaction are final.
  ///   - result: what they gave.
  init(from first: Int, _ result: consuming BlockResult) {
    frontier = Atomic(first)
    unsafe storage = .allocate(capacity: 1)
    unsafe storage.initialize(to: result)
  }

  deinit {
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
  }

  /// What the final transactions gave.
  var result: BlockResult {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(storage) }
    @inline(__always) unsafeMutableAddress { unsafe storage }
  }

  // MARK: Repetitions

  private static var leastRepetitions: Int { 6 }
  /// So many final transactions say something about most of them.
  private static var leastFinal: Int { 24 }

  /// Repeats a transaction. What counts is time: dozens of small transactions that had to run again may be nothing beside
  /// one large one that ran well.
  ///
  /// - Parameter final: how many transactions are final behind it.
  func countingRepetition<Failure: Error>(
    of final: Int, _ body: () throws(Failure) -> Void
  ) throws(Failure) {
    repetitions += 1
    isRepeating.store(true, ordering: .relaxed)
    defer { isRepeating.store(false, ordering: .relaxed) }
    let before = start.nanosecondsSince
    try body()
    let now = start.nanosecondsSince
    repeating &+= now &- before
    isLosing = Self.isLosing(repetitions, of: final, repeating: repeating, elapsed: now)
  }

  /// Whether running ahead does not pay: more than half of the time went for running again, or more than a third, and that
  /// for most transactions. A few that begin badly in a block that runs well otherwise are no reason.
  ///
  /// - Parameters:
  ///   - repetitions: how many transactions had to run again.
  ///   - final: how many are final, those included.
  ///   - repeating: the time that running again took.
  ///   - elapsed: the time since the run began, in the same unit.
  static func isLosing(_ repetitions: Int, of final: Int, repeating: UInt64, elapsed: UInt64) -> Bool {
    guard repetitions >= leastRepetitions else { return false }
    let isMost = final >= leastFinal && 2 * repetitions > final
    return repeating > elapsed / (isMost ? 3 : 2)
  }

  // MARK: Running ahead

  /// So far workers may run ahead at first, and at least.
  private static var firstReach: Int { 16 }
  private static var leastReach: Int { 4 }

  /// Draws a horizon: without a plan, what runs far ahead of transactions that it turns out to depend on runs in vain.
  func drawHorizon() {
    reach = Self.firstReach
    moveHorizon(frontier.load(ordering: .relaxed))
  }

  /// Notes that a transaction has become final: the more of them had run well, the farther others may run ahead.
  func moveHorizon(past index: Int, hadToRepeat: Bool) {
    guard reach < .max else { return }
    reach = hadToRepeat ? max(reach / 2, Self.leastReach) : reach + 1
    moveHorizon(index + 1)
  }

  private func moveHorizon(_ next: Int) { horizon.store(next &+ reach, ordering: .relaxed) }

  /// Gives the result away. A worker that is late to leave is the last to hold this, and should not have to free what
  /// others have allocated.
  func takeResult() -> BlockResult {
    defer { result = BlockResult() }
    return result
  }
}

/// As many bytes as travel between cores at once.
struct CacheLine: BitwiseCopyable {
  private let words = InlineArray<8, UInt64>(repeating: 0)
}
