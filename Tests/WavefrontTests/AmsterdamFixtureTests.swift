import AccessAnalysis
import ConflictScheduling
import EVM
import EVMState
import EthereumTypes
import Foundation
import TestFiles
import Testing
import WaveExecution
import Wavefront

@testable import ChainFormats

/// Where the official Amsterdam fixtures are, if they are there.
enum AmsterdamFixtures {
  static let folder = TestFiles.fixture("eest-amsterdam")

  static let suites: [String] = {
    guard let folder else { return [] }
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
      $0.hasPrefix("eip")
    }.sorted()
  }()
}

/// Official Amsterdam blocks, run by every executor: each must find the block access list and the gas of the header.
@Suite(
  "Amsterdam blocks on every executor",
  .enabled(if: AmsterdamFixtures.folder != nil, "needs eest-amsterdam (WAVEFRONT_FIXTURES)"))
struct AmsterdamFixtureTests {
  /// The first block of each test in a folder that is valid, with the state before it.
  static func blocks(_ suite: String) throws -> [(name: String, BlockProcessor, MemoryState)] {
    var blocks: [(String, BlockProcessor, MemoryState)] = []
    for file in try FixtureFiles.find("\(AmsterdamFixtures.folder ?? "")/\(suite)") {
      for test in try JSONDocument(contentsOf: file).root.members() {
        let network = try test.value.member("network")
        guard try network.string() == "Amsterdam",
          let first = try test.value.member("blocks").elements().first,
          first["expectException"] == nil
        else { continue }
        let configuration = try ChainConfiguration(network: network, config: test.value.optional("config"))
        let block = try Block(decoding: first.member("rlp").bytes())
        let phase = configuration.phase(number: block.header.number, timestamp: block.header.timestamp)
        let senders = try block.transactions.map { try $0.recoverSender(in: phase.fork) }
        let state = try MemoryState(fixture: test.value.member("pre"))
        state.blockHashes[block.header.number - 1] = block.header.parentHash
        let processor = BlockProcessor(
          block: block, senders: senders, fork: phase.fork, chainID: configuration.chainID, blobs: phase.blobs
        )
        blocks.append((test.key, processor, state))
      }
    }
    return blocks
  }

  @Test(
    "access list, gas and logs are those of the header, and nothing is vouched for",
    arguments: AmsterdamFixtures.suites)
  func executors(_ suite: String) throws {
    let prePass = PrePass(threads: 1)
    let executors = ExecutorKind.allCases.map { BlockExecutor(kind: $0, threads: 3, adapts: false) }
    for (name, processor, state) in try Self.blocks(suite) {
      let predictions = prePass.predict(processor, on: state).map(\.prediction)
      #expect(!predictions.contains { $0.trust.isVouchedFor }, "\(name)")
      let planner = BlockPlanner(processor, on: state)
      let plan = ExecutionPlan(Schedule.ordered(planner.transactions(predictions), workers: 3))
      for executor in executors {
        let result = try executor.run(processor, on: state, plan: plan).result
        let comment: Comment = "\(name), \(executor.kind)"
        #expect(result.accessList.hash == processor.block.header.blockAccessListHash, comment)
        #expect(result.gasUsed == processor.block.header.gasUsed, comment)
        #expect(result.logsBloom == processor.block.header.logsBloom, comment)
      }
    }
  }
}
