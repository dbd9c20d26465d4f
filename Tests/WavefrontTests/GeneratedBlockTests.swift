import EVM
import EVMState
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
}
