/// What a free schedule is to achieve, and how hard to try.
public struct FreeScheduleOptions: Hashable, Sendable {
  /// What counts most.
  public enum Objective: String, Hashable, Sendable, CaseIterable {
    /// The shortest makespan for the candidates that fit, taken in the order of the list.
    case makespan
    /// The highest fees for the gas there is, and who pays more per gas runs earlier.
    case fees
    /// The highest fees for the gas there is; for those chosen the shortest makespan.
    case feesThenMakespan = "fees-then-makespan"
  }

  /// What counts most.
  public var objective: Objective
  /// How many workers the makespan is minimised for.
  public var workers: Int
  /// What the block may hold. Candidates that do not fit are left out, and with each all of its sender with
  /// higher nonces.
  public var limits: BlockLimits
  /// How many rounds of improvement are tried, each of which takes some waves apart and rebuilds them. Fewer are
  /// run where transactions are many: at most about `effort / accesses`.
  public var rounds: Int
  /// About how many steps may be spent on saturation and on improvement, each.
  public var effort: Int

  /// States a goal.
  public init(
    objective: Objective = .makespan, workers: Int = 8, limits: BlockLimits = .none, rounds: Int = 200,
    effort: Int = 20_000_000
  ) {
    self.objective = objective
    self.workers = max(workers, 1)
    self.limits = limits
    self.rounds = rounds
    self.effort = effort
  }
}
