import ConflictScheduling
import EthereumTypes
import Synchronization

/// Hands out the transactions that are ready, most urgent first, to any number of workers, without locks: one bit for
/// each transaction, in the order of their urgency, that is set while the transaction may be taken.
@safe
final class Dispatcher: @unchecked Sendable {
  // Invariant: `ready` points to `wordCount` initialised words, and `records` to one record for each transaction, which outlive
  // the run.
  private let ready: UnsafeMutablePointer<Atomic<UInt64>>
  private let wordCount: Int
  private let records: UnsafeMutablePointer<TransactionRecord>
  private let plan: ExecutionPlan
  private let order: StartOrder
  /// Little of the whole, in units of cost: what may be taken in one go however urgent something else may be.
  private let fair: Int
  private let workers: Int
  private let wave = Atomic<Int>(0)
  private let leftInWave: Atomic<Int>
  let hasBarriers: Bool
  let postponements = Postponements()

  /// Makes what is ready by a plan ready to be taken.
  ///
  /// - Parameter records: of the plan's transactions.
  @unsafe
  init(
    _ plan: ExecutionPlan, _ records: UnsafeMutablePointer<TransactionRecord>, hasBarriers: Bool, workers: Int
  ) {
    self.plan = plan
    unsafe self.records = unsafe records
    self.hasBarriers = hasBarriers && !plan.waves.waveEnds.isEmpty
    order = hasBarriers ? plan.waves : plan.dataflow
    wordCount = order.roots.count
    unsafe ready = .allocate(capacity: wordCount)
    self.workers = max(workers, 1)
    fair = plan.totalCost / (32 * self.workers)
    leftInWave = Atomic(order.waveEnds.first ?? 0)
    for word in 0..<wordCount { unsafe (ready + word).initialize(to: Atomic(order.roots[word])) }
  }

  deinit { unsafe ready.deallocate() }

  // MARK: Taking

  /// Whether there is anything to take.
  var hasReady: Bool { mostUrgent != nil }

  /// Whether there is anything to take before some rank.
  func hasReady(below horizon: Int) -> Bool { mostUrgent.map { $0 < horizon } ?? false }

  /// The rank of what would be taken next.
  private var mostUrgent: Int? {
    for word in 0..<wordCount {
      let bits = unsafe ready[word].load(ordering: .sequentiallyConsistent)
      if bits != 0 { return word &* 64 &+ bits.trailingZeroBitCount }
    }
    return nil
  }

  /// Takes what is most urgent, several transactions at once where they are small; false where nothing is ready before
  /// rank `horizon`.
  func take(into taken: inout PlainArray<Int32>, below horizon: Int) -> Bool {
    var word = 0
    while word < wordCount {
      let bits = unsafe ready[word].load(ordering: .relaxed)
      if bits == 0 {
        word &+= 1
        continue
      }
      guard word &* 64 &+ bits.trailingZeroBitCount < horizon else { return false }
      let chosen = choose(from: bits, word)
      let (done, _) = unsafe ready[word].compareExchange(
        expected: bits, desired: bits & ~chosen, ordering: .acquiringAndReleasing)
      guard done else { continue }
      var left = chosen
      while left != 0 {
        taken.append(order.order[word &* 64 &+ left.trailingZeroBitCount])
        left &= left &- 1
      }
      return true
    }
    return false
  }

  /// The most urgent of a word's transactions, and those behind it: a few, or as many as are worth going for where all workers
  /// together have far more before them; ever fewer to the end, so that all of them end together.
  private func choose(from bits: UInt64, _ word: Int) -> UInt64 {
    var left = bits
    var cost = 0
    var count = 0
    let share = plan.isInformed ? readyCount(from: word) / (2 &* workers) : 0
    let most = max((plan.count &- word &* 64 &- bits.trailingZeroBitCount) / (2 &* workers), 4)
    repeat {
      cost &+= plan.costs[Int(order.order[word &* 64 &+ left.trailingZeroBitCount])]
      let isMany = cost > fair || count >= few
      let isTooMany = cost > plan.grain || count >= share
      if count > 0, count >= most || isMany && isTooMany { break }
      left &= left &- 1
      count &+= 1
    } while left != 0
    return bits & ~left
  }

  /// How many transactions are less urgent than one.
  func left(behind index: Int) -> Int { plan.count &- 1 &- Int(order.rank[index]) }

  /// How many transactions are ready from a word on.
  private func readyCount(from word: Int) -> Int {
    var count = 0
    for word in word..<wordCount { unsafe count &+= ready[word].load(ordering: .relaxed).nonzeroBitCount }
    return count
  }

  /// A few in one go. Where nothing is known of who depends on whom, those that lie close together should run in block
  /// order as far as possible.
  private var few: Int { plan.isInformed ? 16 : 2 }

  private func push(_ rank: Int) {
    unsafe ready[rank >> 6].bitwiseOr(1 &<< UInt64(rank & 63), ordering: .sequentiallyConsistent)
  }

  // MARK: Releasing

  /// Notes that a transaction has run, and releases those that waited for nothing else.
  ///
  /// - Parameters:
  ///   - keepsOne: whether the most urgent one may be returned, to be run next by the same worker, whose caches hold what it
  ///     needs.
  ///   - next: what that worker would run next, −1 for nothing: one that is returned is more urgent than that, or about as urgent as
  ///     what else there is.
  /// - Returns: that one, or −1; and how many transactions others may take now that they could not before.
  func release(_ index: Int, keepsOne: Bool, before next: Int32) -> (kept: Int32, shared: Int) {
    var shared = releasePostponed(behind: index)
    guard order.waveEnds.isEmpty else { return (-1, shared + (isOutOfWave(index) ? 0 : releaseWave())) }
    guard plan.isInformed else { return (-1, shared) }
    let edges = plan.successors.offsets[index]..<plan.successors.offsets[index &+ 1]
    var kept: Int32 = -1
    for edge in edges {
      let successor = Int(plan.successors.values[edge])
      let left = unsafe records[successor].waiting.wrappingSubtract(1, ordering: .acquiringAndReleasing)
        .newValue
      guard left == 0 else { continue }
      var released = order.rank[successor]
      if keepsOne {
        if kept < 0 {
          kept = released
          continue
        }
        if released < kept { swap(&released, &kept) }
      }
      push(Int(released))
      shared &+= 1
    }
    guard kept >= 0 else { return (-1, shared) }
    if next >= 0 {
      if kept < order.rank[Int(next)] { return (order.order[Int(kept)], shared) }
      push(Int(kept))
      return (-1, shared &+ 1)
    }
    if let mostUrgent, Int(kept) > mostUrgent &+ Self.tolerance {
      // A worker that ran on along a chain would leave much behind that cannot become final.
      push(Int(kept))
      return (-1, shared)
    }
    return (order.order[Int(kept)], shared)
  }

  /// So much less urgent may be what a worker keeps.
  private static var tolerance: Int { 16 }

  /// Notes that one less of a wave is left, and releases the next wave where none is.
  func releaseWave() -> Int {
    guard leftInWave.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return 0 }
    let next = wave.wrappingAdd(1, ordering: .relaxed).newValue
    guard next < order.waveEnds.count else { return 0 }
    let members = order.waveEnds[next - 1]..<order.waveEnds[next]
    leftInWave.store(members.count, ordering: .releasing)
    for rank in members { push(rank) }
    return members.count
  }

  // MARK: For those who wait beyond the plan

  /// The transactions that wait for one by the plan.
  func successors(of index: Int) -> ArraySlice<Int32> { plan.isInformed ? plan.successors[index] : [] }

  /// Sets for how many others a transaction waits that has been taken.
  func setWaiting(_ index: Int, _ count: Int) {
    unsafe records[index].waiting.store(Int32(truncatingIfNeeded: count), ordering: .releasing)
  }

  /// Notes that a transaction waits for so many less; whether it waits for none now.
  func countDown(_ index: Int, by count: Int) -> Bool {
    unsafe records[index].waiting.wrappingSubtract(
      Int32(truncatingIfNeeded: count), ordering: .acquiringAndReleasing
    ).newValue == 0
  }

  /// Lets others take a transaction.
  func makeReady(_ index: Int) { push(Int(order.rank[index])) }
}
