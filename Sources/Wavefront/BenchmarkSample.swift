import Glibc
import WaveExecution

/// One run and what it took.
struct Sample {
  let run: BlockRun
  let wall: UInt64
  let cpu: UInt64
  /// The share of its time for which the run's threads waited for a core.
  let disturbance: Double

  /// The system's count for the whole process is too coarse: it is brought up to date every few milliseconds.
  ///
  /// - Parameter times: how often to run; the mean counts.
  init(_ executor: BlockExecutor, times: Int, _ body: () throws -> BlockRun) rethrows {
    let waited = CoreContention.waitedNanoseconds
    let helpers = executor.helperNanoseconds
    let own = ThreadTime.nanoseconds
    let start = ContinuousClock.now
    for _ in 1..<max(times, 1) { _ = try body() }
    run = try body()
    let wall = start.nanosecondsSince
    let cpu = UInt64(clamping: ThreadTime.nanoseconds &- own &+ executor.helperNanoseconds &- helpers)
    self.wall = wall / UInt64(max(times, 1))
    self.cpu = cpu / UInt64(max(times, 1))
    disturbance = Double(CoreContention.waitedNanoseconds &- waited) / Double(max(wall, 1))
  }

  var isQuiet: Bool { disturbance < 0.01 }
}

/// The times of one way of running a block.
struct Samples {
  private var wall: [UInt64] = []
  private var cpu: [UInt64] = []
  private var times = 1

  /// Runs `body`, and counts it unless it is the first round. A run that other programs disturbed is tried again up to
  /// `patience` times, and the least disturbed one counts.
  mutating func add(
    _ round: Int, _ executor: BlockExecutor, patience: Int, _ body: () throws -> BlockRun
  ) throws -> BlockRun {
    var sample = try Sample(executor, times: times, body)
    guard round > 0 else {
      // A single run of microseconds says more about the caches than about the executor.
      times = max(1, min(100, Int(1_000_000 / max(sample.wall, 1))))
      return sample.run
    }
    for _ in 0..<patience where !sample.isQuiet {
      // Who has slept is let in sooner.
      usleep(2000)
      let next = try Sample(executor, times: times, body)
      if next.disturbance < sample.disturbance { sample = next }
    }
    wall.append(sample.wall)
    cpu.append(sample.cpu)
    return sample.run
  }

  func cost(of run: BlockRun) -> ParallelBenchmark.Cost {
    ParallelBenchmark.Cost(
      wall: wall.sorted()[wall.count / 2], cpu: cpu.sorted()[cpu.count / 2], executions: run.executions,
      threads: run.threads)
  }
}
