import EVMPrecompiles
import EthereumTypes

extension Machine {
  /// Remembers what the next transaction is expected to ask for.
  public mutating func expect(_ foreseen: Foreseen) {
    pairHashes.learn(foreseen.hashedPairs)
    if !precompileResults.isEmpty || !foreseen.precompileResults.isEmpty {
      precompileResults = foreseen.precompileResults
      nextResult = 0
    }
  }

  /// So many foreseen results are looked at for each that is asked for.
  private static var patience: Int { 16 }

  /// What a precompile returns for the input of `call`, where that was foreseen: looks from behind the last that was, as
  /// they are asked for in order mostly.
  mutating func foreseenResult(_ precompile: Precompile, _ call: FrameContext) -> PrecompileResult? {
    let count = precompileResults.count
    for _ in 0..<min(count, Self.patience) {
      let result = precompileResults[nextResult]
      nextResult = nextResult + 1 < count ? nextResult + 1 : 0
      let isIt = memory.withSpan(call.inputStart, call.inputCount) {
        result.answers(precompile, $0, era: precompiles.era)
      }
      if isIt { return result }
    }
    return nil
  }
}
