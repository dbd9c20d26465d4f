import EVM

extension ChainConfiguration {
  /// The configuration of a fixture's `network`.
  ///
  /// - Parameters:
  ///   - value: the name.
  ///   - config: the fixture's `config` with its chain and blob schedules, where it has one.
  init(network value: JSONValue, config: JSONValue?) throws(FormatError) {
    let chainID = try config?.optional("chainid")?.uint64() ?? 1
    let configuration = try ChainConfiguration(network: value.string(), chainID: chainID) {
      fork throws(FormatError) in
      try config?.optional("blobSchedule")?.optional(fork).map { schedule throws(FormatError) in
        try BlobSchedule(schedule)
      }
    }
    guard let configuration else {
      throw value.unexpected("a known fork, or two with a block, a time or a total difficulty of transition")
    }
    self = configuration
  }
}
