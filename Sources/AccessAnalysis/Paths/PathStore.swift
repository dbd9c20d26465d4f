import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes
import Synchronization

/// The paths an analyzer has seen, in trees by what they have in common.
final class PathStore: Sendable {
  private let trees = Mutex<[PathKey: PathTree]>([:])
  private let workspaces = Mutex<[PathWorkspace]>([])
  private let results: PrecompileMemo
  /// About how many instructions all trees hold.
  private let instructionCount = Atomic(0)

  /// With more instructions (16 bytes each) or trees than this the store starts anew.
  private static let maximumInstructions = 8_000_000
  private static let maximumTrees = 200_000

  init(results: PrecompileMemo) { self.results = results }

  /// The account that a transaction calls, nil where it does not exist; nil where the transaction is none whose paths
  /// are kept: it creates a contract, sets delegations, calls a precompile, or its callee cannot be read.
  func callee(_ call: TransactionCall, _ precompiles: PrecompileRules, _ state: any StateReader) -> Account??
  {
    guard let to = call.to, call.authorizations.isEmpty, precompiles.precompile(at: to) == nil else {
      return nil
    }
    do { return .some(try state.account(to)) } catch { return nil }
  }

  /// Forgets the hashes of storage keys, but of who is binding at the moment.
  func forgetHashes() {
    workspaces.withLock { for workspace in $0 { workspace.forgetHashes() } }
  }

  /// The tree for a key.
  func tree(_ key: PathKey) -> PathTree {
    trees.withLock { trees in
      if let known = trees[key] { return known }
      if trees.count >= Self.maximumTrees
        || instructionCount.load(ordering: .relaxed) > Self.maximumInstructions
      {
        // Whoever still runs along an old tree keeps it alive.
        trees.removeAll()
        instructionCount.store(0, ordering: .relaxed)
      }
      let made = PathTree()
      trees[key] = made
      return made
    }
  }

  /// How binding along paths seen before ended.
  enum Outcome {
    case bound(AccessAnalyzer.Report)
    /// The binder would fail.
    case fails(FallbackReason)
    /// No path leads to the end.
    case missing
  }

  /// Binds along a path seen before. `effects`, where there are any, become those of the transaction; nil where the path
  /// does not say what it leaves behind.
  func run(
    _ tree: PathTree, _ call: TransactionCall, _ callee: Account?, _ environment: BlockEnvironment,
    _ state: any StateReader, _ precompiles: PrecompileRules, effects: inout PredictedEffects?
  ) -> Outcome {
    guard let first = tree.first else { return .missing }
    let workspace = workspaces.withLock { $0.popLast() } ?? PathWorkspace()
    defer { workspaces.withLock { $0.append(workspace) } }
    var runner = PathRunner(
      workspace: workspace, call: call, environment: environment, state: state, precompiles: precompiles,
      results: results)
    // A state that cannot be read is reported by the binder.
    switch (try? runner.run(from: first, callee: callee, effects: &effects)) ?? .missing {
    case .missing: return .missing
    case .fails(let reason): return .fails(reason)
    case .bound(let prediction):
      return .bound(
        AccessAnalyzer.Report(
          prediction: prediction, route: .summary, steps: runner.instructionCount,
          segments: runner.traceCount, isOnKnownPath: true))
    }
  }

  /// Keeps a path. False where there was no place for it.
  func insert(_ path: PathRecorder, _ ending: PathEnding, into tree: PathTree) -> Bool {
    guard let added = tree.insert(path, ending: ending) else { return false }
    instructionCount.add(added, ordering: .relaxed)
    return true
  }
}
