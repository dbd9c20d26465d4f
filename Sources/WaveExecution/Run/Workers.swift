import Synchronization

/// A number of threads for independent pieces of work.
public final class Workers: Sendable {
  /// How many threads work, the calling one included.
  public let threads: Int
  private let pool = WorkerPool()

  /// Makes workers.
  ///
  /// - Parameter threads: how many; 1 to 256.
  public init(threads: Int) { self.threads = max(1, min(threads, 256)) }

  /// Computes `body(0)`, `body(1)`, … `body(count − 1)` on all threads and returns the results in that order. Must not be
  /// called again before it returns.
  public func map<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Result) -> [Result] {
    guard threads > 1, count > 1 else { return (0..<count).map(body) }
    let next = Counter()
    let results = Monitor([Result?](repeating: nil, count: count))
    pool.run(on: min(threads, count)) { _ in
      while let index = next.take(below: count) {
        let result = body(index)
        results.withLock { $0[index] = result }
      }
    }
    return results.withLock { $0.compactMap { $0 } }
  }

  private final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    func take(below count: Int) -> Int? {
      let index = value.wrappingAdd(1, ordering: .relaxed).oldValue
      return index < count ? index : nil
    }
  }
}
