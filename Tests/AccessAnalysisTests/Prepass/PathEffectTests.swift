import EVM
import EVMState
import EthereumTypes
import Testing

@testable import AccessAnalysis

@Suite("What transactions are predicted to leave behind")
struct PathEffectTests {
  /// Everything that effects say, by location.
  private func values(_ effects: PredictedEffects) -> [Location: UInt256] {
    var values = PredictedEffects.differences(effects, nil).reduce(into: [Location: UInt256]()) { $0[$1] = 0 }
    for slot in effects.slots { values[.storage(slot.key.address, slot.key.slot)] = slot.value }
    for change in effects.accounts {
      values[.balance(change.address)] = change.gain
      values[.nonce(change.address)] = change.nonce.map { UInt256($0) }
    }
    return values
  }

  private func bind(_ fixture: Fixture, _ analyzer: AccessAnalyzer) -> (
    report: AccessAnalyzer.Report, effects: PredictedEffects?
  ) {
    var effects: PredictedEffects? = PredictedEffects()
    let call = TransactionCall(fixture.transaction, sender: alice, environment: fixture.environment)
    let report = analyzer.bind(call, fixture.environment, fixture.state, effects: &effects)
    return (report, effects)
  }

  @Test(
    "Random contracts: along paths seen before the same comes out as from the summaries, or less",
    arguments: 0..<SoundnessTests.seeds)
  func pathsAndSummaries(_ seed: Int) throws {
    var (fixture, random) = SoundnessTests.scene(seed)
    let analyzer = AccessAnalyzer()
    for round in 0..<8 {
      let (known, effects) = bind(fixture, analyzer)
      // Nothing is known to a new analyzer.
      let (fresh, expected) = bind(fixture, AccessAnalyzer())
      if case .summary = known.route, case .summary = fresh.route {
        // A path may know that a store leaves a slot as it was, where a binding leaves that open: it hangs on more then.
        let access = known.prediction.access
        #expect(fresh.prediction.access.missing(from: access).isEmpty, "seed \(seed) round \(round)")
        let actual = try fixture.actual().effects.accessSet
        #expect(access.missing(from: actual).isEmpty, "seed \(seed) round \(round)")
        let (effects, expected) = (try #require(effects), try #require(expected))
        let state = fixture.state
        // A known path whose bounds of gas hang on values may come first: it knows more of what is paid.
        let hangsOnTheSame = known.prediction.conditions == fresh.prediction.conditions
        func changes(_ effects: PredictedEffects) throws -> [Location: UInt256] {
          try values(effects).filter { location, value in
            if location == .balance(alice) { return hangsOnTheSame }
            return try location.field != .storage || state.storage(location.address, location.slot) != value
          }
        }
        #expect(try changes(effects) == changes(expected), "seed \(seed) round \(round)")
        #expect(!hangsOnTheSame || effects.isDoubtful == expected.isDoubtful, "seed \(seed) round \(round)")
      }
      for address in SoundnessTests.contracts {
        for slot in 0..<4 where Int.random(in: 0..<3, using: &random) == 0 {
          fixture.storage[address]?[UInt256(slot)] = UInt256(Int.random(in: 0...3, using: &random))
        }
      }
      if Bool.random(using: &random) {
        fixture.data = (0..<3).flatMap { _ in word(UInt256(Int.random(in: 0...4, using: &random))) }
        fixture.value = UInt256(Int.random(in: 0...2, using: &random))
      }
      fixture.gasLimit = [3_000_000, 300_000, 60_000].randomElement(using: &random) ?? 60_000
    }
  }

  /// Whether what is predicted to be left is what the EVM leaves; nil where that is in doubt.
  private func isRight(_ seed: Int) throws -> Bool? {
    let (fixture, _) = SoundnessTests.scene(seed)
    guard case let (report, effects?) = bind(fixture, AccessAnalyzer()), !effects.isDoubtful,
      report.route == .summary
    else { return nil }
    let predicted = fixture.state
    var births = AddressSet()
    try effects.apply(to: predicted, births: &births)
    let actual = fixture.state
    try actual.apply(try fixture.actual().effects)
    return try SoundnessTests.contracts.allSatisfy { address in
      try (0..<4).allSatisfy {
        try predicted.storage(address, UInt256($0)) == actual.storage(address, UInt256($0))
      } && predicted.account(address)?.balance == actual.account(address)?.balance
    }
  }

  @Test("Random contracts: what is not in doubt is nearly always what the EVM leaves")
  func machine() throws {
    // As many in a debug build: of a few hundred, chance decides whether it is less than 2 in 100.
    let seeds = 5000
    let answers = try (0..<seeds).compactMap { try isRight($0) }
    #expect(answers.count > seeds / 2)
    #expect(answers.count(where: { !$0 }) * 50 < answers.count)
  }
}
