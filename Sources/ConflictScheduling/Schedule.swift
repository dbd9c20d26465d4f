/// A plan for running a list of transactions at the same time.
///
/// It says three things, each usable alone:
/// - `order`: the serial order whose result the run must give;
/// - `graph` and `priorities`: which transactions each must wait for and, of those that are ready, which to
///   start first (highest priority): barrier-free execution;
/// - `waves`: groups that are free of dependencies inside, to be run one group after another.
///
/// A schedule is advice: executing a wrong one under validation costs time, never the result.
public struct Schedule: Hashable, Sendable {
  /// What bound the order.
  public enum Kind: String, Sendable, CaseIterable {
    /// Block order is law: a sequencer's or a validator's schedule.
    case ordered
    /// The order was the scheduler's to choose, nonces aside: a block builder's schedule.
    case free
  }

  /// What bound the order.
  public let kind: Kind
  /// The transactions in serial order; 0, 1, 2, … in an ordered schedule. A free schedule may leave some out.
  public let order: [Int32]
  /// The wave of each transaction, or -1 where it is left out.
  public let waveOf: [Int32]
  /// The transactions of each wave, in serial order.
  public let waves: CompactRows
  /// Who waits for whom, by transaction: transitively reduced true dependencies along `order`.
  public let graph: DependencyGraph
  /// The cost of each transaction, in gas or nanoseconds.
  public let costs: [Int]
  /// The bottom level of each transaction: the cost of the most expensive chain that starts with it.
  public let priorities: [Int]
  /// What no execution on any number of workers can beat.
  public let bounds: LowerBounds

  /// The number of transactions scheduled or left out.
  public var count: Int { costs.count }

  /// Whether every transaction is in the plan.
  public var isComplete: Bool { order.count == count }

  /// The transactions that the plan leaves out, ascending.
  public var excluded: [Int32] {
    waveOf.indices.filter { waveOf[$0] < 0 }.map { Int32(truncatingIfNeeded: $0) }
  }

  /// Assembles a schedule from its parts, which must be of one size and consistent. `anyOrder` are the bounds
  /// that hold for any order; nil where the order is law.
  init(
    kind: Kind, order: [Int32], waveOf: [Int32], graph: DependencyGraph, costs: [Int],
    anyOrder: (clique: Int, hotSpot: Int)?
  ) {
    self.kind = kind
    self.order = order
    self.waveOf = waveOf
    self.graph = graph
    self.costs = costs
    var waveInOrder = [Int32]()
    waveInOrder.reserveCapacity(order.count)
    for transaction in order { waveInOrder.append(waveOf[Int(transaction)]) }
    let waveCount = Int(waveInOrder.max() ?? -1) + 1
    let positions = CompactRows(grouping: waveInOrder, rows: waveCount)
    waves = CompactRows((0..<waveCount).map { positions[$0].map { order[Int($0)] } })
    priorities = graph.bottomLevels(costs: costs, order: order)
    let criticalPath = priorities.max() ?? 0
    let included = order.map { costs[Int($0)] }
    bounds = LowerBounds(
      criticalPath: criticalPath, total: included.reduce(0, +), largest: included.max() ?? 0,
      clique: anyOrder?.clique ?? criticalPath, hotSpot: anyOrder?.hotSpot ?? criticalPath)
  }
}
