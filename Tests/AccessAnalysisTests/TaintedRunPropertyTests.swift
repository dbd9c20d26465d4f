import Testing

@Suite("Tainted run: random programs")
struct TaintedRunPropertyTests {
  @Test("whatever else changes, a vouched-for prediction covers the run", arguments: 0..<16)
  func coversPerturbedRuns(batch: UInt64) throws {
    var differing = 0
    for seed in (batch * 100)..<(batch * 100 + 100) {
      let report = try TaintedRunHunt.check(seed: seed, perturbations: 4)
      #expect(report.faults.isEmpty, "seed \(seed)")
      differing += report.differing
    }
    // The changes must matter, or the test shows nothing.
    #expect(differing > 20)
  }

  @Test("random bytes are run like the EVM runs them, and what is said about them holds", arguments: 0..<8)
  func coversNoise(batch: UInt64) throws {
    for seed in (batch * 200)..<(batch * 200 + 200) {
      let report = try TaintedRunHunt.check(TaintedRunHunt.noise(seed: seed), seed: seed, perturbations: 2)
      #expect(report.faults.isEmpty, "seed \(seed)")
    }
  }
}
