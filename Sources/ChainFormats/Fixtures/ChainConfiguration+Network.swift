public import EVM
import EVMBytecode
import EthereumTypes

extension ChainConfiguration {
  /// The configuration that fixtures and transition tools mean by a name: a fork, or two with the moment of
  /// transition, such as `BerlinToLondonAt5`, `ShanghaiToCancunAtTime15k` and `ArrowGlacierToParisAtDiffC0000`. Nil
  /// for a name that means none.
  ///
  /// - Parameters:
  ///   - name: the name.
  ///   - chainID: the chain (EIP-155).
  ///   - blobs: gives a fork's own blob schedule by the fork's name; where nil, the usual one holds.
  public init?<Failure: Error>(
    network name: String, chainID: UInt64 = 1,
    blobs: (String) throws(Failure) -> BlobSchedule? = { _ throws(Never) in nil }
  ) throws(Failure) {
    func phase(_ fork: Substring, _ activation: Activation) throws(Failure) -> Phase? {
      let name = String(fork)
      guard let known = Fork(fixtureName: name) else { return nil }
      return Phase(known, activation, blobs: try blobs(name) ?? BlobSchedule(fixtureName: name))
    }
    let phases: [Phase?]
    if let to = name.range(of: "To"), let at = name.range(of: "At", after: to.upperBound) {
      guard let activation = Self.activation(name[at.upperBound...]) else { return nil }
      phases = [
        try phase(name[..<to.lowerBound], .number(0)),
        try phase(name[to.upperBound..<at.lowerBound], activation),
      ]
    } else {
      phases = [try phase(name[...], .number(0))]
    }
    let known = phases.compactMap(\.self)
    guard known.count == phases.count else { return nil }
    self.init(chainID: chainID, phases: known)
  }

  /// `5`, `Time15k` or `DiffC0000`.
  private static func activation(_ text: Substring) -> Activation? {
    if text.hasPrefix("Time") {
      let digits = text.dropFirst(4)
      let isThousands = digits.hasSuffix("k")
      return UInt64(isThousands ? digits.dropLast() : digits).map {
        .timestamp($0 &* (isThousands ? 1000 : 1))
      }
    }
    if text.hasPrefix("Diff") { return UInt256(hex: text.dropFirst(4)).map { .totalDifficulty($0) } }
    return UInt64(text).map { .number($0) }
  }
}

extension BlobSchedule {
  /// The schedule of a fork that only test networks have, by its name there; nil for every other fork.
  init?(fixtureName name: String) {
    switch name {
    case "BPO3": self.init(target: 21, maximum: 32, updateFraction: 20_609_697)
    case "BPO4", "BPO5": self.init(target: 14, maximum: 21, updateFraction: 13_739_630)
    default: return nil
    }
  }
}

extension String {
  /// The first place of `pattern`, behind `start` where given.
  fileprivate func range(of pattern: String, after start: Index? = nil) -> Range<Index>? {
    self[(start ?? startIndex)...].firstRange(of: pattern)
  }
}
