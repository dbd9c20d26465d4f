import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Foundation
import SummaryStore
import Synchronization
import Testing

/// A file in a folder of its own, which goes with it.
final class TemporaryFile {
  let folder = FileManager.default.temporaryDirectory.appending(path: "summaries-\(UUID().uuidString)")
  var path: String { folder.appending(path: "cache.sqlite").path }
  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? [] }

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(at: folder) }
}

/// A random contract, and the prediction of a call to it.
struct RandomCall {
  let code: Bytes
  let data: Bytes
  static let target = Address(0xC0DE)
  static let sender = Address(0xA11CE)

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    // Instructions that do something, with small operands and places to jump to.
    let common: Bytes = [
      0x01, 0x03, 0x10, 0x14, 0x15, 0x16, 0x20, 0x33, 0x35, 0x51, 0x52, 0x54, 0x55, 0x57, 0x80, 0x90,
    ]
    var code: Bytes = []
    for _ in 0..<Int.random(in: 20...200, using: &random) {
      switch Int.random(in: 0..<10, using: &random) {
      case 0...4: code += [Opcode.push1, UInt8.random(in: 0...96, using: &random)]
      case 5: code.append(Opcode.jumpdest)
      case 6: code.append(UInt8.random(in: 0...255, using: &random))
      default: code.append(common.randomElement(using: &random) ?? 0)
      }
    }
    self.code = code
    data = (0..<68).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  func report(_ analyzer: AccessAnalyzer) -> AccessAnalyzer.Report {
    let state = MemoryState()
    state.set(
      Self.sender, nonce: 0, balance: UInt256(1_000_000_000_000_000_000 as UInt64), code: [], storage: [:])
    state.set(Self.target, nonce: 1, balance: .zero, code: code, storage: [0: 3, 1: 5])
    let environment = BlockEnvironment(
      fork: .prague, number: 1_000, timestamp: 1_700_000_000, coinbase: Address(0xFEE), gasLimit: 30_000_000,
      prevRandao: 7, baseFee: 10, blobBaseFee: 1)
    let transaction = Transaction(
      nonce: 0, gasPrice: 20, gasLimit: 200_000, to: Self.target, value: .zero, data: data)
    return analyzer.predict(transaction, from: Self.sender, environment: environment, state: state)
  }
}

/// Keeps summaries in memory, and gives them back changed.
final class ChangedStorage: SummaryStorage {
  private let rows = Mutex<[SummaryKey: [UInt8]]>([:])
  private let rejections = Mutex(0)
  private let change: @Sendable ([UInt8]) -> [UInt8]
  var rejected: Int { rejections.withLock { $0 } }

  init(_ rows: [SummaryKey: [UInt8]] = [:], change: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }) {
    self.change = change
    self.rows.withLock { $0 = rows }
  }

  var all: [SummaryKey: [UInt8]] { rows.withLock { $0 } }
  func summary(_ key: SummaryKey) -> [UInt8]? { rows.withLock { $0[key] }.map(change) }
  func save(_ summaries: [(key: SummaryKey, bytes: [UInt8])]) {
    rows.withLock { rows in for (key, bytes) in summaries { rows[key] = bytes } }
  }
  func reject(_ key: SummaryKey) { rejections.withLock { $0 += 1 } }
}

@Suite("Summaries outlive the process")
struct SummaryDatabaseTests {
  static let seeds: ClosedRange<UInt64> = 1...60

  /// The predictions of all seeds by an analyzer on a storage, which then gets what was found out.
  @discardableResult
  private func predictions(_ storage: (any SummaryStorage)?) -> [Prediction] {
    let analyzer = AccessAnalyzer(storage: storage)
    let predictions = Self.seeds.map { RandomCall(seed: $0).report(analyzer).prediction }
    analyzer.saveSummaries()
    return predictions
  }

  @Test("Predictions from stored summaries are those of new ones")
  func roundTrip() throws {
    let file = try TemporaryFile()
    let expected = predictions(nil)
    #expect(predictions(try SummaryDatabase(path: file.path)) == expected)
    let again = try SummaryDatabase(path: file.path)
    #expect(predictions(again) == expected)
    #expect(again.problems.isEmpty)
    let kept = RandomCall(seed: 1)
    let key = SummaryKey(codeHash: keccak256(kept.code), fork: .prague)
    #expect(again.summary(key) != nil)
  }

  @Test("Encoding what was decoded gives the same bytes, and nothing is saved twice")
  func encoding() {
    let first = ChangedStorage()
    predictions(first)
    #expect(!first.all.isEmpty)
    let second = ChangedStorage(first.all)
    predictions(second)
    #expect(second.all == first.all)
    #expect(second.rejected == 0)
  }

  @Test(
    "Bytes changed without the checksum noticing are refused or bind to something, and never trap",
    arguments: 0..<40)
  func changedBytes(_ round: Int) {
    let original = ChangedStorage()
    predictions(original)
    let changed = ChangedStorage(original.all) { bytes in
      var random = SplitMix64(seed: UInt64(round) &* 7919 &+ UInt64(bytes.count))
      var bytes = bytes
      guard !bytes.isEmpty else { return bytes }
      switch round % 4 {
      case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
      case 1:
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes = bytes.map { _ in UInt8.random(in: 0...255, using: &random) }
      default:
        bytes.insert(
          UInt8.random(in: 0...255, using: &random), at: Int.random(in: 0...bytes.count, using: &random))
      }
      return bytes
    }
    predictions(changed)
    if round % 4 != 1 { #expect(changed.rejected > 0) }
  }

  @Test("A damaged file costs time and nothing else", arguments: 0..<12)
  func damagedFile(_ round: Int) throws {
    let file = try TemporaryFile()
    let expected = predictions(try SummaryDatabase(path: file.path))
    var bytes = try Data(contentsOf: URL(filePath: file.path))
    var random = SplitMix64(seed: UInt64(round))
    if round % 3 == 0 {
      bytes = bytes.prefix(Int.random(in: 0..<bytes.count, using: &random))
    } else {
      for _ in 0..<(round % 3 == 1 ? 1 : 400) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
    }
    for name in file.names where name.hasSuffix("-wal") || name.hasSuffix("-shm") {
      try FileManager.default.removeItem(at: file.folder.appending(path: name))
    }
    try bytes.write(to: URL(filePath: file.path))
    let damaged = try SummaryDatabase(path: file.path)
    #expect(predictions(damaged) == expected)
  }

  @Test("Another program's file is set aside, and said to be")
  func foreignFile() throws {
    let file = try TemporaryFile()
    try Data("no database at all, but long enough to look like something that somebody wants to keep".utf8)
      .write(to: URL(filePath: file.path))
    let database = try SummaryDatabase(path: file.path)
    #expect(database.problems.count == 1)
    #expect(file.names.contains("cache.sqlite.damaged-1"))
    #expect(predictions(database) == predictions(nil))
  }

  @Test("A folder that is not there is told of")
  func noFolder() throws {
    #expect(throws: SummaryDatabaseError.self) {
      try SummaryDatabase(path: "/nonexistent/folder/cache.sqlite")
    }
  }

  @Test("Another version's summaries are not seen")
  func versions() throws {
    let file = try TemporaryFile()
    let key = SummaryKey(codeHash: keccak256([1]), fork: .prague)
    try SummaryDatabase(path: file.path, version: "a").save([(key, [1, 2, 3])])
    #expect(try SummaryDatabase(path: file.path, version: "a").summary(key) == [1, 2, 3])
    #expect(try SummaryDatabase(path: file.path, version: "b").summary(key) == nil)
    let other = SummaryKey(codeHash: keccak256([1]), fork: .osaka)
    #expect(try SummaryDatabase(path: file.path, version: "a").summary(other) == nil)
  }

  @Test("Several writers and readers of one file, each with a connection of its own")
  func concurrency() async throws {
    let file = try TemporaryFile()
    let path = file.path
    let expected = predictions(nil)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<6 {
        group.addTask {
          let database = try SummaryDatabase(path: path)
          #expect(predictions(database) == expected)
          #expect(database.problems.isEmpty)
        }
      }
      try await group.waitForAll()
    }
    let database = try SummaryDatabase(path: path)
    #expect(predictions(database) == expected)
    #expect(database.problems.isEmpty)
  }
}
