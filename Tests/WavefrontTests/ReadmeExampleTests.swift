import Foundation
import TestFiles
import Testing
import Wavefront

@Suite("The README's example")
struct ReadmeExampleTests {
  @Test("runs a block as the chain recorded it")
  func runs() throws {
    let path = TestFiles.repository("Corpus/blocks/mixed-prague.json")

    // README
    let snapshot = try BlockSnapshot(contentsOf: path)
    let block = try BlockJob(snapshot, threads: 4).processor  // recovers the senders

    // The state that the first transaction sees: the pre-state after the block's system calls.
    let opening = MemoryState(base: snapshot.preState)
    var machine = block.makeMachine(on: opening)
    try block.begin(&machine, on: opening)

    // Predict and schedule. A pre-pass keeps the contract summaries it makes, from block to block.
    let prePass = PrePass(threads: 4)
    let predictions = prePass.predict(block, on: opening).map(\.prediction)
    let planner = BlockPlanner(block, on: opening)
    let schedule = Schedule.ordered(planner.transactions(predictions), workers: 4)

    // Run. Whatever the schedule says, the result is that of running the transactions in block order. The predictor binds
    // transactions again whose predictions turn out to rest on values that are no more.
    let plan = ExecutionPlan(schedule, predictions: predictions, on: opening)
    let executor = BlockExecutor(kind: .dataflow, threads: 4)
    let run = try executor.run(
      block, on: snapshot.preState, plan: plan, predictor: prePass.predictor(for: block))
    print(run.result.gasUsed, "gas in", schedule.waves.count, "waves;", run.mispredictions, "ran twice")
    // end

    let check = HeaderCheck(snapshot, result: run.result, state: run.state)
    #expect(check.matches && check.receiptsRootMatches == true && check.stateRootMatches == true)
    #expect(predictions.count == 29)
  }

  @Test("is the code that the test above runs")
  func isCurrent() throws {
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex(of: "    // README"))
    let end = try #require(lines.firstIndex(of: "    // end"))
    let code = lines[(start + 1)..<end].map { $0.dropFirst(4) }.joined(separator: "\n")
    let readme = try String(contentsOfFile: TestFiles.repository("README.md"), encoding: .utf8)
    #expect(readme.contains(code))
  }
}
