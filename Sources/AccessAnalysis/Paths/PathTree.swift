import EVMBytecode
import EthereumTypes
import Synchronization

/// All paths seen of one `PathKey`, as a tree: paths share what they have in common and part at guards.
///
/// Read by any number of threads while others add to it: traces do not change once they are linked.
final class PathTree: @unchecked Sendable {
  // Guarded by `lock`, but for `root`, which changes once, from 0.
  private let root = Atomic<UInt>(0)
  /// How many instructions there are.
  private let lock = Mutex(0)

  /// Instructions in one tree; call data that leads to ever new paths is not worth keeping.
  private static let maximumInstructions = 400_000

  /// Where every path begins; nil where none was added yet.
  @inline(__always)
  var first: PathTraceReference? { PathTraceReference(root.load(ordering: .acquiring)) }

  deinit {
    guard let first else { return }
    var open = [first]
    while let trace = open.popLast() {
      open.append(contentsOf: trace.pointee.allExits)
      trace.deallocate()
    }
  }

  // MARK: What the binder has learnt

  private let unrecordable = Atomic(0)
  private let obstacles = Mutex<PathObstacle?>(nil)
  private let tightTree = Mutex<PathTree?>(nil)

  /// Whether what transactions do here is nothing that paths express.
  var isUnrecordable: Bool { unrecordable.load(ordering: .relaxed) >= 2 && first == nil }

  /// What kept the last path that was not kept from being so.
  var obstacle: PathObstacle? { obstacles.withLock { $0 } }

  func noteUnrecordable(_ obstacle: PathObstacle?) {
    unrecordable.add(1, ordering: .relaxed)
    obstacles.withLock { $0 = obstacle }
  }

  /// Transactions that could not be bound before any could; 0x100 × the last reason's number plus their count.
  private let failures = Atomic(0)
  private let isBindable = Atomic(false)

  /// Why it is not worth trying to bind a transaction: none ever could be. Nil where it is.
  var hopelessness: FallbackReason? {
    let noted = failures.load(ordering: .relaxed)
    guard noted & 0xFF >= 2, !isBindable.load(ordering: .relaxed) else { return nil }
    return FallbackReason.allCases[noted >> 8]
  }

  /// Notes what came of binding.
  func note(_ failure: FallbackReason?) {
    guard let failure, let number = FallbackReason.allCases.firstIndex(of: failure) else {
      return isBindable.store(true, ordering: .relaxed)
    }
    let count = min(failures.load(ordering: .relaxed) & 0xFF + 1, 0xFF)
    failures.store(number << 8 | count, ordering: .relaxed)
  }

  /// The paths of transactions whose bounds of gas have to be proven from values in the state; nil where none had to. See
  /// `Binder.provesGasByValues`.
  var tight: PathTree? { tightTree.withLock { $0 } }

  /// The same, made where it is missing.
  func makeTight() -> PathTree {
    tightTree.withLock { tree in
      let made = tree ?? PathTree()
      tree = made
      return made
    }
  }

  /// Adds a path.
  ///
  /// - Returns: how many instructions that took, 0 where the path is there already; nil where it does not fit.
  func insert(_ path: PathRecorder, ending: PathEnding) -> Int? {
    lock.withLock { instructions in
      guard instructions < Self.maximumInstructions else { return nil }
      var builder = PathBuilder(path, ending)
      var parent: (trace: PathTraceReference, exit: Int)?
      var next = first
      var position = 0
      while let trace = next {
        switch builder.follow(trace.pointee, &position) {
        case .different: return nil
        case .none:
          trace.pointee.extend(toGas: ending.gasLimit)
          return 0
        case .exit(let number):
          parent = (trace, number)
          next = trace.pointee.exit(number, path.events[position - 1].outcome)
        }
      }
      guard let contents = builder.trace(from: position) else { return nil }
      let added = contents.instructions.count + 2 * contents.constants.count + 16
      instructions += added
      if let (trace, exit) = parent {
        let made = PathTraceReference(
          contents, outcome: path.events[position - 1].outcome, after: trace.pointee.firstExit(exit))
        trace.pointee.link(exit, to: made.address)
      } else {
        root.store(PathTraceReference(contents, outcome: .zero, after: 0).address, ordering: .releasing)
      }
      return added
    }
  }
}
