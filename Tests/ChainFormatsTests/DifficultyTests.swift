import ChainFormats
import EVM
import EVMBytecode
import EthereumTypes
import Foundation
import TestFiles
import Testing

@Suite("Difficulty under proof of work")
struct DifficultyTests {
  /// Fork, number of the block, seconds after its parent, the parent's difficulty, whether the parent has uncles, and
  /// what Ethereum's executable specification makes of it. Small difficulties meet the minimum with and without the
  /// bomb, which counts before the minimum does.
  typealias Vector = (Fork, UInt64, UInt64, UInt256, Bool, UInt256)
  static let vectors: [Vector] = [
    (.frontier, 200_000, 100, 131_072, false, 131_072),
    (.frontier, 1, 8, 1_000_000, false, 1_000_488),
    (.frontier, 1, 12, 1_000_000, false, 1_000_488),
    (.frontier, 299_999, 8, 132_000, false, 132_065),
    (.frontier, 900_000, 1, 132_000, false, 132_192),
    (.homestead, 1, 1, 131_072, false, 131_136),
    (.homestead, 299_999, 12, 1_000, false, 131_072),
    (.homestead, 3_500_000, 13, 131_072, false, 8_590_065_664),
    (.homestead, 900_000, 13, 1_000, false, 131_072),
    (.homestead, 1_300_000, 8, 131_072, false, 133_184),
    (.byzantium, 4_300_000, 20, 131_072, true, 133_120),
    (.byzantium, 4_300_000, 1, 1_000, false, 131_072),
    (.byzantium, 3_299_999, 100, 17_000_000_000_000, false, 16_916_992_187_501),
    (.byzantium, 3_299_999, 5000, 1_000_000, true, 951_689),
    (.byzantium, 3_199_999, 12, 131_072, true, 131_136),
    (.petersburg, 5_200_000, 5000, 1_000_000, false, 951_689),
    (.petersburg, 6_300_000, 13, 132_000, false, 134_048),
    (.petersburg, 5_000_001, 100, 1_000, true, 131_072),
    (.petersburg, 5_200_000, 5000, 131_072, true, 131_072),
    (.petersburg, 6_300_000, 20, 1_000, true, 131_072),
    (.muirGlacier, 9_200_000, 5000, 1_000_000, false, 951_689),
    (.muirGlacier, 9_299_999, 8, 1_000, false, 131_072),
    (.muirGlacier, 9_299_999, 8, 17_000_000_000_000, true, 17_016_601_562_501),
    (.muirGlacier, 10_300_000, 5000, 131_071, true, 131_072),
    (.muirGlacier, 9_299_999, 20, 17_000_000_000_000, true, 17_000_000_000_001),
    (.london, 9_999_999, 9, 131_071, false, 131_072),
    (.london, 9_999_999, 12, 1_000, false, 131_072),
    (.london, 9_899_999, 12, 17_000_000_000_000, true, 17_008_300_781_250),
    (.london, 13_200_000, 8, 132_000, true, 8_590_066_720),
    (.london, 9_999_999, 13, 1_000_000, false, 1_000_001),
    (.arrowGlacier, 14_200_000, 13, 132_000, false, 8_590_066_592),
    (.arrowGlacier, 10_900_000, 100, 17_000_000_000_000, false, 16_916_992_187_501),
    (.arrowGlacier, 10_899_999, 9, 1_000, true, 131_072),
    (.arrowGlacier, 12_000_000, 1, 131_072, true, 133_248),
    (.arrowGlacier, 11_600_000, 13, 131_072, true, 131_264),
    (.grayGlacier, 11_599_999, 20, 132_000, false, 131_936),
    (.grayGlacier, 11_600_000, 1, 131_072, true, 131_201),
    (.grayGlacier, 14_900_000, 100, 17_000_000_000_000, true, 16_933_882_903_342),
    (.grayGlacier, 11_699_999, 5000, 1_000, false, 131_072),
    (.grayGlacier, 11_400_001, 8, 131_072, false, 131_136),
  ]

  static func next(
    _ fork: Fork, number: UInt64, parentTime: UInt64, time: UInt64, parent: UInt256, parentHasUncles: Bool
  ) -> UInt256 {
    var header = BlockHeader()
    header.number = number - 1
    header.timestamp = parentTime
    header.difficulty = parent
    if parentHasUncles { header.unclesHash = .zero }
    return header.nextDifficulty(timestamp: time, fork: fork)
  }

  @Test("is that of the executable specification, fork by fork", arguments: vectors.indices)
  func specification(_ index: Int) {
    let (fork, number, elapsed, parent, hasUncles, expected) = Self.vectors[index]
    let found = Self.next(
      fork, number: number, parentTime: 1000, time: 1000 + elapsed, parent: parent, parentHasUncles: hasUncles
    )
    #expect(found == expected)
  }

  @Test("never wraps, however far away the bomb is")
  func farBomb() {
    for number in [25_800_000, 30_000_000, 1 << 40, .max] as [UInt64] {
      let found = Self.next(
        .homestead, number: number, parentTime: 0, time: 10, parent: .max, parentHasUncles: false)
      #expect(found == .max)
    }
  }

  /// Files of ethereum/tests, `BasicTests`, and where their networks change rules.
  static let files: [String: [(UInt64, Fork)]] = [
    "difficulty": [(0, .frontier), (1_150_000, .homestead)], "difficultyCustomHomestead": [(0, .homestead)],
    "difficultyMainNetwork": [(0, .frontier), (1_150_000, .homestead), (4_370_000, .byzantium)],
    "difficultyCustomMainNetwork": [(0, .frontier), (1_150_000, .homestead), (4_370_000, .byzantium)],
    "difficultyRopsten": [(0, .homestead), (1_700_000, .byzantium), (4_230_000, .petersburg)],
  ]

  @Test(
    "is that of the official tests",
    .enabled(if: TestFiles.fixtures != nil, "the fixtures are absent"), arguments: files.keys.sorted())
  func official(_ file: String) throws {
    let path = try #require(TestFiles.fixtures) + "/ethereum-tests/BasicTests/\(file).json"
    guard FileManager.default.fileExists(atPath: path) else {
      Issue.record("\(path) is absent", severity: .warning)
      return
    }
    let phases = try #require(Self.files[file])
    for member in try JSONDocument(contentsOf: path).root.members() {
      func number(_ key: String) throws -> UInt256 {
        let text = try member.value.member(key).string()
        return try #require(text.hasPrefix("0x") ? UInt256(hex: text) : UInt64(text).map { UInt256($0) })
      }
      let block = try #require(try number("currentBlockNumber").asUInt64)
      let uncles = try member.value.optional("parentUncles")?.string() ?? "0x00"
      let found = Self.next(
        try #require(phases.last { block >= $0.0 }).1, number: block,
        parentTime: try #require(try number("parentTimestamp").asUInt64),
        time: try #require(try number("currentTimestamp").asUInt64), parent: try number("parentDifficulty"),
        parentHasUncles: ![Hash32.emptyListHash.description, "0x00"].contains(uncles))
      #expect(found == (try number("currentDifficulty")), "\(file) \(member.key)")
    }
  }
}
