import AccessAnalysis
import ChainFormats
import EVM
import EVMState
import EthereumTypes
import Foundation
import Testing

/// Folders with block snapshots.
private enum Blocks {
  static let corpus = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Corpus/blocks").path
  static let fixtures =
    (ProcessInfo.processInfo.environment["WAVEFRONT_FIXTURES"]
      ?? NSHomeDirectory() + "/.cache/wavefront-fixtures") + "/blocks"

  static func files(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".json") }.sorted().map { folder + "/" + $0 }
  }

  /// All of them in release; in debug one in ten, chosen by name.
  static var someFixtures: [String] {
    let files = files(in: fixtures)
    #if DEBUG
      return files.enumerated().filter { $0.offset % 10 == 3 }.map(\.element)
    #else
      return files
    #endif
  }
}

@Suite("Predictions on whole blocks")
struct BlockTests {
  /// Runs a block and checks each prediction twice: made before the block, and re-made just before the
  /// transaction.
  private func check(_ file: String) throws {
    let snapshot = try BlockSnapshot(contentsOf: file)
    let senders = try snapshot.recoverSenders(workers: 1)
    let processor = BlockProcessor(block: snapshot.block, senders: senders, fork: snapshot.fork)
    let analyzer = AccessAnalyzer()
    let before = MemoryState(base: snapshot.preState)
    var machine = processor.makeMachine(on: before)
    try processor.begin(&machine, on: before)
    let running = MemoryState(base: before)
    for (index, transaction) in snapshot.block.transactions.enumerated() {
      let call = TransactionCall(transaction, sender: senders[index], environment: processor.environment)
      let early = analyzer.bind(call, environment: processor.environment, state: before).prediction
      let late = analyzer.bind(call, environment: processor.environment, state: running).prediction
      let result = try machine.execute(transaction, sender: senders[index], on: running)
      let access = result.effects.accessSet
      let holds = try early.conditionalOn.allSatisfy { try value($0, before) == value($0, running) }
      if early.trust.isVouchedFor && holds {
        #expect(early.access.missing(from: access).isEmpty, "\(file) transaction \(index)")
      }
      if late.trust.isVouchedFor {
        #expect(late.access.missing(from: access).isEmpty, "\(file) transaction \(index), bound late")
      }
      try running.apply(result.effects)
    }
  }

  private func value(_ location: Location, _ state: MemoryState) throws -> UInt256 {
    let account = try state.account(location.address)
    return switch location.field {
    case .balance: account?.balance ?? .zero
    case .nonce: UInt256(account?.nonce ?? 0)
    case .code: (account?.codeHash ?? .emptyCode).word
    case .liveness: account?.isEmpty ?? true ? .zero : .one
    case .storage: try state.storage(location.address, location.slot)
    }
  }

  @Test("No vouched-for prediction misses anything on the corpus", arguments: Blocks.files(in: Blocks.corpus))
  func corpus(_ file: String) throws { try check(file) }

  @Test(
    "No vouched-for prediction misses anything on mainnet blocks",
    .enabled(if: !Blocks.someFixtures.isEmpty, "no block snapshots under WAVEFRONT_FIXTURES"),
    arguments: Blocks.someFixtures)
  func mainnet(_ file: String) throws { try check(file) }
}
