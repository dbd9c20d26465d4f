import AccessAnalysis
import EVM
import EVMState
import EthereumTypes
import Testing
import WaveExecution

@testable import Wavefront

@Suite("Generated blocks")
struct GeneratedBlockTests {
  @Test("do what they are meant to, under every executor", arguments: GeneratedBlock.Shape.allCases)
  func executors(shape: GeneratedBlock.Shape) throws {
    let block = GeneratedBlock(shape, count: 200)
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(block.processor, on: block.state)
    #expect(serial.result.transactions.allSatisfy { $0.succeeded })
    #expect(serial.result.transactions.count == 200)
    for kind in ExecutorKind.allCases {
      let run = try BlockExecutor(kind: kind, threads: 3, adapts: false).run(block.processor, on: block.state)
      #expect(try MainJob.firstDifference(serial, run) == nil, "\(kind)")
    }
  }

  @Test("are measured by the benchmark, and every way gives the serial result")
  func benchmark() throws {
    let row = try ParallelBenchmark(threads: 2, repeats: 1).measure(GeneratedBlock(.erc20, count: 60))
    #expect(row.difference == nil)
    #expect(row.transactions == 60)
    #expect(row.ceilingOf2 > 1.5)
    #expect(row.paceOfTwo > 0)
  }

  @Test("keep their result when they are perturbed")
  func perturbed() throws {
    for shape in GeneratedBlock.Shape.allCases {
      let block = GeneratedBlock(shape, count: 60)
      let serial = try BlockExecutor(kind: .serial, threads: 1).run(block.processor, on: block.state)
      for seed in 0..<12 as Range<UInt64> {
        let executor = BlockExecutor(
          kind: .dataflow, threads: 2 + Int(seed % 7), adapts: false, perturbation: Perturbation(seed: seed))
        let run = try executor.run(block.processor, on: block.state)
        #expect(try MainJob.firstDifference(serial, run) == nil, "\(shape), seed \(seed)")
      }
    }
  }

  @Test(
    "are predicted with the storage keys that they will ask for, worked out on known paths or not, or by running them",
    arguments: [GeneratedBlock.Shape.erc20, .dex100])
  func storageKeys(shape: GeneratedBlock.Shape) throws {
    let block = GeneratedBlock(shape, count: 150)
    let reports = PrePass(analyzer: AccessAnalyzer(), threads: 1).predict(block.processor, on: block.state)
    #expect(reports.contains { $0.isOnKnownPath } && reports.contains { !$0.isOnKnownPath })
    let runs = block.processor.block.transactions.indices.map {
      TaintedRun.predict(
        block.processor.block.transactions[$0], from: block.processor.senders[$0],
        in: block.processor.environment, on: block.state
      ).prediction
    }
    for prediction in reports.map(\.prediction) + runs {
      // Of mappings; the others are the pools' own slots, which are small numbers.
      let slots = prediction.access.reads.filter { $0.field == .storage && $0.slot > 1000 }.map(\.slot)
      #expect(slots.count == 2)
      #expect(Set(slots).isSubset(of: prediction.foreseen.hashedPairs.map(\.hash)))
    }
  }
}
