import AccessAnalysis
import ChainFormats
import EVM
import EVMState
import EthereumTypes
import Testing
import WaveExecution

@testable import Wavefront

@Suite("The main job on the embedded corpus, whose results come from the executable specification")
struct MainJobTests {
  @Test("There is a corpus")
  func corpusExists() {
    #expect(CorpusBlocks.names.count >= 6)
  }

  @Test(
    "gives what serial gives and what the header says, on any number of threads",
    arguments: CorpusBlocks.names)
  func matches(name: String) throws {
    let snapshot = try CorpusBlocks.snapshot(name)
    for (kind, threads) in [(ExecutorKind.waves, 2), (.dataflow, 1), (.dataflow, 4)] {
      let job = try MainJob(
        snapshot, prePass: PrePass(threads: threads), executor: BlockExecutor(kind: kind, threads: threads))
      #expect(job.difference == nil, "\(kind), \(threads) threads")
      #expect(job.header.gasMatches)
      #expect(job.header.receiptsRootMatches == true)
      #expect(job.header.logsBloomMatches)
      #expect(job.header.stateRootMatches == true)
      #expect(job.predictions.count == snapshot.block.transactions.count)
      #expect(job.waves.reduce(0) { $0 + $1.width } == snapshot.block.transactions.count)
      #expect(job.waves.reduce(0) { $0 + $1.gas } == snapshot.expected.gasUsed)
      #expect(job.criticalPath <= Int(snapshot.expected.gasUsed))
    }
  }

  @Test("Nothing that was vouched for does anything unpredicted", arguments: CorpusBlocks.names)
  func noFalseVouchers(name: String) throws {
    let snapshot = try CorpusBlocks.snapshot(name)
    let processor = try BlockJob(snapshot, threads: 2).processor
    let predictions = PrePass(threads: 2).predict(processor, on: snapshot.preState).map(\.prediction)
    let check = try PredictionCheck(predictions, processor, preState: snapshot.preState)
    #expect(check.totals.falseVouchers == 0)
    #expect(check.rows.count == predictions.count)
  }

  @Test("The recorder sees the storage accesses that the specification saw", arguments: CorpusBlocks.names)
  func recordedAccess(name: String) throws {
    let snapshot = try CorpusBlocks.snapshot(name)
    let processor = try BlockJob(snapshot, threads: 2).processor
    let run = try BlockExecutor(kind: .serial, threads: 1).run(processor, on: snapshot.preState)
    let recorded = try snapshot.recordedAccess()
    try #require(recorded.count == run.result.transactions.count)
    for (actual, expected) in zip(run.result.transactions.map(\.effects.accessSet), recorded) {
      #expect(actual.reads.filter { $0.field == .storage } == expected.reads.sorted())
      #expect(actual.writes.filter { $0.field == .storage } == expected.writes.sorted())
    }
  }

  @Test("A false prediction that is vouched for is found out")
  func liesAreFound() throws {
    let snapshot = try CorpusBlocks.snapshot(try #require(CorpusBlocks.names.first))
    let processor = try BlockJob(snapshot, threads: 1).processor
    let lies = processor.block.transactions.map { _ in Prediction(trust: .certain, access: .empty) }
    let check = try PredictionCheck(lies, processor, preState: snapshot.preState)
    #expect(check.totals.falseVouchers == lies.count)
    #expect(check.totals.recall.value == 0)
  }
}
