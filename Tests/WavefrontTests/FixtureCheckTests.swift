import AccessAnalysis
import ChainFormats
import EVM
import EVMState
import EthereumTypes
import Foundation
import Synchronization
import TestFiles
import Testing

@testable import Wavefront

@Suite("Fixtures as hunters")
struct FixtureCheckTests {
  /// Hard edges of the machine that are committed with the project.
  private static let edges = TestFiles.repository("Corpus/edges")

  @Test("find nothing to blame in the predictions and runs of the corpus", arguments: CorpusBlocks.names)
  func corpus(name: String) throws {
    let snapshot = try CorpusBlocks.snapshot(name)
    let processor = try BlockJob(snapshot, threads: 1).processor
    #expect(FixtureCheck().difference(processor, on: snapshot.preState) == nil)
  }

  @Test("make each case of a state test a block, and every difference that is found a failure")
  func states() throws {
    let sizes = Mutex<[Int: Int]>([:])
    var runner = FixtureRunner(.state)
    let check = FixtureCheck()
    runner.check = { processor, state in
      sizes.withLock { $0[processor.block.transactions.count, default: 0] += 1 }
      return check.difference(processor, on: state)
    }
    #if DEBUG
      runner.filter = FixtureFilter(fork: "Prague")
    #endif
    let report = try runner.run([Self.edges])
    #expect(report.failures.isEmpty && report.passed > 0)
    #expect(sizes.withLock { $0[3] ?? 0 } > 0)

    runner.check = { _, _ in "not as it should be" }
    let blamed = try runner.run([Self.edges])
    #expect(blamed.failed == sizes.withLock { $0.values.reduce(0, +) })
    #expect(blamed.failures.allSatisfy { $0.command.hasSuffix(" --check") })
  }

  @Test("name what a vouched-for prediction misses, and how it was made")
  func falseVouchers() throws {
    let name = try #require(CorpusBlocks.names.first)
    let snapshot = try CorpusBlocks.snapshot(name)
    let processor = try BlockJob(snapshot, threads: 1).processor
    let nothing = processor.senders.map { _ in Prediction(trust: .certain, access: .empty) }
    let fault = try FixtureCheck.fault(nothing, processor, on: snapshot.preState, PrePass())
    #expect(fault?.hasPrefix("transaction 0: vouched for without ") == true)
  }

  @Test("tell runs apart by result and by refusal")
  func runs() throws {
    let name = try #require(CorpusBlocks.names.first)
    let snapshot = try CorpusBlocks.snapshot(name)
    let processor = try BlockJob(snapshot, threads: 1).processor
    let whole = FixtureCheck.run(.init(kind: .serial, threads: 1), processor, on: snapshot.preState)
    let refused = FixtureCheck.run(.init(kind: .serial, threads: 1), processor, on: MemoryState())
    #expect(FixtureCheck.difference(whole, whole) == nil)
    #expect(FixtureCheck.difference(refused, refused) == nil)
    #expect(FixtureCheck.difference(whole, refused)?.hasPrefix("refused: ") == true)
    #expect(FixtureCheck.difference(refused, whole)?.hasPrefix("expected the refusal ") == true)
  }
}
