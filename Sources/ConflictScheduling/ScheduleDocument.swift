import EthereumTypes

/// A schedule as an artefact: what is written to a file, handed to another program, and verified.
///
/// The JSON form has one object with the fields below, keys sorted, numbers as plain integers. Readers ignore
/// fields they do not know; a change that would mislead an old reader gets a new `format`.
public struct ScheduleDocument: Hashable, Sendable {
  /// The name and version of the format.
  public static let format = "wavefront-schedule/1"
  /// More transactions than this are refused.
  public static let transactionLimit: Int = 1 << 22

  /// What costs are measured in.
  public enum CostUnit: String, Hashable, Sendable, CaseIterable {
    /// EVM gas.
    case gas
    /// Nanoseconds on some machine.
    case nanoseconds = "ns"
  }

  /// The block that the schedule is for.
  public struct Block: Hashable, Sendable {
    /// Its number.
    public var number: UInt64?
    /// Its hash.
    public var hash: Hash32?

    /// Names a block.
    public init(number: UInt64? = nil, hash: Hash32? = nil) {
      self.number = number
      self.hash = hash
    }
  }

  /// Simulated times for one number of workers.
  public struct Makespan: Hashable, Sendable {
    /// How many workers.
    public var workers: Int
    /// Time where each transaction starts once those it depends on are done.
    public var barrierFree: Int
    /// Time where each wave starts once the one before it is done.
    public var barriers: Int
  }

  /// Always `ScheduleDocument.format`.
  public var format: String
  /// Whether block order was law (`ordered`) or the scheduler's choice (`free`).
  public var kind: Schedule.Kind
  /// What costs, priorities, bounds and makespans are measured in.
  public var costUnit: CostUnit
  /// The block, where there is one.
  public var block: Block?
  /// The hashes of all transactions, where known.
  public var transactionHashes: [Hash32]?
  /// The cost of each transaction.
  public var costs: [Int]
  /// The serial order whose result a run must give.
  public var order: [Int32]
  /// Groups of transactions without dependencies inside, in order of execution.
  public var waves: [[Int32]]
  /// For each transaction those it must wait for, ascending.
  public var dependencies: [[Int32]]
  /// For each transaction the cost of the most expensive chain that starts with it.
  public var priorities: [Int]
  /// What no execution can beat.
  public var bounds: LowerBounds
  /// Simulated times.
  public var makespans: [Makespan]

  /// Writes a schedule down. `transactions`, if given, lend their hashes (if each has one).
  public init(
    _ schedule: Schedule, costUnit: CostUnit = .gas, block: Block? = nil,
    transactions: [ScheduledTransaction] = [], workers: [Int] = [1, 2, 4, 8, 16, 32, 64]
  ) {
    format = Self.format
    kind = schedule.kind
    self.costUnit = costUnit
    self.block = block
    let hashes = transactions.compactMap(\.hash)
    transactionHashes = hashes.count == schedule.count && !hashes.isEmpty ? hashes : nil
    costs = schedule.costs
    order = schedule.order
    waves = (0..<schedule.waves.count).map { Array(schedule.waves[$0]) }
    dependencies = (0..<schedule.count).map { Array(schedule.graph.predecessors[$0]) }
    priorities = schedule.priorities
    bounds = schedule.bounds
    let simulator = Simulator(schedule)
    makespans = workers.map {
      Makespan(
        workers: $0, barrierFree: simulator.makespan(workers: $0),
        barriers: simulator.makespanWithBarriers(workers: $0))
    }
  }
}
