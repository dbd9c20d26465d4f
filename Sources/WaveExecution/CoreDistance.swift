import Synchronization

/// How long it takes cores to hand something to each other and back, measured now and then while the process runs.
///
/// Cores that share a cache take a fifth of the time that others take, and in a virtual machine the same two are now the
/// one and now the other, as the host moves them about. What sharing a block between threads costs follows from it.
enum CoreDistance {
  /// The latest measurement, in nanoseconds; until there is one, that of cores that share a cache.
  static var roundTrip: Int { latest.load(ordering: .relaxed) }

  private static let latest = Atomic<Int>(100)
  private static let origin = ContinuousClock.now
  /// When the latest measurement began, in nanoseconds since `origin`.
  private static let measuredAt = Atomic<UInt64>(0)

  /// So long a measurement counts, and one that found no other core free: that takes as long as a small block, and would be
  /// asked for by each of those if it were forgotten sooner.
  private static var validity: UInt64 { 1_000_000_000 }
  private static var shortValidity: UInt64 { 400_000_000 }
  /// So long the other thread may take to start.
  private static var patience: UInt64 { 300_000 }
  private static var rounds: Int { 8 }
  private static var tripsEach: Int { 16 }
  /// What is beyond that says something about other programs, not about cores. A core that others keep busy is as good as
  /// one that is as far as can be.
  private static var plausible: ClosedRange<Int> { 20...2_000 }

  /// Measures again where the latest measurement is old, which takes some hundred microseconds.
  static func refresh() {
    let now = origin.nanosecondsSince &+ 1
    let last = measuredAt.load(ordering: .relaxed)
    let age = roundTrip < plausible.upperBound ? validity : shortValidity
    guard last == 0 || now &- last > age, BlockExecutor.coreCount > 1,
      measuredAt.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
    else { return }
    let found = measure() ?? plausible.upperBound
    latest.store(min(max(found, plausible.lowerBound), plausible.upperBound), ordering: .relaxed)
  }

  /// Where the ball is: even numbers are the caller's, odd ones the other thread's, negative ones end the game.
  private final class Ball: Sendable {
    let number = Atomic<Int>(0)
  }

  /// The time of a round trip in the best of several rounds; nil where no other thread got a core meanwhile.
  private static func measure() -> Int? {
    let ball = Ball()
    let partner = HelperThread {
      while true {
        let number = ball.number.load(ordering: .acquiring)
        if number < 0 { return }
        if number % 2 == 1 {
          _ = ball.number.compareExchange(
            expected: number, desired: number &+ 1, ordering: .acquiringAndReleasing)
        }
      }
    }
    guard partner != nil else { return nil }
    defer { ball.number.store(-1, ordering: .releasing) }
    var number = 0
    func play(_ trips: Int) -> UInt64? {
      let start = ContinuousClock.now
      for _ in 0..<trips {
        ball.number.store(number &+ 1, ordering: .releasing)
        number &+= 2
        var polls = 0
        while ball.number.load(ordering: .acquiring) != number {
          polls &+= 1
          if polls & 255 == 0, start.nanosecondsSince > patience { return nil }
        }
      }
      return start.nanosecondsSince
    }
    // The first trip is over when the other thread has started.
    guard play(1) != nil else { return nil }
    var best = UInt64.max
    for _ in 0..<rounds {
      guard let time = play(tripsEach) else { return nil }
      best = min(best, time)
    }
    return Int(clamping: best) / tripsEach
  }
}
