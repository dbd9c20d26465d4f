/// What a precompile returns for an input, worked out beforehand: precompiles are functions, so it holds in every state.
///
/// Always right, as nobody can make one with another output; so whoever is handed one may take it for granted.
public final class PrecompileResult: Sendable {
  /// Which precompile.
  public let precompile: Precompile
  /// By the rules of which forks.
  public let era: PrecompileEra
  /// What it looked at: of ECRECOVER's input 128 bytes, zeros for those missing.
  public let input: [UInt8]
  /// What it returns; nil where it fails.
  public let output: [UInt8]?

  /// How many bytes of an input of so many a precompile looks at; what is missing of a signature reads as zero.
  public static func sizeLookedAt(by precompile: Precompile, of count: Int) -> Int {
    precompile == .ecrecover ? 128 : count
  }

  /// Runs a precompile, which takes microseconds to milliseconds. Its price is not paid here, nor known.
  public init(_ precompile: Precompile, _ input: Span<UInt8>, _ rules: PrecompileRules) {
    self.precompile = precompile
    era = rules.era
    let key = input.bytes(in: 0..<Self.sizeLookedAt(by: precompile, of: input.count))
    let output = rules.output(of: precompile, key.span)
    self.input = key
    self.output = output
  }

  /// Whether this is what the precompile returns for another input, which is the same in all that it looks at. Linear, a
  /// few compares where it is not.
  public func answers(_ precompile: Precompile, _ input: Span<UInt8>, era: PrecompileEra) -> Bool {
    guard precompile == self.precompile, era == self.era,
      Self.sizeLookedAt(by: precompile, of: input.count) == self.input.count
    else { return false }
    for index in self.input.indices where self.input[index] != input.byte(at: index) { return false }
    return true
  }
}

extension PrecompileRules {
  /// What a precompile returns for an input; nil where it fails.
  public func output(of precompile: Precompile, _ input: Span<UInt8>) -> [UInt8]? {
    var output: [UInt8] = []
    return run(precompile, input: input, into: &output) ? output : nil
  }
}
