public import EVM
import EVMState
import EthereumTypes
import Glibc

extension InterpreterBenchmark {
  /// What one case costs.
  public struct Measurement: Sendable, Encodable {
    /// The case.
    public let name: String
    /// Gas the message uses, without the transaction's intrinsic gas.
    public let gas: UInt64
    /// Median CPU time of one run in microseconds.
    public let medianMicroseconds: Double
    /// The shortest sample in microseconds: on a busy machine the better estimate.
    public let minimumMicroseconds: Double
    /// Millions of gas per second, at the median.
    public let megagasPerSecond: Double
    /// How many runs were timed, in all samples together.
    public let runs: Int
    /// What state root or logs differ in from what the file expects; nil where they agree.
    public let difference: String?
  }

  /// Checks the case, then times its message on a warm machine.
  ///
  /// A run is `Machine.begin` and the message: resetting the journal, reading the accounts and slots it touches from
  /// memory, and interpreting. Decoding and analysing the code happens once, before. A sample is as many runs
  /// as fill a millisecond, and its time is that of the thread's CPU clock.
  ///
  /// - Parameter samples: how many samples; at least 1.
  public func measure(samples: Int) throws(ExecutionError) -> Measurement {
    let difference = try check()
    var machine = Machine(block: block, reader: state)
    let message = message
    machine.begin(reader: state)
    let gas = message.gas - machine.run(message).gasLeft
    if let fault = machine.journal.fault { throw .state(fault) }

    var warmUpRuns = 0
    var elapsed = 0.0
    let start = Self.threadMicroseconds()
    repeat {
      machine.begin(reader: state)
      _ = machine.run(message)
      warmUpRuns += 1
      elapsed = Self.threadMicroseconds() - start
    } while elapsed < 20_000
    let batch = max(1, Int((1000 * Double(warmUpRuns) / elapsed).rounded(.up)))

    var times: [Double] = []
    for _ in 0..<max(1, samples) {
      let start = Self.threadMicroseconds()
      for _ in 0..<batch {
        machine.begin(reader: state)
        _ = machine.run(message)
      }
      times.append((Self.threadMicroseconds() - start) / Double(batch))
    }
    times.sort()
    let median = times[times.count / 2]
    return Measurement(
      name: name, gas: gas, medianMicroseconds: median, minimumMicroseconds: times[0],
      megagasPerSecond: Double(gas) / median, runs: times.count * batch, difference: difference)
  }

  /// CPU time of this thread.
  private static func threadMicroseconds() -> Double {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
  }
}
