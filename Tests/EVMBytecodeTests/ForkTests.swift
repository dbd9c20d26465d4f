import EVMBytecode
import Testing

@Suite("Forks")
struct ForkTests {
  /// First block of each fork on mainnet up to Paris, and from then on its first second (ethereum/execution-specs,
  /// network upgrades). The number plays no part then; the one given is the first after Paris.
  static let activations: [(fork: Fork, number: UInt64, timestamp: UInt64)] = [
    (.frontier, 0, 0), (.homestead, 1_150_000, 0), (.daoFork, 1_920_000, 0),
    (.tangerineWhistle, 2_463_000, 0), (.spuriousDragon, 2_675_000, 0), (.byzantium, 4_370_000, 0),
    (.petersburg, 7_280_000, 0), (.istanbul, 9_069_000, 0), (.muirGlacier, 9_200_000, 0),
    (.berlin, 12_244_000, 0), (.london, 12_965_000, 0), (.arrowGlacier, 13_773_000, 0),
    (.grayGlacier, 15_050_000, 0), (.paris, 15_537_394, 0), (.shanghai, 15_537_395, 1_681_338_455),
    (.cancun, 15_537_395, 1_710_338_135), (.prague, 15_537_395, 1_746_612_311),
    (.osaka, 15_537_395, 1_764_798_551), (.bpo1, 15_537_395, 1_765_290_071),
    (.bpo2, 15_537_395, 1_767_747_671),
  ]

  @Test(
    "mainnet's forks come into force at their block or time, and not before", arguments: activations.indices)
  func mainnet(index: Int) {
    let (fork, number, timestamp) = Self.activations[index]
    #expect(Fork.mainnet(number: number, timestamp: timestamp) == fork)
    guard index > 0 else { return }
    let before = Self.activations[index - 1].fork
    #expect(Fork.mainnet(number: number - 1, timestamp: timestamp == 0 ? 0 : timestamp - 1) == before)
  }

  @Test("forks are ordered as they came")
  func order() {
    #expect(Fork.allCases == Fork.allCases.sorted())
    #expect(Fork.allCases.map(\.ordinal) == Array(0..<Fork.allCases.count))
  }

  @Test(
    "forks are found by the names that fixtures use",
    arguments: [
      ("Frontier", Fork.frontier), ("EIP150", .tangerineWhistle), ("EIP158", .spuriousDragon),
      ("ConstantinopleFix", .petersburg), ("Merge", .paris), ("tangerine_whistle", .tangerineWhistle),
      ("GrayGlacier", .grayGlacier), ("PRAGUE", .prague), ("bpo2", .bpo2),
    ])
  func names(name: String, fork: Fork) { #expect(Fork(name: name) == fork) }

  @Test("other names are no forks", arguments: ["", "londinium", "London ", "0"])
  func otherNames(name: String) { #expect(Fork(name: name) == nil) }
}
