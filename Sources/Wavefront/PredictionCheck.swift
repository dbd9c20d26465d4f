public import AccessAnalysis
import ConflictScheduling
public import EVM
public import EVMState
public import EthereumTypes
import WaveExecution

/// Predictions beside what the transactions did when the block ran in order.
public struct PredictionCheck: Sendable {
  /// A share as two counts.
  public struct Share: Hashable, Sendable {
    /// How many had the property.
    public var hits = 0
    /// Of how many.
    public var total = 0
    /// Makes a share.
    public init(hits: Int = 0, total: Int = 0) {
      self.hits = hits
      self.total = total
    }

    /// 1 where there is nothing to hit.
    public var value: Double { total == 0 ? 1 : Double(hits) / Double(total) }

    /// Adds another share's counts.
    public mutating func add(_ other: Share) {
      hits += other.hits
      total += other.total
    }
  }

  /// The comparison of many transactions.
  public struct Totals: Hashable, Sendable {
    /// Predicted reads that happened, of those that happened.
    public var readRecall = Share()
    /// Predicted reads that happened, of those predicted.
    public var readPrecision = Share()
    /// The same for writes and adds.
    public var writeRecall = Share()
    /// The same for writes and adds.
    public var writePrecision = Share()
    /// Dependencies that the predictions keep, of those that exist: the later transaction waits for the earlier one,
    /// directly or by way of others. (A predicted write that then does not happen puts itself between two others, without
    /// parting them.)
    public var edgeRecall = Share()
    /// Predicted dependencies whose order is that of the dependencies that exist, directly or by way of others.
    public var edgePrecision = Share()
    /// The same counting single edges of the two graphs that are equal.
    public var directEdgeRecall = Share()
    /// The same counting single edges of the two graphs that are equal.
    public var directEdgePrecision = Share()
    /// Transactions the pre-pass vouched for.
    public var vouched = 0
    /// Vouched-for transactions whose conditions held and that did something unpredicted. Must be 0.
    public var falseVouchers = 0

    /// Reads and writes together.
    public var recall: Share {
      Share(hits: readRecall.hits + writeRecall.hits, total: readRecall.total + writeRecall.total)
    }
    /// Reads and writes together.
    public var precision: Share {
      Share(hits: readPrecision.hits + writePrecision.hits, total: readPrecision.total + writePrecision.total)
    }

    /// Makes empty totals.
    public init() {}

    /// Adds another block's counts.
    public mutating func add(_ other: Totals) {
      readRecall.add(other.readRecall)
      readPrecision.add(other.readPrecision)
      writeRecall.add(other.writeRecall)
      writePrecision.add(other.writePrecision)
      edgeRecall.add(other.edgeRecall)
      edgePrecision.add(other.edgePrecision)
      directEdgeRecall.add(other.directEdgeRecall)
      directEdgePrecision.add(other.directEdgePrecision)
      vouched += other.vouched
      falseVouchers += other.falseVouchers
    }
  }

  /// What one transaction did, and what of it was not foreseen.
  public struct Row: Sendable {
    /// The actual access set.
    public var actual: AccessSet
    /// Accesses that the prediction does not cover.
    public var missing: [Location]
    /// Whether every condition of the prediction held when the transaction's turn came.
    public var conditionsHeld: Bool
    /// Whether the transaction succeeded.
    public var succeeded: Bool
    /// Whether the pre-pass was wrong where it vouched.
    public var isFalseVoucher: Bool
  }

  /// One row for each transaction.
  public private(set) var rows: [Row] = []
  /// The block's counts, for the predictions as they were made before the block.
  public private(set) var totals = Totals()
  /// The same with each prediction whose conditions did not hold when its turn came made anew on the state it found, as
  /// an executor does that waits for the writers.
  public private(set) var rebound = Totals()
  /// What the predicted increments were worth.
  public private(set) var increments = IncrementCheck()
  /// Predictions that were vouched for and missed something, made anew or not, and increments that were none. Must be 0.
  public var falseVouchers: Int { totals.falseVouchers + rebound.falseVouchers + increments.wrong }
  /// What was predicted wrongly, by cause.
  public private(set) var causes = PredictionCauses()
  /// How many were made anew.
  public private(set) var rebindings = 0

  /// What making them anew took, in nanoseconds of this thread's processor time.
  public private(set) var rebindingNanoseconds: UInt64 = 0
  /// How long eight workers take: by what really happened (`hits`), and by the predictions (`total`), in gas. Where a
  /// dependency was not predicted the schedule is taken to wait for it all the same.
  public private(set) var makespan = Share()

  /// Runs the block in order and compares.
  ///
  /// - Parameters:
  ///   - predictions: one for each transaction, made before the first one ran.
  ///   - processor: the block.
  ///   - preState: the state before the block.
  ///   - rebind: makes the prediction of a transaction anew on a state; nil to leave them as they are.
  public init(
    _ predictions: [Prediction], _ processor: BlockProcessor, preState: any StateReader,
    rebind: ((Int, any StateReader) -> Prediction)? = nil
  ) throws {
    var latest = predictions
    var costs: [Int] = []
    let state = MemoryState(base: preState)
    var machine = processor.makeMachine(on: state)
    try processor.begin(&machine, on: state)
    let opening = try processor.opening(over: preState)
    for (index, transaction) in processor.block.transactions.enumerated() {
      let prediction = predictions[index]
      let held = try prediction.conditions.allSatisfy { try $0.holds(in: state) }
      if !held, let rebind {
        let start = PrePassCost.now
        latest[index] = rebind(index, state)
        rebindingNanoseconds += PrePassCost.now &- start
        rebindings += 1
      }
      let expected = try increments.expect(prediction, held: held, on: state)
      let result = try machine.execute(transaction, sender: processor.senders[index], on: state)
      try state.apply(result.effects)
      let actual = result.effects.accessSet
      try increments.count(expected, actual, succeeded: result.succeeded, on: state)
      costs.append(Int(clamping: result.gasUsed))
      let missing =
        prediction.trust == .unknown
        ? actual.reads + actual.writes + actual.adds : prediction.access.missing(from: actual)
      let isFalse = prediction.trust.isVouchedFor && held && !missing.isEmpty
      let row = Row(
        actual: actual, missing: missing, conditionsHeld: held, succeeded: result.succeeded,
        isFalseVoucher: isFalse)
      causes.count(prediction, row)
      rows.append(row)
      totals.count(prediction, actual, isFalse: isFalse)
      // What was made on the very state it is checked on must cover what happened, or it is a false voucher too.
      let isStillFalse =
        latest[index].trust.isVouchedFor && !latest[index].access.missing(from: actual).isEmpty
      rebound.count(latest[index], actual, isFalse: isStillFalse)
    }
    let sets = rows.map(\.actual)
    makespan = Self.makespan(predictions, sets, costs, BlockPlanner(processor, on: opening))
    increments.countDependencies(sets)
    causes.count(totals.countEdges(predictions, sets), predictions, rows)
    rebound.countEdges(latest, sets)
  }

  /// The ordered, barrier-free makespan at eight workers of a block by its actual sets and by the predicted ones.
  private static func makespan(
    _ predictions: [Prediction], _ sets: [AccessSet], _ costs: [Int], _ planner: BlockPlanner
  ) -> Share {
    let workers = 8
    func simulated(_ predictions: [Prediction]) -> Int {
      let transactions = planner.transactions(predictions, costs: costs)
      return Simulator(Schedule.ordered(transactions, workers: workers)).makespan(workers: workers)
    }
    let perfect = sets.map { Prediction(trust: .certain, access: $0) }
    let predicted = zip(predictions, sets).map { prediction, actual in
      var both = prediction
      if prediction.trust != .unknown { both.access = prediction.access.union(actual) }
      return both
    }
    return Share(hits: simulated(perfect), total: simulated(predicted))
  }
}

extension PredictionCheck.Totals {
  fileprivate mutating func count(_ prediction: Prediction, _ actual: AccessSet, isFalse: Bool) {
    let predicted = prediction.access
    let readHits = Set(predicted.reads).intersection(actual.reads).count
    readRecall.add(.init(hits: readHits, total: actual.reads.count))
    readPrecision.add(.init(hits: readHits, total: predicted.reads.count))
    let writes = Set(predicted.writes + predicted.adds)
    let actualWrites = Set(actual.writes + actual.adds)
    let writeHits = writes.intersection(actualWrites).count
    writeRecall.add(.init(hits: writeHits, total: actualWrites.count))
    writePrecision.add(.init(hits: writeHits, total: writes.count))
    if prediction.trust.isVouchedFor { vouched += 1 }
    if isFalse { falseVouchers += 1 }
  }

  /// Compares the dependencies that follow from the predictions with those that follow from what happened. Returns the
  /// predicted ones that nothing that happened asks for.
  @discardableResult
  fileprivate mutating func countEdges(
    _ predictions: [Prediction], _ sets: [AccessSet]
  ) -> [(from: Int32, to: Int32)] {
    let actual = Self.graph(sets)
    let predicted = Self.graph(predictions.map { $0.trust == .unknown ? nil : $0.access })
    let order = sets.indices.map { Int32(truncatingIfNeeded: $0) }
    edgeRecall.add(
      .init(
        hits: actual.edgeCount - predicted.missing(actual, order: order, limit: .max).count,
        total: actual.edgeCount))
    let needless = actual.missing(predicted, order: order, limit: .max)
    edgePrecision.add(.init(hits: predicted.edgeCount - needless.count, total: predicted.edgeCount))
    let direct = Self.edges(actual).intersection(Self.edges(predicted)).count
    directEdgeRecall.add(.init(hits: direct, total: actual.edgeCount))
    directEdgePrecision.add(.init(hits: direct, total: predicted.edgeCount))
    return needless
  }

  private static func graph(_ sets: [AccessSet?]) -> DependencyGraph {
    DependencyGraph(sets.map { ScheduledTransaction(access: $0, cost: 1) })
  }

  private static func edges(_ graph: DependencyGraph) -> Set<Int64> {
    var edges = Set<Int64>()
    for row in 0..<graph.count {
      for other in graph.predecessors[row] { edges.insert(Int64(row) << 32 | Int64(other)) }
    }
    return edges
  }
}
