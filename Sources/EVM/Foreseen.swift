public import EVMPrecompiles
public import EthereumTypes

/// Results that a transaction is expected to ask for, worked out when it was predicted: they hang on nothing but their input.
/// What is foreseen wrongly costs a little time, never the result: each is held against what is asked.
public struct Foreseen: Sendable {
  /// Keys of mappings, in the order in which they will be asked for.
  public var hashedPairs: [HashedPair]
  /// The same of precompiles.
  public var precompileResults: [PrecompileResult]

  /// More of either is not noted: no block is served by it, and who wrote a contract must not decide how much is kept.
  public static let maximumCount = 256

  /// What is foreseen; nothing by default.
  public init(hashedPairs: [HashedPair] = [], precompileResults: [PrecompileResult] = []) {
    self.hashedPairs = hashedPairs
    self.precompileResults = precompileResults
  }

  /// Adds the hash of two words, where there is room, and returns it.
  public mutating func note(_ pair: HashedPair) -> UInt256 {
    if hashedPairs.count < Self.maximumCount { hashedPairs.append(pair) }
    return pair.hash
  }

  /// Adds what a precompile returns, unless it was the last to be added, and where there is room, and returns it.
  public mutating func note(_ result: PrecompileResult) -> [UInt8]? {
    if precompileResults.count < Self.maximumCount, precompileResults.last !== result {
      precompileResults.append(result)
    }
    return result.output
  }

  /// Whether nothing is foreseen.
  public var isEmpty: Bool { hashedPairs.isEmpty && precompileResults.isEmpty }

  /// Forgets all of it, keeping the room.
  public mutating func removeAll() {
    hashedPairs.removeAll(keepingCapacity: true)
    precompileResults.removeAll(keepingCapacity: true)
  }

  /// The same with arrays of its own.
  public var copy: Foreseen {
    Foreseen(hashedPairs: Array(hashedPairs[...]), precompileResults: Array(precompileResults[...]))
  }
}
