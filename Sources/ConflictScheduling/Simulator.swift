/// What a parallel run takes beyond the transactions themselves, in the unit of their costs.
public struct DispatchOverhead: Hashable, Sendable {
  /// How much later than the first worker the others begin: threads take time to wake up.
  public var startUp: Int
  /// How much longer each transaction takes than in a serial run: to be handed out, and to be checked.
  public var perTransaction: Int
  /// How much longer still one takes that another one depends on, or that depends on another one: its versions, and their
  /// way to another core.
  public var perHandover: Int
  /// How much longer it takes in thousandths of its own cost: cores that work side by side wait for memory more often.
  public var perMille: Int

  /// Makes an overhead; `perMille` is 0 to 10,000, all else 0 to `ScheduledTransaction.costLimit`, clamped.
  public init(startUp: Int, perTransaction: Int, perHandover: Int = 0, perMille: Int = 0) {
    self.startUp = min(max(startUp, 0), ScheduledTransaction.costLimit)
    self.perTransaction = min(max(perTransaction, 0), ScheduledTransaction.costLimit)
    self.perHandover = min(max(perHandover, 0), ScheduledTransaction.costLimit)
    self.perMille = min(max(perMille, 0), 10_000)
  }

  func applied(to cost: Int, isLinked: Bool) -> Int {
    cost + cost / 1000 * perMille + cost % 1000 * perMille / 1000 + perTransaction
      + (isLinked ? perHandover : 0)
  }

  /// Dispatch is free.
  public static let none = DispatchOverhead(startUp: 0, perTransaction: 0)
}

/// Computes how long a schedule takes on any number of equal workers.
///
/// List scheduling: whenever a worker is idle and a transaction ready, the first of the ready ones starts. Its
/// makespan is at most twice the least possible (Graham 1966). O((n + edges) log n) for each call.
public struct Simulator: Sendable {
  /// Which of the ready transactions starts first.
  public enum Dispatch: String, Sendable, CaseIterable {
    /// The one with the most expensive chain behind it.
    case bottomLevel
    /// The one that is first in serial order.
    case inOrder
  }

  private let schedule: Schedule
  /// What each transaction takes; what the schedule *thinks* it takes only decides the order.
  private let costs: [Int]
  /// The place of each transaction in serial order.
  private let position: [Int]

  /// Prepares to simulate a schedule. `costs`, if given, are what the transactions really take, such as measured
  /// nanoseconds (0 to `ScheduledTransaction.costLimit`, clamped; missing ones are 0); priorities stay those of the
  /// schedule.
  public init(_ schedule: Schedule, costs: [Int]? = nil) {
    self.schedule = schedule
    self.costs =
      costs.map { costs in
        (0..<schedule.count).map {
          $0 < costs.count ? min(max(costs[$0], 0), ScheduledTransaction.costLimit) : 0
        }
      } ?? schedule.costs
    var position = [Int](repeating: 0, count: schedule.count)
    for (place, transaction) in schedule.order.enumerated() { position[Int(transaction)] = place }
    self.position = position
  }

  /// The time until all are done where each starts once those it depends on are done.
  public func makespan(
    workers: Int, dispatch: Dispatch = .bottomLevel, overhead: DispatchOverhead = .none
  ) -> Int {
    let graph = schedule.graph
    var waitsFor = (0..<schedule.count).map { graph.predecessors.range($0).count }
    var ready = BinaryHeap<Keyed>()
    var running = BinaryHeap<Keyed>()
    for transaction in schedule.order where waitsFor[Int(transaction)] == 0 {
      ready.push(keyed(transaction, dispatch))
    }
    var idle = max(workers, 1)
    if overhead.startUp > 0 {
      // Those that are still waking up count as busy with no transaction.
      for _ in 1..<max(idle, 1) { running.push(Keyed(key: overhead.startUp, transaction: -1)) }
      idle = 1
    }
    var now = 0
    var makespan = 0
    while true {
      while idle > 0, let next = ready.pop() {
        idle -= 1
        let index = Int(next.transaction)
        let isLinked = !graph.predecessors.range(index).isEmpty || !graph.successors.range(index).isEmpty
        let end = now + overhead.applied(to: costs[index], isLinked: isLinked)
        makespan = max(makespan, end)
        running.push(Keyed(key: end, transaction: next.transaction))
      }
      guard let done = running.pop() else { return makespan }
      now = done.key
      finish(done.transaction, graph, &waitsFor, &ready, dispatch)
      idle += 1
      // All that finish at this moment finish before anything starts.
      while let other = running.first, other.key == now {
        _ = running.pop()
        finish(other.transaction, graph, &waitsFor, &ready, dispatch)
        idle += 1
      }
    }
  }

  /// The time until all are done where a wave starts once the one before it is done. Inside a wave the dearest
  /// starts first under `bottomLevel`, the first in serial order under `inOrder`.
  public func makespanWithBarriers(workers: Int, dispatch: Dispatch = .bottomLevel) -> Int {
    var sum = 0
    for wave in 0..<schedule.waves.count {
      var members = Array(schedule.waves[wave])
      if dispatch == .bottomLevel {
        members.sort {
          (-schedule.costs[Int($0)], position[Int($0)]) < (-schedule.costs[Int($1)], position[Int($1)])
        }
      }
      sum += Self.makespan(ofIndependent: members.map { costs[Int($0)] }, workers: workers)
    }
    return sum
  }

  /// What one worker needs without any overhead, divided by the makespan on that many, barrier-free.
  public func speedUp(
    workers: Int, dispatch: Dispatch = .bottomLevel, overhead: DispatchOverhead = .none
  ) -> Double {
    let makespan = makespan(workers: workers, dispatch: dispatch, overhead: overhead)
    let total = schedule.order.reduce(0) { $0 + costs[Int($1)] }
    return makespan == 0 ? 1 : Double(total) / Double(makespan)
  }

  /// The makespan of jobs that depend on nothing, started in the order given.
  static func makespan(ofIndependent costs: [Int], workers: Int) -> Int {
    if costs.count <= max(workers, 1) { return costs.max() ?? 0 }
    var finish = BinaryHeap<Int>()
    for _ in 0..<max(workers, 1) { finish.push(0) }
    var makespan = 0
    for cost in costs {
      let end = (finish.pop() ?? 0) + cost
      makespan = max(makespan, end)
      finish.push(end)
    }
    return makespan
  }

  private func keyed(_ transaction: Int32, _ dispatch: Dispatch) -> Keyed {
    switch dispatch {
    case .bottomLevel: Keyed(key: -schedule.priorities[Int(transaction)], transaction: transaction)
    case .inOrder: Keyed(key: position[Int(transaction)], transaction: transaction)
    }
  }

  private func finish(
    _ transaction: Int32, _ graph: DependencyGraph, _ waitsFor: inout [Int],
    _ ready: inout BinaryHeap<Keyed>, _ dispatch: Dispatch
  ) {
    guard transaction >= 0 else { return }
    for edge in graph.successors.range(Int(transaction)) {
      let next = graph.successors.values[edge]
      waitsFor[Int(next)] -= 1
      if waitsFor[Int(next)] == 0 { ready.push(keyed(next, dispatch)) }
    }
  }
}
