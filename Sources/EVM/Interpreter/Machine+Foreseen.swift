import EVMPrecompiles
import EthereumTypes

extension Machine {
  /// Notes which transaction of a table runs next, and so what it is expected to ask for.
  ///
  /// - Parameter index: the transaction; nothing is expected of one beyond the table.
  @inline(__always)
  public mutating func expect(_ table: ForeseenTable, at index: Int) {
    if table !== foreseen {
      foreseen = table
      knowsTerms = table.terms?.environment == block
    }
    guard index < table.count else { return expectNothing() }
    expected = index
    expect(table.pairs(of: index), table.results(of: index))
  }

  @inline(__always)
  private mutating func expect(_ pairs: Range<Int>, _ results: Range<Int>) {
    (expectedPairs, nextPair) = (pairs, pairs.lowerBound)
    (expectedResults, nextResult) = (results, results.lowerBound)
  }

  /// Lets go of what was expected.
  mutating func expectNothing() {
    foreseen = .empty
    knowsTerms = false
    expect(0..<0, 0..<0)
  }

  /// Puts what the transaction that lies at `place` is charged in `terms`, where that was foreseen.
  @unsafe @inline(__always)
  mutating func useForeseenTerms(ofTransactionAt place: UnsafePointer<Transaction>) -> Bool {
    guard knowsTerms, let foreseen = foreseen.terms else { return false }
    return unsafe foreseen.put(place, expected, in: &terms)
  }

  // MARK: Storage keys

  /// So far from where it should be a foreseen pair is looked for.
  private static var pairPatience: Int { 16 }

  /// The hash of two words: looks behind the last pair that was foreseen, as they are asked for in order mostly; if some of
  /// them again, soon.
  mutating func hash(_ first: UInt256, _ second: UInt256) -> UInt256 {
    for distance in 0..<Self.pairPatience {
      let (behind, before) = (nextPair &+ distance, nextPair &- 1 &- distance)
      guard behind < expectedPairs.upperBound || before >= expectedPairs.lowerBound else { break }
      if behind < expectedPairs.upperBound, let hash = foreseenHash(at: behind, first, second) { return hash }
      if before >= expectedPairs.lowerBound, let hash = foreseenHash(at: before, first, second) {
        return hash
      }
    }
    return pairHashes.hash(first, second)
  }

  @inline(__always)
  private mutating func foreseenHash(at place: Int, _ first: UInt256, _ second: UInt256) -> UInt256? {
    guard foreseen.hashedPairs[place].first == first, foreseen.hashedPairs[place].second == second else {
      return nil
    }
    nextPair = place &+ 1
    return foreseen.hashedPairs[place].hash
  }

  // MARK: Precompiles

  /// So many foreseen results are looked at for each that is asked for.
  private static var resultPatience: Int { 16 }

  /// What a precompile returns for the input of `call`, where that was foreseen: looks from behind the last that was, as
  /// they are asked for in order mostly.
  mutating func foreseenResult(_ precompile: Precompile, _ call: FrameContext) -> PrecompileResult? {
    for _ in 0..<min(expectedResults.count, Self.resultPatience) {
      let result = foreseen.precompileResults[nextResult]
      nextResult = nextResult + 1 < expectedResults.upperBound ? nextResult + 1 : expectedResults.lowerBound
      let isIt = memory.withSpan(call.inputStart, call.inputCount) {
        result.answers(precompile, $0, era: precompiles.era)
      }
      if isIt { return result }
    }
    return nil
  }
}
