import ConflictScheduling
import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("Handing out transactions")
struct DispatcherTests {
  /// A dispatcher of so many transactions that each cost as much, and the memory it works on.
  private struct Scene {
    let table = RecordTable()
    let plan: ExecutionPlan
    let dispatcher: Dispatcher

    init(_ predecessors: [[Int32]], cost: Int, priorities: [Int]? = nil) {
      let costs = [Int](repeating: cost, count: predecessors.count)
      plan = ExecutionPlan(
        predecessors: CompactRows(predecessors), priorities: priorities ?? costs, costs: costs,
        unit: .nanoseconds)
      table.begin(waiting: plan.waiting)
      dispatcher = unsafe Dispatcher(plan, table.records, hasBarriers: false, workers: 2)
    }

    func take() -> [Int] {
      var taken = PlainArray<Int32>(capacity: 64)
      guard dispatcher.take(into: &taken, below: .max) else { return [] }
      return (0..<taken.count).map { Int(taken[$0]) }
    }
  }

  @Test("gives many small ones at once while there are far more of them, and ever fewer to the end")
  func smallOnes() {
    let scene = Scene([[Int32]](repeating: [], count: 1000), cost: 400)
    var sizes: [Int] = []
    var all: [Int] = []
    while true {
      let taken = scene.take()
      if taken.isEmpty { break }
      sizes.append(taken.count)
      all += taken
    }
    #expect(all == Array(0..<1000))
    #expect(sizes.first == 64)
    #expect(sizes.suffix(2).allSatisfy { $0 <= 16 }, "\(sizes)")
  }

  @Test("gives little of the whole where they are large, however many there are")
  func largeOnes() {
    let scene = Scene([[Int32]](repeating: [], count: 1000), cost: 1_000_000)
    #expect(scene.take().count == 15)
    let few = Scene([[Int32]](repeating: [], count: 8), cost: 1_000_000)
    #expect(few.take() == [0])
  }

  @Test("gives few where not many are ready, however small they are")
  func chains() {
    // Twenty chains of fifty.
    let scene = Scene((0..<1000).map { $0 < 20 ? [] : [Int32($0 - 20)] }, cost: 400)
    #expect(scene.take().count == 15)
  }

  @Test("lets a worker run on along a chain that is more urgent than what it would run next, and only then")
  func urgentSuccessor() {
    // 0 releases 4, which has a long chain of work behind it, or none.
    let predecessors: [[Int32]] = [[], [], [], [], [0]]
    for isUrgent in [true, false] {
      let scene = Scene(
        predecessors, cost: 10, priorities: isUrgent ? [100, 10, 10, 10, 90] : [20, 10, 10, 10, 10])
      let taken = scene.take()
      #expect(taken.first == 0)
      let (kept, shared) = scene.dispatcher.release(0, keepsOne: true, before: 1)
      #expect(kept == (isUrgent ? 4 : -1))
      #expect(shared == (isUrgent ? 0 : 1))
    }
  }
}
