/// What a plan gains over a serial run, by how far apart the cores are: they move while a plan waits to be run.
struct PlanGain: Sendable {
  /// Of cores that share a cache, and of cores that are far from each other: round trips in nanoseconds.
  private static var near: Int { 100 }
  private static var far: Int { 600 }

  /// Shares of the serial time.
  private let nearTime: Double
  private let farTime: Double

  /// - Parameter speedUp: how many times as fast as serial the plan is with a round trip of so many nanoseconds.
  init(_ speedUp: (Int) -> Double) {
    nearTime = 1 / max(speedUp(Self.near), .leastNonzeroMagnitude)
    farTime = 1 / max(speedUp(Self.far), .leastNonzeroMagnitude)
  }

  /// Each transaction is late by so many round trips, so time grows about evenly with the distance.
  func speedUp(roundTrip: Int) -> Double {
    let part = Double(roundTrip - Self.near) / Double(Self.far - Self.near)
    return 1 / max(nearTime + part * (farTime - nearTime), .leastNonzeroMagnitude)
  }
}
