import EthereumTypes
import Foundation
import TestFiles
import Testing

@testable import ConflictScheduling

/// The official and recorded data, where it is present.
private enum Fixtures {
  static func json(_ path: String) throws -> JSONField {
    try JSONField(parsing: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
  }

  static let blockAccessLists = TestFiles.fixtures(in: "eest-amsterdam/eip7928_block_level_access_lists")
  static let blocks = TestFiles.fixtures(in: "blocks")
}

@Suite("Fixtures")
struct FixtureTests {
  @Test(
    "block access lists of the execution specification hash to what the headers state",
    .enabled(if: !Fixtures.blockAccessLists.isEmpty, "needs eest-amsterdam (WAVEFRONT_FIXTURES)"))
  func blockAccessLists() throws {
    var count = 0
    for path in Fixtures.blockAccessLists {
      guard case .object(let tests) = try Fixtures.json(path).value else { continue }
      for test in tests {
        for block in try JSONField(test.value, path: test.key).optional("blocks")?.items() ?? [] {
          guard let list = try block.optional("blockAccessList"),
            try block.optional("expectException") == nil,
            let header = try block.optional("blockHeader")
          else { continue }
          let decoded = try BlockAccessList(decodingJSON: list.value.encoded)
          #expect(try decoded.hash == header.required("blockAccessListHash").hash(), "\(test.key)")
          #expect(try BlockAccessList(decoding: decoded.encoded()) == decoded)
          count += 1
        }
      }
    }
    #expect(count > 0)
  }

  /// The access sets that an independent execution recorded: storage, and accounts changed as balances.
  private func recorded(_ path: String) throws -> [ScheduledTransaction] {
    let expected = try Fixtures.json(path).required("expected")
    let gas: [Int] = try expected.required("txGasUsed").items().map {
      if case .integer(let gas) = $0.value { return gas }
      return Int(clamping: try $0.word().clampedToUInt64)
    }
    return try expected.required("access").items().enumerated().map { index, access in
      func slots(_ key: String) throws -> [Location] {
        try access.required(key).items().compactMap { Location(try $0.string()) }
      }
      guard case .object(let changed) = try access.required("accountChanged").value else {
        throw access.error("an object of accounts")
      }
      let balances = changed.compactMap { Address(hex: $0.key) }.map { Location.balance($0) }
      return ScheduledTransaction(
        access: AccessSet(reads: try slots("reads"), writes: try slots("writes"), adds: balances),
        cost: index < gas.count ? gas[index] : 0)
    }
  }

  @Test(
    "schedules of recorded mainnet blocks are right by definition",
    .enabled(if: !Fixtures.blocks.isEmpty, "needs blocks (WAVEFRONT_FIXTURES)"))
  func blocks() throws {
    var count = 0
    for path in Fixtures.blocks where count < 25 {
      // Large ones take minutes by definition.
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
      if size ?? .max > 600_000 { continue }
      let block = try recorded(path)
      let schedule = Schedule.ordered(block)
      let definition = dependenciesByDefinition(block)
      #expect(closure(schedule.graph.asSets) == closure(definition), "\(path)")
      for (later, row) in definition.enumerated() {
        #expect(row.allSatisfy { schedule.waveOf[$0] < schedule.waveOf[later] }, "\(path)")
      }
      #expect(schedule.violations(against: block) == [])
      let free = Schedule.free(block, FreeScheduleOptions(rounds: 5))
      #expect(free.violations(against: block) == [])
      count += 1
    }
    #expect(count > 0)
  }
}
