import Glibc
import WaveExecution

/// One run and what it took.
struct Sample {
  let run: BlockRun
  let wall: UInt64
  let cpu: UInt64
  /// The time for which the run's threads waited for a core.
  private let waited: UInt64

  /// The system's count for the whole process is too coarse: it is brought up to date every few milliseconds.
  ///
  /// - Parameter watchesCores: whether to ask the system how long threads waited, which takes longer than a small block.
  init(_ executor: BlockExecutor, watchesCores: Bool, _ body: () throws -> BlockRun) rethrows {
    let waited = watchesCores ? CoreContention.waitedNanoseconds : 0
    let helpers = executor.helperNanoseconds
    let own = ThreadTime.nanoseconds
    let start = ContinuousClock.now
    run = try body()
    wall = start.nanosecondsSince
    cpu = UInt64(clamping: ThreadTime.nanoseconds &- own &+ executor.helperNanoseconds &- helpers)
    self.waited = watchesCores ? CoreContention.waitedNanoseconds &- waited : 0
  }

  /// The share of its time for which the run's threads waited for a core.
  var disturbance: Double { Double(waited) / Double(max(wall, 1)) }
  var isQuiet: Bool { disturbance < 0.01 }
}

extension Collection where Element: Comparable {
  /// The upper median of a collection that is not empty.
  var median: Element { sorted()[count / 2] }
}

/// The times of one way of running a block.
struct Samples {
  private var wall: [UInt64] = []
  private var cpu: [UInt64] = []

  mutating func add(_ sample: Sample) {
    wall.append(sample.wall)
    cpu.append(sample.cpu)
  }

  /// The medians.
  ///
  /// - Parameter first: the times of the first way.
  func cost(of run: BlockRun, beside first: Samples) -> ParallelBenchmark.Cost {
    let speedUps = zip(first.wall, wall).map { Double($0) / Double(max($1, 1)) }
    return ParallelBenchmark.Cost(
      wall: wall.median, cpu: cpu.median, speedUp: speedUps.median, executions: run.executions,
      threads: run.threads)
  }

  /// The median of the last so many times, in nanoseconds.
  func median(ofLast count: Int) -> UInt64 { wall.suffix(count).median }
}

/// Measures several ways of running a block beside each other.
///
/// Every way takes its turn, again and again, so that whatever else the machine does disturbs all alike. It is run once
/// more just before it is measured: its cores are awake then, and their caches hold what it left. Otherwise a way on
/// several threads would be measured on cores that had slept through all ways on one, beside those on the one core that
/// has just run the very block. A block of few milliseconds is run several times in each round, one of microseconds many
/// times, still in turns: the speed of a virtual machine's core changes from millisecond to millisecond with what its host
/// does. That is also why a way's speed-up is the median of those of all turns, not one median over the other.
struct SideBySide {
  /// A way of running the block.
  struct Way {
    let executor: BlockExecutor
    /// Whether to measure it as others have left the cores: but for the calling thread's they have slept.
    var isRested = false
    /// What to do before each run, while no clock runs.
    var prepare: () -> Void = {}
    let run: () throws -> BlockRun
  }

  private let ways: [Way]
  private let patience: Int
  private var samples: [Samples]
  /// How often each way is run in a round.
  private var times = 1
  /// How often it is run before each of these. Once does not bring all that a block of microseconds needs back into the
  /// caches, nor teach the processor where its jumps go.
  private var warmUps = 1

  /// - Parameters:
  ///   - ways: each is run once now, which warms everything up.
  ///   - patience: how often to try a run again that other programs kept waiting for a core.
  init(_ ways: [Way], patience: Int) throws {
    self.ways = ways
    self.patience = patience
    samples = Array(repeating: Samples(), count: ways.count)
    var slowest: UInt64 = 1
    for way in ways {
      way.prepare()
      let sample = try Sample(way.executor, watchesCores: false, way.run)
      slowest = max(slowest, sample.wall)
    }
    times = max(1, min(100, Int(4_000_000 / slowest)))
    warmUps = times > 1 ? max(2, min(16, Int(200_000 / slowest))) : 1
  }

  /// Runs each way as often as a round has it.
  ///
  /// - Parameters:
  ///   - number: every other round goes backwards: what ran before leaves its traces in the caches.
  ///   - inspect: shown every run, while no clock runs.
  mutating func round(_ number: Int, inspect: (BlockRun) throws -> Void = { _ in }) throws {
    for time in 0..<times {
      for turn in ways.indices {
        let way = (number + time) % 2 == 0 ? turn : ways.count - 1 - turn
        if !ways[way].isRested { try warmUp(ways[way]) }
        let sample = try sample(ways[way])
        try inspect(sample.run)
        samples[way].add(sample)
      }
    }
  }

  private func warmUp(_ way: Way) throws {
    for _ in 0..<warmUps {
      way.prepare()
      _ = try way.run()
    }
  }

  /// A run that other programs disturbed is tried again, and the least disturbed one counts.
  private func sample(_ way: Way) throws -> Sample {
    way.prepare()
    guard times == 1 else { return try Sample(way.executor, watchesCores: false, way.run) }
    var sample = try Sample(way.executor, watchesCores: true, way.run)
    for _ in 0..<patience where !sample.isQuiet {
      // Who has slept is let in sooner.
      usleep(2000)
      way.prepare()
      let next = try Sample(way.executor, watchesCores: true, way.run)
      if next.disturbance < sample.disturbance { sample = next }
    }
    return sample
  }

  /// What the first way took in the last round, in nanoseconds.
  var latest: UInt64 { samples[0].median(ofLast: times) }

  /// What each way took, and one more run of it.
  ///
  /// Runs that were measured are not kept: each way's would hold other memory, and what is left for the next run of a way
  /// would lie elsewhere than another one's, in the same places in every turn. For a block of microseconds that can make a
  /// tenth of the time.
  func results() throws -> [(cost: ParallelBenchmark.Cost, run: BlockRun)] {
    try zip(ways, samples).map { way, samples in
      way.prepare()
      let run = try way.run()
      return (samples.cost(of: run, beside: self.samples[0]), run)
    }
  }
}
