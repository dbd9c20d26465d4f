import ConflictScheduling
import Synchronization

/// Hands out the transactions that are ready, most urgent first, to any number of workers.
///
/// Those that wait for nobody stand in one list from the beginning, and taking them is moving a cursor. Those that
/// become ready later are handed to whoever made them so; what that worker leaves goes to a small heap under a lock.
@safe
final class Dispatcher: @unchecked Sendable {
  /// Takes part in the ranking where there is nothing.
  private static let none = Int.max

  // Invariant: `waiting` points to one counter for each transaction; `heap` is touched only while `lock` is held.
  private let waiting: UnsafeMutablePointer<Atomic<Int32>>
  private let count: Int
  private let plan: ExecutionPlan
  private let order: StartOrder
  /// What may be taken in one go, in units of cost.
  private let budget: Int

  private let lock = SpinLock()
  private var heap = BinaryHeap<Int32>()
  /// The rank on top of the heap.
  private let top = Atomic<Int>(none)
  private let cursor = Atomic<Int>(0)
  /// The roots below this may be taken: all of them, or with barriers those of the waves begun.
  private let limit: Atomic<Int>
  private let wave = Atomic<Int>(0)
  private let leftInWave: Atomic<Int>

  init(_ plan: ExecutionPlan, hasBarriers: Bool, workers: Int) {
    self.plan = plan
    count = plan.count
    order = hasBarriers ? plan.waves : plan.dataflow
    unsafe waiting = .allocate(capacity: max(count, 1))
    for index in 0..<count { unsafe (waiting + index).initialize(to: Atomic(plan.waiting[index])) }
    budget = plan.totalCost / (32 * max(workers, 1))
    limit = Atomic(order.waveEnds.first ?? order.roots.count)
    leftInWave = Atomic(order.waveEnds.first ?? 0)
  }

  deinit { unsafe waiting.deallocate() }

  // MARK: Taking

  /// Whether there is anything to take.
  var hasReady: Bool {
    top.load(ordering: .sequentiallyConsistent) != Self.none
      || cursor.load(ordering: .sequentiallyConsistent) < limit.load(ordering: .sequentiallyConsistent)
  }

  /// Takes what is most urgent, several transactions at once where they are small; false where nothing is ready.
  func take(into taken: inout PlainList<Int32>) -> Bool {
    while true {
      let first = cursor.load(ordering: .relaxed)
      let end = limit.load(ordering: .acquiring)
      let next = first < end ? Int(order.roots[first]) : Self.none
      let urgent = top.load(ordering: .acquiring)
      if urgent < next {
        if let rank = pop() {
          taken.append(order.order[Int(rank)])
          return true
        }
        continue
      }
      guard next != Self.none else { return false }
      var last = first + 1
      var cost = plan.costs[Int(order.order[next])]
      while last < end, taken.count &+ last &- first < Self.most {
        cost &+= plan.costs[Int(order.order[Int(order.roots[last])])]
        if cost > budget { break }
        last += 1
      }
      guard
        cursor.compareExchange(expected: first, desired: last, ordering: .acquiringAndReleasing).exchanged
      else { continue }
      for place in first..<last { taken.append(order.order[Int(order.roots[place])]) }
      return true
    }
  }

  /// At most so many in one go.
  private static var most: Int { 16 }

  private func pop() -> Int32? {
    lock.acquire()
    defer { lock.release() }
    let rank = heap.pop()
    top.store(heap.first.map { Int($0) } ?? Self.none, ordering: .sequentiallyConsistent)
    return rank
  }

  private func push(_ rank: Int32) {
    lock.acquire()
    defer { lock.release() }
    heap.push(rank)
    top.store(heap.first.map { Int($0) } ?? Self.none, ordering: .sequentiallyConsistent)
  }

  // MARK: Releasing

  /// Notes that a transaction has run, and releases those that waited for nothing else.
  ///
  /// - Parameter keepsOne: whether the most urgent one is to be returned, to be run next by the same worker, whose
  ///   caches hold what it needs; only where it is about as urgent as what else there is.
  /// - Returns: that one, or −1; and how many transactions others may take now that they could not before.
  func release(_ index: Int, keepsOne: Bool) -> (kept: Int32, shared: Int) {
    guard order.waveEnds.isEmpty else { return (-1, releaseWave()) }
    guard plan.isInformed else { return (-1, 0) }
    let successors = plan.successors
    var kept: Int32 = -1
    var shared = 0
    for edge in successors.offsets[index]..<successors.offsets[index + 1] {
      let successor = Int(successors.values[edge])
      let left = unsafe waiting[successor].wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue
      guard left == 0 else { continue }
      var released = order.rank[successor]
      if keepsOne {
        if kept < 0 {
          kept = released
          continue
        }
        if released < kept { swap(&released, &kept) }
      }
      push(released)
      shared += 1
    }
    guard kept >= 0 else { return (-1, shared) }
    if Int(kept) > mostUrgent &+ Self.tolerance {
      // A worker that ran on along a chain would leave much behind that cannot become final.
      push(kept)
      return (-1, shared)
    }
    return (order.order[Int(kept)], shared)
  }

  /// The rank of what would be taken next.
  private var mostUrgent: Int {
    let first = cursor.load(ordering: .relaxed)
    let next = first < order.roots.count ? Int(order.roots[first]) : Self.none &- Self.tolerance
    return min(next, top.load(ordering: .relaxed))
  }

  /// So much less urgent may be what a worker keeps.
  private static var tolerance: Int { 16 }

  private func releaseWave() -> Int {
    guard leftInWave.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 else { return 0 }
    let next = wave.wrappingAdd(1, ordering: .relaxed).newValue
    guard next < order.waveEnds.count else { return 0 }
    let width = order.waveEnds[next] - order.waveEnds[next - 1]
    leftInWave.store(width, ordering: .relaxed)
    limit.store(order.waveEnds[next], ordering: .sequentiallyConsistent)
    return width
  }
}
