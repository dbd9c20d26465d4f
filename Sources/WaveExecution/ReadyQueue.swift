/// Transactions that may run, most urgent first: the longest chain of work behind it, then the lowest index. A binary
/// heap; push and pop are logarithmic.
struct ReadyQueue {
  private var heap: [Int32] = []
  private let priorities: [Int]

  /// - Parameter priorities: the urgency of each transaction.
  init(priorities: [Int]) { self.priorities = priorities }

  var count: Int { heap.count }

  private func isBefore(_ a: Int32, _ b: Int32) -> Bool {
    let (left, right) = (priorities[Int(a)], priorities[Int(b)])
    return left != right ? left > right : a < b
  }

  mutating func push(_ index: Int) {
    heap.append(Int32(index))
    var child = heap.count - 1
    while child > 0, isBefore(heap[child], heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Int? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return Int(first) }
    heap[0] = last
    var parent = 0
    while true {
      var best = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && isBefore(heap[child], heap[best]) {
        best = child
      }
      if best == parent { return Int(first) }
      heap.swapAt(parent, best)
      parent = best
    }
  }
}
