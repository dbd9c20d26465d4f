import EVM
import EVMState
import WaveExecution

extension MainJob {
  /// Runs the block again and again on 1 to 16 threads by every executor, disturbed on purpose: with delays, with
  /// transactions taken from the worker that would keep them, with the committer taking over where it need not, with
  /// dependencies missing and invented at rates up to all of them, with transactions bound again that need not be, rightly
  /// or wrongly, and on a state that stalls or fails at any read.
  ///
  /// - Returns: the first difference from the serial run, with the number of the run; nil where there is none.
  /// - Throws: `FormatError` or `BlockError`, as the first run would have.
  public func perturb(runs: Int) throws -> String? {
    let processor = try BlockJob(snapshot, threads: 1).processor
    // As if predicted each alone: then more is bound again.
    let plan = ExecutionPlan(
      schedule, predictions: predictions.map(\.prediction), madeOn: .opening,
      on: try processor.opening(over: snapshot.preState), terms: ForeseenTerms(processor))
    let serial = try BlockExecutor(kind: .serial, threads: 1).run(processor, on: snapshot.preState)
    let predictor = prePass.predictor(for: processor)
    let threads = [2, 3, 4, 1, 8, 16, 5]
    for number in 0..<runs {
      let perturbation = Perturbation(seed: UInt64(truncatingIfNeeded: number))
      let executor = BlockExecutor(
        kind: [.dataflow, .dataflow, .waves, .dataflow, .blockSTM][number % 5],
        threads: threads[number % threads.count], adapts: false, perturbation: perturbation)
      do {
        let run = try executor.run(
          processor, on: perturbation.state(over: snapshot.preState),
          plan: number % 9 == 8 ? nil : perturbation.disturbed(plan),
          predictor: number % 4 == 3
            ? nil : perturbation.disturbed(predictor, count: processor.senders.count))
        if let difference = try Self.firstDifference(serial, run) {
          return "perturbed run \(number): \(difference)"
        }
      } catch BlockError.state(Perturbation.failure) where perturbation.mayFail {
        continue
      }
    }
    return nil
  }
}
