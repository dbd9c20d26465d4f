import EVM
import EVMBytecode
import EthereumTypes

extension ChainConfiguration {
  /// The configuration of a fixture's `network`: a fork, or two with the moment of transition, such as
  /// `BerlinToLondonAt5`, `ShanghaiToCancunAtTime15k` and `ArrowGlacierToParisAtDiffC0000`.
  ///
  /// - Parameters:
  ///   - value: the name.
  ///   - config: the fixture's `config` with its chain and blob schedules, where it has one.
  init(network value: JSONValue, config: JSONValue?) throws(FormatError) {
    let name = try value.string()
    func phase(_ fork: Substring, _ activation: Activation) throws(FormatError) -> Phase {
      guard let known = Fork(fixtureName: String(fork)) else {
        throw value.unexpected("the name of a known fork")
      }
      let blobs = try config?.optional("blobSchedule")?.optional(String(fork))
      return Phase(
        known, activation, blobs: try blobs.map { value throws(FormatError) in try BlobSchedule(value) })
    }
    let chainID = try config?.optional("chainid")?.uint64() ?? 1
    guard let to = name.range(of: "To"), let at = name.range(of: "At", after: to.upperBound) else {
      self.init(chainID: chainID, phases: [try phase(name[...], .number(0))])
      return
    }
    guard let activation = Self.activation(name[at.upperBound...]) else {
      throw value.unexpected("a transition at a block, a time or a total difficulty")
    }
    self.init(
      chainID: chainID,
      phases: [
        try phase(name[..<to.lowerBound], .number(0)),
        try phase(name[to.upperBound..<at.lowerBound], activation),
      ])
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

extension String {
  /// The first place of `pattern`, behind `start` where given.
  fileprivate func range(of pattern: String, after start: Index? = nil) -> Range<Index>? {
    self[(start ?? startIndex)...].firstRange(of: pattern)
  }
}
