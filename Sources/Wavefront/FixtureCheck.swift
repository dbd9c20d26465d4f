import AccessAnalysis
import ConflictScheduling
public import EVM
public import EVMState
import EthereumTypes
import Synchronization
import WaveExecution

/// Blocks that were made to find faults in virtual machines, as hunters of faults in the pre-pass and in the executors:
/// no vouched-for prediction may miss anything, and each executor must give what the serial run gives, or refuse the block
/// for the same reason.
public final class FixtureCheck: Sendable {
  /// One executor of each kind, with three threads however small the block.
  private struct Executors: Sendable {
    let parallel = [ExecutorKind.dataflow, .waves, .blockSTM].map {
      BlockExecutor(kind: $0, threads: 3, adapts: false)
    }
  }

  private let idle = Mutex<[Executors]>([])

  /// Makes a check.
  public init() {}

  /// What a block's predictions or parallel runs got wrong first; nil where they are right. May be called from any number
  /// of threads.
  ///
  /// - Parameters:
  ///   - processor: the block, which need not be valid.
  ///   - state: the state before it, which is left as it is.
  public func difference(_ processor: BlockProcessor, on state: any StateReader) -> String? {
    let executors = idle.withLock { $0.popLast() } ?? Executors()
    defer { idle.withLock { $0.append(executors) } }
    let serial = Self.run(BlockExecutor(kind: .serial, threads: 1), processor, on: state)
    let prePass = PrePass()
    var plan: ExecutionPlan?
    do {
      if case .success = serial {
        for way in Way.allCases {
          let predictions = prePass.predict(
            processor, on: try processor.opening(over: state), inOrder: way != .alone
          ).map(\.prediction)
          if let fault = try Self.fault(predictions, processor, on: state, prePass) {
            return "\(fault), \(way)"
          }
          plan = plan ?? Self.plan(predictions, processor, on: state)
        }
      }
    } catch { return "the check itself failed: \(error)" }
    for executor in executors.parallel {
      // The optimistic way of the planned executors, too.
      for plan in executor.kind == .dataflow ? [plan, nil] : [plan] {
        let run = Self.run(executor, processor, on: state, plan, prePass.predictor(for: processor))
        if let difference = Self.difference(serial, run) { return "\(executor.kind.rawValue): \(difference)" }
      }
    }
    return nil
  }

  /// How predictions are made.
  private enum Way: CaseIterable, CustomStringConvertible {
    case first, again, alone

    var description: String {
      switch self {
      case .first: "with nothing known of its contracts"
      case .again: "along known paths"
      case .alone: "predicted as if it were the first"
      }
    }
  }

  private static func plan(
    _ predictions: [Prediction], _ processor: BlockProcessor, on state: any StateReader
  ) -> ExecutionPlan {
    let planner = BlockPlanner(processor, on: state)
    let schedule = Schedule.ordered(planner.transactions(predictions, addsUp: true), workers: 3)
    return ExecutionPlan(schedule, predictions: predictions)
  }

  static func run(
    _ executor: BlockExecutor, _ processor: BlockProcessor, on state: any StateReader,
    _ plan: ExecutionPlan? = nil, _ predictor: BlockPredictor? = nil
  ) -> Result<BlockRun, BlockError> {
    Result { () throws(BlockError) in
      try executor.run(processor, on: state, plan: plan, predictor: predictor)
    }
  }

  static func difference(
    _ expected: Result<BlockRun, BlockError>, _ found: Result<BlockRun, BlockError>
  ) -> String? {
    switch (expected, found) {
    case (.success(let expected), .success(let found)):
      do { return try MainJob.firstDifference(expected, found) } catch { return "\(error)" }
    case (.failure(let expected), .failure(let found)):
      return expected == found ? nil : "expected the refusal \(expected), found \(found)"
    case (.failure(let expected), .success): return "expected the refusal \(expected), but the block was run"
    case (.success, .failure(let found)): return "refused: \(found)"
    }
  }

  static func fault(
    _ predictions: [Prediction], _ processor: BlockProcessor, on state: any StateReader, _ prePass: PrePass
  ) throws -> String? {
    let check = try PredictionCheck(
      predictions, processor, preState: state,
      rebind: { prePass.predict($0, of: processor, on: $1).prediction })
    guard check.falseVouchers > 0 else { return nil }
    guard let index = check.rows.firstIndex(where: \.isFalseVoucher) else {
      return check.increments.wrong > 0
        ? "a storage increment is none" : "a prediction made anew misses something"
    }
    let missing = check.rows[index].missing.map { "\($0)" }.joined(separator: ", ")
    return "transaction \(index): vouched for without \(missing)"
  }
}
