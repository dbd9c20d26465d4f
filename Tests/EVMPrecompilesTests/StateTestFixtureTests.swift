import EVMPrecompiles
import EthereumTypes
import Testing

@Suite(
  "Precompiles in the official state tests",
  .enabled(if: StateTestFixtures.root != nil, "needs the fixtures (WAVEFRONT_FIXTURES)"))
struct StateTestFixtureTests {
  @Test(
    "success and output of forwarded calls",
    arguments: [
      ("byzantium/eip198_modexp_precompile", 390),
      ("istanbul/eip152_blake2", 0),
      ("cancun/eip4844_blobs", 366),
      ("prague/eip2537_bls_12_381_precompiles", 30),
      ("osaka/eip7823_modexp_upper_bounds", 10),
      ("osaka/eip7883_modexp_gas_increase", 300),
      ("osaka/eip7951_p256verify_precompiles", 240),
    ])
  func forwardedCalls(folder: String, atLeast count: Int) throws {
    let calls = try StateTestFixtures.calls(in: folder)
    #expect(calls.count >= count)
    #if DEBUG
      // Without the optimiser a pairing takes a hundred times longer.
      let isSlow = folder.hasPrefix("cancun") || folder.hasPrefix("prague")
      let sample = isSlow ? calls.enumerated().filter { $0.offset % 24 == 0 }.map(\.element) : calls
    #else
      let sample = calls
    #endif
    for call in sample {
      let rules = PrecompileRules(era: call.era)
      // A call to an address that is no precompile yet succeeds without return data.
      guard let precompile = rules.precompile(at: Address(call.address)) else {
        #expect(call.succeeded, "\(call.name)")
        continue
      }
      var output: Bytes = []
      let succeeded =
        rules.gasCost(precompile, input: call.input.span) <= call.gas
        && rules.run(precompile, input: call.input.span, into: &output)
      #expect(succeeded == call.succeeded, "\(call.name)")
      if succeeded && call.storesOutputHash {
        #expect(call.stored.contains(keccak256(output).word), "\(call.name)")
      }
    }
  }
}
