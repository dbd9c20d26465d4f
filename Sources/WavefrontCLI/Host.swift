import Foundation

/// The machine the command runs on.
enum Host {
  /// The number of cores this process may use.
  static var coreCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}
