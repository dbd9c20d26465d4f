import EthereumTypes

/// How fast graphs are built and schedules found on one core, and how far schedules are from their lower bounds.
public enum SchedulingBenchmark {
  /// Building both graphs from random access sets of 100 locations.
  public struct GraphMeasurement: Hashable, Sendable {
    /// How many transactions.
    public let transactions: Int
    /// How many distinct locations they touch.
    public let locations: Int
    /// How many dependencies there are.
    public let dependencies: Int
    /// The least CPU time to build the dependency graph from access sets, in nanoseconds.
    public let dependencyNanoseconds: Int
    /// The least CPU time to build the conflict graph from access sets, in nanoseconds.
    public let conflictNanoseconds: Int
  }

  /// Scheduling a list of transactions.
  public struct ScheduleMeasurement: Hashable, Sendable {
    /// Whether order was given, or what a free order was to achieve.
    public let goal: String
    /// How many transactions.
    public let transactions: Int
    /// How many waves.
    public let waves: Int
    /// The least CPU time to find the schedule from access sets, in nanoseconds.
    public let nanoseconds: Int
    /// One worker's time over the makespan on `workers`, barrier-free.
    public let speedUp: Double
    /// The makespan over its lower bound, barrier-free: of the order for an ordered schedule, of any order for a
    /// free one.
    public let gap: Double
    /// The makespan with barriers over the lower bound of any waves; for an ordered schedule, of its order.
    public let gapWithBarriers: Double
  }

  /// Builds graphs of that many transactions, each with 100 locations drawn from that many; the best of `samples`.
  public static func graph(
    transactions count: Int = 10_000, universe: Int, samples: Int = 5
  ) -> GraphMeasurement {
    let transactions = randomTransactions(count, universe: max(universe, 1))
    var index = AccessIndex([AccessSet?]())
    var edges = 0
    let dependency = best(of: samples) { edges = DependencyGraph(transactions).edgeCount }
    let conflict = best(of: samples) {
      index = AccessIndex(transactions)
      _ = ConflictGraph(index)
    }
    return GraphMeasurement(
      transactions: count, locations: index.locationCount, dependencies: edges,
      dependencyNanoseconds: dependency, conflictNanoseconds: conflict)
  }

  /// Schedules transactions in their order and, for each objective, in a free one; the best of `samples`.
  public static func schedules(
    of transactions: [ScheduledTransaction], workers: Int = 8, samples: Int = 3
  ) -> [ScheduleMeasurement] {
    var schedule = Schedule.ordered([])
    let nanoseconds = best(of: samples) { schedule = .ordered(transactions, workers: workers) }
    var measurements = [
      measurement(
        "ordered", schedule, workers, nanoseconds, bound: schedule.bounds.makespan(workers: workers))
    ]
    for objective in FreeScheduleOptions.Objective.allCases {
      let options = FreeScheduleOptions(objective: objective, workers: workers)
      let nanoseconds = best(of: samples) { schedule = .free(transactions, options) }
      measurements.append(
        measurement(
          objective.rawValue, schedule, workers, nanoseconds,
          bound: schedule.bounds.makespanOfAnyOrder(workers: workers)))
    }
    return measurements
  }

  private static func measurement(
    _ goal: String, _ schedule: Schedule, _ workers: Int, _ nanoseconds: Int, bound: Int
  ) -> ScheduleMeasurement {
    let simulator = Simulator(schedule)
    func ratio(_ makespan: Int, _ bound: Int) -> Double { bound == 0 ? 1 : Double(makespan) / Double(bound) }
    return ScheduleMeasurement(
      goal: goal, transactions: schedule.count, waves: schedule.waves.count, nanoseconds: nanoseconds,
      speedUp: simulator.speedUp(workers: workers),
      gap: ratio(simulator.makespan(workers: workers), bound),
      gapWithBarriers: ratio(
        simulator.makespanWithBarriers(workers: workers),
        schedule.bounds.makespanWithBarriers(workers: workers)))
  }

  /// The shortest CPU time of this thread: what else the machine does must not count.
  private static func best(of samples: Int, _ work: () -> Void) -> Int {
    (0..<max(samples, 1)).map { _ in
      let start = ThreadTime.nanoseconds
      work()
      return ThreadTime.nanoseconds - start
    }.min() ?? 0
  }

  /// Of each transaction's locations half are read, a fifth added to, and the rest written, half of these read too.
  private static func randomTransactions(_ count: Int, universe: Int) -> [ScheduledTransaction] {
    var random = SplitMix64(seed: UInt64(universe))
    return (0..<max(count, 0)).map { _ in
      var (reads, writes, adds): ([Location], [Location], [Location]) = ([], [], [])
      for _ in 0..<100 {
        let number = random.next() % UInt64(universe)
        let location = Location(
          Address(hi: 7, mid: number % 1009, lo: number % 97),
          slot: UInt256(limbs: number, number, 0, ~number))
        switch random.next() % 20 {
        case 0..<10: reads.append(location)
        case 10..<14: adds.append(location)
        case 14..<17: writes.append(location)
        default:
          reads.append(location)
          writes.append(location)
        }
      }
      return ScheduledTransaction(
        access: AccessSet(reads: reads, writes: writes, adds: adds),
        cost: 21_000 + Int(random.next() % 500_000))
    }
  }
}
