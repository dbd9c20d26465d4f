import EVMPrecompiles
import EthereumTypes

/// What each transaction of a block is foreseen to ask for, one behind the other: a machine that runs them looks there, and
/// nothing is counted or copied for a transaction.
public final class ForeseenTable: Sendable {
  let hashedPairs: [HashedPair]
  let precompileResults: [PrecompileResult]
  /// What they are charged, where that was worked out.
  let terms: ForeseenTerms?
  /// Where each transaction's begin; one more at the end.
  private let pairStarts: [Int]
  private let resultStarts: [Int]

  /// Makes a table of what is foreseen of a block's transactions. Linear.
  ///
  /// - Parameter terms: what the transactions are charged, where that was worked out.
  public init(_ foreseen: [Foreseen], terms: ForeseenTerms? = nil) {
    self.terms = terms
    hashedPairs = foreseen.flatMap(\.hashedPairs)
    precompileResults = foreseen.flatMap(\.precompileResults)
    pairStarts = Self.starts(foreseen) { $0.hashedPairs.count }
    resultStarts = Self.starts(foreseen) { $0.precompileResults.count }
  }

  /// The table of no transactions.
  public static let empty = ForeseenTable([])

  private static func starts(_ foreseen: [Foreseen], count: (Foreseen) -> Int) -> [Int] {
    foreseen.reduce(into: [0]) { $0.append($0[$0.count - 1] + count($1)) }
  }

  /// The number of transactions.
  public var count: Int { pairStarts.count - 1 }

  /// What transaction `index`, which must be below `count`, is foreseen to ask for.
  public subscript(index: Int) -> Foreseen {
    Foreseen(
      hashedPairs: Array(hashedPairs[pairs(of: index)]),
      precompileResults: Array(precompileResults[results(of: index)]))
  }

  @inline(__always)
  func pairs(of index: Int) -> Range<Int> { pairStarts[index]..<pairStarts[index + 1] }

  @inline(__always)
  func results(of index: Int) -> Range<Int> { resultStarts[index]..<resultStarts[index + 1] }

  /// Lets the processor fetch the first pairs of transaction `index`, which must be below `count`.
  package func prefetch(_ index: Int) {
    unsafe hashedPairs.withUnsafeBufferPointer { pairs in
      guard let first = pairs.baseAddress else { return }
      for pair in self.pairs(of: index).prefix(Self.prefetched) { unsafe Prefetch.fetch(first + pair) }
    }
    terms?.prefetch(index)
  }

  /// More would drive out of the cache what comes first.
  private static var prefetched: Int { 8 }
}
