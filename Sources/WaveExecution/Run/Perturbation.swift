import AccessAnalysis
import ConflictScheduling
import EVM
public import EVMState
import EthereumTypes
import Glibc

/// Disturbs a parallel run on purpose, to see that its result does not depend on timing: threads are delayed at the
/// places where they meet, and transactions are taken from the worker that would have kept them. Repeatable as far as
/// threads are: what happens to a transaction follows from the seed.
public struct Perturbation: Sendable {
  enum Place: UInt64 {
    case start, publish, release, commit
  }

  private let seed: UInt64

  /// Makes a perturbation.
  ///
  /// - Parameter seed: decides what is disturbed.
  public init(seed: UInt64) { self.seed = seed }

  private func draw(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
    var z = seed &+ a &* 0x9E37_79B9_7F4A_7C15 &+ b &* 0xD1B5_4A32_D192_ED03 &+ c &* 0x8CB9_2BA7_2F3D_8DD7
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Delays one in eight: some give up the processor, some spin, a few sleep.
  func disturb(_ worker: Int, _ index: Int, _ place: Place) {
    let lot = draw(UInt64(truncatingIfNeeded: index), place.rawValue, UInt64(truncatingIfNeeded: worker))
    guard lot & 7 == 0 else { return }
    switch lot >> 3 & 15 {
    case 0: usleep(UInt32(truncatingIfNeeded: lot >> 8 & 63))
    case 1..<6: sched_yield()
    default:
      var z = lot
      for _ in 0..<(lot >> 8 & 2047) { z = z &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
      if z == 0 { sched_yield() }
    }
  }

  /// A plan with a share of its dependencies left out (none to all of them, as the seed decides), others invented, its
  /// priorities drawn by lot, and a share of what is predicted to change taken for what nobody changes, or another one does.
  public func disturbed(_ plan: ExecutionPlan) -> ExecutionPlan {
    let missing = [0, 10, 50, 100][Int(truncatingIfNeeded: draw(1, 1, 1) & 3)] as UInt64
    let wrong = [0, 0, 25, 100][Int(truncatingIfNeeded: draw(2, 2, 2) & 3)] as UInt64
    var predecessors = [[Int32]](repeating: [], count: plan.count)
    for index in 0..<plan.count where plan.isInformed {
      for successor in plan.successors[index]
      where draw(UInt64(truncatingIfNeeded: index), UInt64(truncatingIfNeeded: successor), 3) % 100 >= missing
      {
        predecessors[Int(successor)].append(Int32(truncatingIfNeeded: index))
      }
    }
    for index in 1..<max(plan.count, 1) {
      let lot = draw(UInt64(truncatingIfNeeded: index), 4, 4)
      guard lot % 100 < wrong else { continue }
      predecessors[index].append(Int32(truncatingIfNeeded: (lot >> 8) % UInt64(index)))
    }
    let priorities = plan.priorities.indices.map {
      Int(truncatingIfNeeded: draw(UInt64(truncatingIfNeeded: $0), 5, 5) % 1000)
    }
    let footprints = plan.footprints.map { footprints in
      Footprints(footprints, changing: { disturbed($1, at: $0, count: plan.count) })
    }
    return ExecutionPlan(
      predecessors: CompactRows(predecessors), priorities: priorities, rules: plan.rules,
      shownAccounts: plan.shownAccounts, basis: plan.basis, footprints: footprints,
      foreseen: (0..<plan.foreseen.count).map { plan.foreseen[stranger(of: $0, among: plan.count)] })
  }

  /// A transaction, or another in its place: for one in four of them in three runs of four.
  private func stranger(of index: Int, among count: Int) -> Int {
    let lot = draw(UInt64(truncatingIfNeeded: index), 18, 18)
    guard draw(18, 18, 18) & 3 != 0, lot & 3 == 0 else { return index }
    return Int(truncatingIfNeeded: (lot >> 8) % UInt64(max(count, 1)))
  }

  private func disturbed(_ owner: RowOwners.Owner, at place: Int, count: Int) -> RowOwners.Owner {
    let lot = draw(UInt64(truncatingIfNeeded: place), 16, 16)
    switch draw(17, 17, 17) & 3 {
    case 0: return RowOwners.nobody
    case 1: return lot & 1 == 0 ? RowOwners.nobody : owner
    case 2: return lot & 3 == 0 ? owner : RowOwners.Owner(truncatingIfNeeded: (lot >> 8) % UInt64(count + 1))
    default: return owner
    }
  }

  /// Whether a transaction is to be bound again although nothing it hangs on has changed.
  func forcesRebinding(_ index: Int) -> Bool { draw(UInt64(truncatingIfNeeded: index), 12, 12) & 15 == 0 }

  /// A predictor some of whose predictions are those of other transactions, know nothing, or take reads for writes (none
  /// to all of them, as the seed decides).
  public func disturbed(_ predictor: BlockPredictor, count: Int) -> BlockPredictor {
    let wrong = [0, 25, 50, 100][Int(truncatingIfNeeded: draw(13, 13, 13) & 3)] as UInt64
    @Sendable func predict(_ index: Int, _ state: any StateReader) -> Prediction {
      let lot = draw(UInt64(truncatingIfNeeded: index), 14, 14)
      guard lot % 100 < wrong else { return predictor.predict(index, state) }
      switch lot >> 8 & 3 {
      case 0: return .unknown
      case 1: return Prediction(trust: .certain, access: .empty)
      case 2: return predictor.predict(Int(truncatingIfNeeded: (lot >> 16) % UInt64(max(count, 1))), state)
      default:
        var prediction = predictor.predict(index, state)
        prediction.access = AccessSet(
          reads: prediction.access.writes, writes: prediction.access.reads, adds: prediction.access.adds)
        return prediction
      }
    }
    return BlockPredictor(
      quickly: { draw(UInt64(truncatingIfNeeded: $0), 15, 15) & 7 == 0 ? nil : predict($0, $1) },
      predict: predict)
  }

  /// Whether the committer is to take over before a transaction although nothing forces it to.
  func forcesTakeOver(_ index: Int) -> Bool {
    draw(6, 6, 6) & 3 == 0 && draw(UInt64(truncatingIfNeeded: index), 7, 7) & 15 == 0
  }

  /// Whether the worker must not keep what a transaction released.
  func forbidsKeeping(_ index: Int) -> Bool { draw(UInt64(truncatingIfNeeded: index), 9, 9) & 1 == 0 }

  // MARK: The state

  /// What a disturbed state says when it fails.
  public static let failure = StateReadError.unavailable("disturbed on purpose")

  /// Whether states made by this perturbation may fail: one in four does.
  public var mayFail: Bool { draw(10, 10, 10) & 3 == 0 }

  /// A state that gives what `base` gives, but stalls now and then, or fails from some read on; or `base` itself, whose rows are
  /// known, so that versions are made of what several transactions have to do with only.
  public func state(over base: any StateReader) -> any StateReader {
    let lot = draw(11, 11, 11)
    let failsAt = mayFail ? Int(truncatingIfNeeded: lot >> 8 & (1 << (lot & 15) &- 1)) : .max
    let stalls = lot >> 32 & 1 == 0
    guard stalls || mayFail else { return base }
    return DisturbedState(base, stallsEvery: stalls ? 61 : .max, failsAt: failsAt)
  }
}
