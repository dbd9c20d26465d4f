import EVMPrecompiles
import EthereumTypes
import Testing

@Suite("Which precompiles exist, and what input they survive")
struct RulesTests {
  @Test(
    "each era has the addresses its forks introduced",
    arguments: [
      (PrecompileEra.frontier, 0x04, false), (.byzantium, 0x08, false), (.istanbul, 0x09, false),
      (.berlin, 0x09, false), (.cancun, 0x0a, false), (.prague, 0x11, false), (.osaka, 0x11, true),
    ])
  func addresses(era: PrecompileEra, last: Int, p256: Bool) {
    let rules = PrecompileRules(era: era)
    for number in 0...0x200 {
      let precompile = rules.precompile(at: Address(UInt64(number)))
      let exists = (1...last).contains(number) || (p256 && number == 0x100)
      #expect(precompile.map { Int($0.rawValue) } == (exists ? number : nil))
    }
    #expect(rules.precompile(at: Address(hi: 1, mid: 0, lo: 1)) == nil)
    #expect(rules.precompile(at: Address(hi: 0, mid: 1, lo: 1)) == nil)
    #expect(rules.precompile(at: Address(1 << 32 | 1)) == nil)
    #expect(rules.precompile(at: Address(.max)) == nil)
  }

  @Test("eras are in the order of time")
  func order() {
    #expect(PrecompileEra.allCases == PrecompileEra.allCases.sorted())
  }

  @Test("any bytes of any length are answered", arguments: Precompile.allCases)
  func anyBytes(precompile: Precompile) {
    var generator = SplitMix64(seed: UInt64(precompile.rawValue))
    var output: Bytes = []
    for era in PrecompileEra.allCases {
      let rules = PrecompileRules(era: era)
      guard rules.precompile(at: Address(UInt64(precompile.rawValue))) != nil else { continue }
      for round in 0..<40 {
        let length = Int(generator.next() % 400) * (round % 3)
        // Mostly zeros makes lengths and coordinates small enough to get past the first checks.
        let input = (0..<length).map { _ in
          generator.next() % 4 == 0
            ? UInt8(truncatingIfNeeded: generator.next()) >> (generator.next() % 8) : 0
        }
        if rules.gasCost(precompile, input: input.span) < 1_000_000 {
          let succeeded = rules.run(precompile, input: input.span, into: &output)
          #expect(succeeded || output.isEmpty)
        }
      }
    }
  }
}
