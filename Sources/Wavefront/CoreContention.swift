import Foundation

/// How long this process was kept waiting for a core. A measurement during which other programs held the cores says
/// little about our own code, above all where several threads wait for each other.
enum CoreContention {
  /// Nanoseconds that this process's threads, those that have ended left out, were ready to run and did not; 0 where
  /// the system does not tell (`/proc/self/task/*/schedstat`, second field: time on a run queue).
  static var waitedNanoseconds: UInt64 {
    let folder = "/proc/self/task"
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return threads.reduce(0) { sum, thread in
      let text = (try? String(contentsOfFile: "\(folder)/\(thread)/schedstat", encoding: .utf8)) ?? ""
      let fields = text.split(separator: " ")
      return sum &+ (fields.count > 1 ? UInt64(fields[1]) ?? 0 : 0)
    }
  }
}
