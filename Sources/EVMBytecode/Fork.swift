/// The rule sets of Ethereum mainnet, in the order in which they came into force.
///
/// Forks that changed no execution rule (the difficulty-bomb delays) are kept, because files name them. The
/// raw value is the name in snake case, as block snapshots write it.
public enum Fork: String, Sendable, CaseIterable, Hashable {
  case frontier
  case homestead
  case daoFork = "dao_fork"
  case tangerineWhistle = "tangerine_whistle"
  case spuriousDragon = "spurious_dragon"
  case byzantium
  case constantinople
  case petersburg
  case istanbul
  case muirGlacier = "muir_glacier"
  case berlin
  case london
  case arrowGlacier = "arrow_glacier"
  case grayGlacier = "gray_glacier"
  case paris
  case shanghai
  case cancun
  case prague
  case osaka
  case bpo1
  case bpo2
  case amsterdam

  /// The place in the order of activation, from 0.
  @inlinable
  public var ordinal: Int {
    switch self {
    case .frontier: 0
    case .homestead: 1
    case .daoFork: 2
    case .tangerineWhistle: 3
    case .spuriousDragon: 4
    case .byzantium: 5
    case .constantinople: 6
    case .petersburg: 7
    case .istanbul: 8
    case .muirGlacier: 9
    case .berlin: 10
    case .london: 11
    case .arrowGlacier: 12
    case .grayGlacier: 13
    case .paris: 14
    case .shanghai: 15
    case .cancun: 16
    case .prague: 17
    case .osaka: 18
    case .bpo1: 19
    case .bpo2: 20
    case .amsterdam: 21
    }
  }
}

extension Fork: Comparable {
  /// By activation on mainnet.
  @inlinable
  public static func < (a: Fork, b: Fork) -> Bool { a.ordinal < b.ordinal }
}

extension Fork: CustomStringConvertible {
  /// The name in snake case.
  public var description: String { rawValue }
}

extension Fork {
  /// The mainnet activations, by block number up to Paris and by timestamp after it.
  private static let mainnetByNumber: [(fork: Fork, number: UInt64)] = [
    (.grayGlacier, 15_050_000), (.arrowGlacier, 13_773_000), (.london, 12_965_000), (.berlin, 12_244_000),
    (.muirGlacier, 9_200_000), (.istanbul, 9_069_000), (.petersburg, 7_280_000), (.byzantium, 4_370_000),
    (.spuriousDragon, 2_675_000), (.tangerineWhistle, 2_463_000), (.daoFork, 1_920_000),
    (.homestead, 1_150_000),
  ]
  private static let mainnetByTime: [(fork: Fork, timestamp: UInt64)] = [
    (.bpo2, 1_767_747_671), (.bpo1, 1_765_290_071), (.osaka, 1_764_798_551), (.prague, 1_746_612_311),
    (.cancun, 1_710_338_135), (.shanghai, 1_681_338_455),
  ]
  private static let mainnetParisNumber: UInt64 = 15_537_394

  /// The fork in force on mainnet in a block.
  ///
  /// - Parameters:
  ///   - number: the block's number.
  ///   - timestamp: its Unix time in seconds.
  public static func mainnet(number: UInt64, timestamp: UInt64) -> Fork {
    if number >= mainnetParisNumber {
      return mainnetByTime.first { timestamp >= $0.timestamp }?.fork ?? .paris
    }
    return mainnetByNumber.first { number >= $0.number }?.fork ?? .frontier
  }

  /// Names used by the official fixtures that differ from ours.
  private static let fixtureNames: [String: Fork] = [
    "eip150": .tangerineWhistle, "eip158": .spuriousDragon, "constantinoplefix": .petersburg,
    "merge": .paris, "tangerinewhistle": .tangerineWhistle, "spuriousdragon": .spuriousDragon,
    "muirglacier": .muirGlacier, "arrowglacier": .arrowGlacier, "grayglacier": .grayGlacier,
    "daofork": .daoFork,
  ]

  /// Finds a fork by its name in snake case, in camel case, or as official fixtures write it
  /// (`EIP150`, `ConstantinopleFix`, `Merge`); upper and lower case do not matter.
  public init?(name: String) {
    let lowered = name.lowercased()
    guard let fork = Fork(rawValue: lowered) ?? Self.fixtureNames[lowered] else { return nil }
    self = fork
  }
}
