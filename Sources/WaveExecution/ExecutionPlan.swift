public import AccessAnalysis
public import ConflictScheduling
public import EVM
public import EVMState
public import EthereumTypes

/// In which order a parallel run may start transactions. A plan is a hint: a wrong one costs speed, never the result.
///
/// Immutable, and a class because it is handed around: a copy of a structure of so many arrays takes longer than a
/// transfer.
public final class ExecutionPlan: Sendable {
  /// What a plan's costs are measured in.
  public enum CostUnit: Sendable {
    /// Gas, used or allowed: how long that takes shows when the block runs.
    case gas
    /// The time that each transaction takes on one thread.
    case nanoseconds
  }

  /// The state that a plan's predictions were made on.
  public enum Origin: Sendable {
    /// The one that the block begins with, as if each transaction were the first.
    case opening
    /// The same, followed through the block: each on what earlier ones are predicted to leave.
    case inOrder
    /// An older one, or another: what they hang on may have changed before the block.
    case other
  }

  /// For each transaction, how many of those before it should have run when it starts.
  let waiting: [Int32]
  /// For each transaction, those that wait for it; all larger than itself.
  let successors: CompactRows
  /// What each transaction is expected to cost.
  let costs: [Int]
  /// The longest chain of work that hangs on each transaction, itself included.
  let priorities: [Int]
  /// Who starts when, without barriers and with them.
  let dataflow: StartOrder
  let waves: StartOrder
  /// How many workers the plan can keep busy: the work in all over the work on the longest chain; 1 or more.
  let parallelism: Double
  /// How many times as fast as serial the plan is expected to run, what sharing costs included: with the cores as far
  /// apart as they are found to be at the moment.
  public var speedUp: Double { gain.speedUp(roundTrip: CoreDistance.roundTrip) }
  private let gain: PlanGain
  /// What costs are measured in.
  let unit: CostUnit
  /// What all transactions are expected to cost together.
  let totalCost: Int
  /// Whether who waits for whom is known at all.
  let isInformed: Bool

  /// What transactions are known to add to only; nil where that is not known of any.
  let rules: IncrementRules?

  /// For each transaction, whether what it does to accounts is shown before it is final, because someone behind it is
  /// expected to look.
  let shownAccounts: [Bool]

  /// What the plan follows from; nil where that is not known, or hangs on nothing.
  let basis: PlanBasis?

  /// For each transaction, what was worked out when it was predicted; empty where nothing was.
  let foreseen: ForeseenTable

  /// What each transaction is expected to look at; nil where that is not known.
  let footprints: Footprints?

  /// The number of transactions.
  public var count: Int { priorities.count }

  /// The plan of an ordered schedule, whose transactions are numbered in block order.
  ///
  /// - Parameters:
  ///   - workers: for how many workers it is made; it serves any other number as well, if not quite as well.
  ///   - unit: what the schedule's costs are measured in.
  ///   - predictions: where given, storage slots that transactions are shown to add to only are added up in the end, so
  ///     that the schedule may be one in which such transactions do not wait for each other; and an executor that has a
  ///     predictor binds those again whose conditions are broken when their turn comes.
  ///   - origin: the state that the predictions were made on.
  ///   - state: where given, and in memory, what transactions are predicted to look at is fetched ahead of them: the state that
  ///     the block will run on, or one with the same state at the bottom, as the one behind the block's system calls.
  ///   - coinbase: the fee recipient; where given, nobody looks before a transaction starts whether a prediction that hangs on
  ///     it still holds, which shows in the end.
  ///   - terms: what the transactions are charged, where that was worked out beforehand.
  public convenience init(
    _ schedule: Schedule, workers: Int = BlockExecutor.coreCount, unit: CostUnit = .gas,
    predictions: [Prediction] = [], madeOn origin: Origin = .opening, on state: (any StateReader)? = nil,
    coinbase: Address? = nil, terms: ForeseenTerms? = nil
  ) {
    let simulator =
      switch unit {
      case .nanoseconds: Simulator(schedule)
      case .gas: Simulator(schedule, costs: schedule.costs.map(Self.nanoseconds(ofGas:)))
      }
    self.init(
      predecessors: schedule.graph.predecessors, priorities: schedule.priorities, costs: schedule.costs,
      waveOf: schedule.waveOf, workers: workers, unit: unit,
      gain: PlanGain { simulator.speedUp(workers: max(workers, 2), overhead: Self.overhead(roundTrip: $0)) },
      rules: IncrementRules(predictions), shownAccounts: ShownAccounts.find(predictions),
      basis: predictions.count == schedule.count
        ? PlanBasis(predictions, madeOn: origin, coinbase: coinbase) : nil,
      footprints: predictions.count == schedule.count ? Self.makeFootprints(predictions, on: state) : nil,
      foreseen: predictions.map(\.foreseen), terms: terms)
  }

  private static func makeFootprints(_ predictions: [Prediction], on state: (any StateReader)?) -> Footprints?
  {
    guard let state else { return nil }
    return withExtendedLifetime(state) { unsafe StateRows(state).map { Footprints(predictions, on: $0) } }
  }

  /// What sharing a block between threads takes beyond its transactions, in nanoseconds, with this machine's cores as
  /// they stand at the moment.
  public static var overhead: DispatchOverhead { overhead(roundTrip: CoreDistance.roundTrip) }

  /// A run has to be set up, and a thread that sleeps takes some ten microseconds to wake, on a virtual machine nearly a
  /// hundred; each transaction has lines that another core had last, which takes about a round trip of so many nanoseconds; and
  /// what a transaction did has to reach another core where someone there looks at it, which takes some more.
  private static func overhead(roundTrip: Int) -> DispatchOverhead {
    DispatchOverhead(
      startUp: 100_000, perTransaction: roundTrip, perHandover: 150 + 3 * roundTrip, perMille: 50)
  }

  /// Whether the plan would pay if sharing cost nothing but another thread's waking.
  var mayPay: Bool {
    parallelism >= Self.leastSpeedUp && (unit == .gas || totalCost > Self.overhead.startUp)
  }

  /// Whether the plan gains enough, as far as is known, for sharing the block between threads: a good part of it, as
  /// promises are no more precise than that, and some time at all, as threads may wake late.
  var pays: Bool {
    let speedUp = speedUp
    guard speedUp >= Self.leastSpeedUp else { return false }
    return unit == .gas || Double(totalCost) * (1 - 1 / speedUp) >= Self.leastSaving
  }

  private static var leastSpeedUp: Double { 1.1 }
  /// Nanoseconds.
  private static var leastSaving: Double { 40_000 }

  /// About how long a transaction takes that costs so much gas.
  static func nanoseconds(ofGas gas: Int) -> Int { 1000 + min(max(gas, 0), 1 << 25) / 8 }

  /// What is worth doing between two looks at what other workers do, in units of cost: as much as takes some dozens of
  /// times as long as to fetch what they have written since.
  var grain: Int { unit == .nanoseconds ? 100_000 : 800_000 }

  /// About how long a transaction takes.
  var nanosecondsEach: Int {
    let cost = totalCost / max(count, 1)
    return unit == .nanoseconds ? cost : Self.nanoseconds(ofGas: cost)
  }

  /// Makes a plan from its parts, which need not make sense: predecessors that are not before their transaction do not
  /// count, so there is always one that may start.
  init(
    predecessors: CompactRows, priorities: [Int], costs: [Int]? = nil, waveOf: [Int32]? = nil,
    workers: Int = 2, unit: CostUnit = .gas, gain: PlanGain? = nil, rules: IncrementRules? = nil,
    shownAccounts: [Bool] = [], isInformed: Bool = true, basis: PlanBasis? = nil,
    footprints: Footprints? = nil, foreseen: [Foreseen] = [], terms: ForeseenTerms? = nil
  ) {
    let count = priorities.count
    var waiting = [Int32](repeating: 0, count: count)
    var behind = [[Int32]](repeating: [], count: isInformed ? count : 0)
    for index in 0..<min(behind.count, predecessors.count) {
      for predecessor in predecessors[index] where (0..<Int32(index)).contains(predecessor) {
        waiting[index] += 1
        behind[Int(predecessor)].append(Int32(truncatingIfNeeded: index))
      }
    }
    self.waiting = waiting
    successors = CompactRows(behind)
    self.priorities = priorities
    let costs = costs.flatMap { $0.count == count ? $0 : nil } ?? Array(repeating: 1, count: count)
    self.costs = costs
    self.isInformed = isInformed
    totalCost = costs.reduce(0) { $0 &+ $1 }
    let longest = priorities.max() ?? 0
    parallelism = longest > 0 ? max(Double(totalCost) / Double(longest), 1) : 1
    self.unit = unit
    self.basis = basis
    self.footprints = footprints?.count == count ? footprints : nil
    let isForeseen = foreseen.count == count && (terms != nil || !foreseen.allSatisfy(\.isEmpty))
    self.foreseen = isForeseen ? ForeseenTable(foreseen, terms: terms) : .empty
    let shown = shownAccounts.count == count ? shownAccounts : Array(repeating: true, count: count)
    self.shownAccounts = shown.indices.map { shown[$0] && (!isInformed || !behind[$0].isEmpty) }
    self.rules = rules?.count == count ? rules : nil
    let most = parallelism
    self.gain = gain ?? PlanGain { _ in most }
    let order = StartOrder.order(
      costs: costs, priorities: isInformed ? priorities : StartOrder.priorities(guessedFrom: costs),
      workers: workers)
    dataflow = StartOrder(order, roots: order.indices.filter { waiting[Int(order[$0])] == 0 })
    waves = waveOf.flatMap { $0.count == count ? StartOrder(order, waves: $0) : nil } ?? dataflow
  }

  /// Tells a machine what is known of the transaction that it runs next.
  @inline(__always)
  func prepare(_ machine: inout Machine, for index: Int) {
    if index < foreseen.count { machine.expect(foreseen, at: index) }
  }

  /// The plan that knows nothing: everything may start at once.
  public static func unconstrained(count: Int) -> ExecutionPlan {
    ExecutionPlan(
      predecessors: CompactRows(), priorities: Array(repeating: 1, count: count), isInformed: false)
  }

  /// The plan that knows nothing but gas limits.
  ///
  /// - Parameter first: those before this one have run.
  static func unconstrained(
    _ transactions: [Transaction], from first: Int, workers: Int
  ) -> ExecutionPlan {
    let costs = transactions.indices.map {
      $0 < first ? 0 : nanoseconds(ofGas: Int(clamping: transactions[$0].gasLimit))
    }
    return ExecutionPlan(
      predecessors: CompactRows(), priorities: costs, costs: costs, workers: workers, isInformed: false)
  }
}
