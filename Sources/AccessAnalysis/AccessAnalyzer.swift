public import EVM
public import EVMState
import EthereumTypes
import EVMBytecode
import EVMPrecompiles
import Synchronization

/// Derives what transactions will read and write from bytecode, before they run.
///
/// Contracts are summarised once per code hash and rule set, piece by piece as transactions reach them; the
/// summaries are kept and shared between threads. One analyzer serves any number of blocks.
public final class AccessAnalyzer: Sendable {
  private let summaries = Mutex<[SummaryKey: ContractSummary]>([:])
  private let workspaces = Mutex<[Workspace]>([])
  private let paths: PathStore
  let results = PrecompileMemo()
  private let memo = PredictionMemo()
  let emptySummary = ContractSummary(code: [], fork: .frontier)

  /// Where summaries of earlier analyzers are found, and where `saveSummaries` leaves this one's.
  public let storage: (any SummaryStorage)?

  /// Makes an analyzer without summaries.
  ///
  /// - Parameter storage: where it finds those of earlier analyzers, and where `saveSummaries` leaves its own.
  public init(storage: (any SummaryStorage)? = nil) {
    self.storage = storage
    paths = PathStore(results: results)
  }

  /// Forgets what hangs on nothing but its input, and otherwise is kept as contracts' summaries are: what precompiles
  /// returned, such as signers, and hashes of storage keys.
  public func forgetResults() {
    results.removeAll()
    paths.forgetHashes()
  }

  /// Forgets the predictions that are remembered because no path expresses them.
  public func forgetPredictions() { memo.removeAll() }

  /// How a prediction was found.
  public enum Route: Hashable, Sendable {
    /// From the contracts' summaries alone.
    case summary
    /// By a run with taint tracking, because the summaries did not suffice.
    case taintedRun(FallbackReason)
    /// By simply running it, because its fork's rules are known to the machine only.
    case plainRun(FallbackReason)
    /// Not at all.
    case none(FallbackReason)
  }

  /// A prediction and how it was found.
  public struct Report: Sendable {
    /// The prediction; `.unknown` where neither summaries nor the tainted run gave one.
    public var prediction: Prediction
    /// How it was found.
    public var route: Route
    /// Steps of summaries that were evaluated.
    public var steps: Int
    /// Segments of summaries that were entered.
    public var segments: Int
    /// Whether the transaction took a path seen before, so that no code was walked.
    public var isOnKnownPath = false
    /// Whether it was made before, by `route`, and all it hangs on is as it was then.
    public var isRemembered = false
    /// The hashes of earlier blocks that it may hang on.
    var blockHashes: [UInt64: Hash32] = [:]
    /// Why what it does is not kept as a path, where it was bound and could not be kept.
    public var obstacle: PathObstacle?
  }

  /// What the transaction will read and write.
  ///
  /// - Parameters:
  ///   - transaction: the transaction; its signature is not checked.
  ///   - sender: who signed it.
  ///   - environment: the block it runs in.
  ///   - state: the state it is bound to. Values read there that decide the prediction are listed in
  ///     `Prediction.conditionalOn`; once one of them has changed, bind again to the changed state by calling this
  ///     again: the summaries are kept.
  /// - Complexity: bounded by a step budget; typically a fraction of running the transaction.
  public func predict(
    _ transaction: Transaction, from sender: Address, environment: BlockEnvironment, state: any StateReader
  ) -> Report {
    if let known = memo.find(transaction, from: sender, environment, on: state, .alone) {
      return known.report
    }
    var report = bind(
      TransactionCall(transaction, sender: sender, environment: environment), environment: environment,
      state: state)
    if case .none(.unsupportedFork) = report.route {
      if let run = PlainRun.predict(transaction, from: sender, in: environment, on: state) {
        report.prediction = run.prediction
        report.route = .plainRun(.unsupportedFork)
      }
    } else if case .none(let reason) = report.route {
      var effects = PredictedEffects()
      let run = TaintedRun.predict(
        transaction, from: sender, in: environment, on: state, limits: .standard, results: results,
        effects: &effects)
      if run.failure == nil {
        report.prediction = run.prediction
        report.route = .taintedRun(reason)
        report.blockHashes = run.blockHashes
      }
    }
    if report.obstacle != nil || report.route != .summary {
      memo.keep(report, nil, of: transaction, from: sender, environment, on: state, .alone)
    }
    return report
  }

  /// What the call will read and write as far as the summaries tell; `.unknown` where they do not.
  public func bind(
    _ call: TransactionCall, environment: BlockEnvironment, state: any StateReader
  ) -> Report {
    var effects: PredictedEffects?
    return bind(call, environment, state, effects: &effects)
  }

  /// Binds along a path seen before, or else by evaluating summaries, which makes the path known.
  ///
  /// - Parameter effects: where there are any, they become those of the transaction, and one that fails in the state at
  ///   hand is predicted to fail (see `Binder.followsFailures`).
  func bind(
    _ call: TransactionCall, _ environment: BlockEnvironment, _ state: any StateReader,
    effects: inout PredictedEffects?
  ) -> Report {
    guard environment.fork < .amsterdam else {
      return Report(prediction: .unknown, route: .none(.unsupportedFork), steps: 0, segments: 0)
    }
    let precompiles = PrecompileRules(era: PrecompileEra(environment.fork))
    guard let callee = paths.callee(call, precompiles, state) else {
      var report = bindWithoutPaths(call, environment, state, precompiles, effects: &effects)
      report.obstacle = .noCall
      return report
    }
    let codeHash = callee?.codeHash ?? .emptyCode
    if let to = call.to, codeHash == .emptyCode {
      let transfer = PlainTransfer(call, to: to, callee: callee, environment)
      guard let prediction = try? transfer.prediction(state) else {
        return Report(prediction: .unknown, route: .none(.state), steps: 0, segments: 0)
      }
      if effects != nil { effects = transfer.effects(environment) }
      return Report(prediction: prediction, route: .summary, steps: 0, segments: 0, isOnKnownPath: true)
    }
    let follows = effects != nil
    let tree = paths.tree(
      PathKey(call, codeHash: codeHash, fork: environment.fork, followsFailures: follows))
    func follow(_ tree: PathTree, _ effects: inout PredictedEffects?) -> Report? {
      switch paths.run(tree, call, callee, environment, state, precompiles, effects: &effects) {
      case .bound(let report): return report
      case .fails(let reason):
        return Report(prediction: .unknown, route: .none(reason), steps: 0, segments: 0)
      case .missing: return nil
      }
    }
    let known = follow(tree, &effects)
    // Bounds of gas that hold in every state come first: what they prove hangs on less.
    let sufficient = known?.route == .none(.gas) ? nil : known
    if let known = sufficient ?? tree.tight.flatMap({ follow($0, &effects) }) {
      guard follows, effects == nil, known.route == .summary else { return known }
      // What the path does not say the summaries do.
      effects = PredictedEffects()
      var report = bindWithoutPaths(call, environment, state, precompiles, effects: &effects)
      report.obstacle = .effects
      return report
    }
    func record(into tree: PathTree, isTight: Bool, _ effects: inout PredictedEffects?) -> Report {
      if let reason = tree.hopelessness {
        return Report(prediction: .unknown, route: .none(reason), steps: 0, segments: 0)
      }
      let recorder = tree.isUnrecordable ? nil : PathRecorder()
      var report = self.bind(
        call, environment, state, precompiles, recorder: recorder, isTight: isTight, effects: &effects)
      let reason: FallbackReason? = if case .none(let reason) = report.route { reason } else { nil }
      guard reason != .state else { return report }
      // The next transaction may bring more gas.
      if isTight || reason != .gas { tree.note(reason) }
      if let recorder,
        let ending = recorder.ending(startingWith: call.gasAtStart(environment), failure: reason)
      {
        if !paths.insert(recorder, ending, into: tree) { report.obstacle = .treeFull }
      } else {
        report.obstacle = recorder?.obstacle ?? tree.obstacle
        tree.noteUnrecordable(recorder?.obstacle ?? tree.obstacle)
      }
      return report
    }
    let report = known ?? record(into: tree, isTight: false, &effects)
    guard report.route == .none(.gas) else { return report }
    return record(into: tree.makeTight(), isTight: true, &effects)
  }

  /// Makes the paths of a transaction's contract known that `predict` of a block will go along, where none is yet.
  ///
  /// May be called from any number of threads; what is predicted does not hang on it.
  public func prepare(
    _ transaction: Transaction, from sender: Address, environment: BlockEnvironment, state: any StateReader
  ) {
    let call = TransactionCall(transaction, sender: sender, environment: environment)
    let precompiles = PrecompileRules(era: PrecompileEra(environment.fork))
    if let callee = paths.callee(call, precompiles, state) {
      guard let codeHash = callee?.codeHash, codeHash != .emptyCode else { return }
      let key = PathKey(call, codeHash: codeHash, fork: environment.fork, followsFailures: true)
      guard paths.tree(key).first == nil else { return }
    }
    var effects: PredictedEffects? = PredictedEffects()
    _ = bind(call, environment, state, effects: &effects)
  }

  /// What the transaction will read and write, and what it is predicted to leave behind.
  ///
  /// - Parameter isRun: whether only a run is trusted to tell.
  func predict(
    _ transaction: Transaction, from sender: Address, environment: BlockEnvironment, on values: MemoryState,
    isRun: Bool = false
  ) -> (report: Report, effects: PredictedEffects?) {
    let kind: PredictionMemo.Kind = isRun ? .run : .following
    if let known = memo.find(transaction, from: sender, environment, on: values, kind) { return known }
    var effects: PredictedEffects? = PredictedEffects()
    var report = Report(prediction: .unknown, route: .none(.gas), steps: 0, segments: 0)
    if !isRun {
      let call = TransactionCall(transaction, sender: sender, environment: environment)
      report = bind(call, environment, values, effects: &effects)
    }
    if case .none(let reason) = report.route {
      var left = PredictedEffects()
      let run = TaintedRun.predict(
        transaction, from: sender, in: environment, on: values, limits: .standard, results: results,
        effects: &left)
      guard run.failure == nil else { return (report, nil) }
      report.prediction = run.prediction
      report.route = .taintedRun(reason)
      report.blockHashes = run.blockHashes
      effects = left
    }
    if report.obstacle != nil || report.route != .summary {
      memo.keep(report, effects, of: transaction, from: sender, environment, on: values, kind)
    }
    return (report, effects)
  }

  /// Binds by evaluating the contracts' summaries; `effects`, where there are any, become those of the transaction.
  private func bindWithoutPaths(
    _ call: TransactionCall, _ environment: BlockEnvironment, _ state: any StateReader,
    _ precompiles: PrecompileRules, effects: inout PredictedEffects?
  ) -> Report {
    let report = bind(
      call, environment, state, precompiles, recorder: nil, isTight: false, effects: &effects)
    guard report.route == .none(.gas) else { return report }
    return bind(call, environment, state, precompiles, recorder: nil, isTight: true, effects: &effects)
  }

  /// Binds by evaluating the contracts' summaries once.
  private func bind(
    _ call: TransactionCall, _ environment: BlockEnvironment, _ state: any StateReader,
    _ precompiles: PrecompileRules, recorder: PathRecorder?, isTight: Bool, effects: inout PredictedEffects?
  ) -> Report {
    let workspace = workspaces.withLock { $0.popLast() } ?? Workspace()
    var binder = Binder(
      analyzer: self, call: call, environment: environment, state: state, precompiles: precompiles,
      workspace: workspace, recorder: recorder, provesGasByValues: isTight, followsFailures: effects != nil)
    defer {
      binder.finish()
      workspaces.withLock { $0.append(workspace) }
    }
    do throws(FallbackReason) {
      let prediction = try binder.predict()
      if effects != nil { effects = binder.effects() }
      var report = Report(
        prediction: prediction, route: .summary, steps: binder.stepCount, segments: binder.segmentCount)
      report.blockHashes = binder.blockHashes
      return report
    } catch {
      return Report(
        prediction: .unknown, route: .none(error), steps: binder.stepCount, segments: binder.segmentCount)
    }
  }

  /// What binding a call decides and looks at, as far as summaries tell.
  func recorded(
    _ call: TransactionCall, environment: BlockEnvironment, state: any StateReader
  ) -> PathRecorder {
    let precompiles = PrecompileRules(era: PrecompileEra(environment.fork))
    var effects: PredictedEffects?
    let recorder = PathRecorder()
    let report = bind(
      call, environment, state, precompiles, recorder: recorder, isTight: false, effects: &effects)
    guard report.route == .none(.gas) else { return recorder }
    let tight = PathRecorder()
    _ = bind(call, environment, state, precompiles, recorder: tight, isTight: true, effects: &effects)
    return tight
  }

  // MARK: Summaries

  /// With more summaries, or more steps in them (24 bytes each), the analyzer starts anew.
  private static let maximumSummaries = 32_768
  private static let maximumSteps = 20_000_000

  private static func stepCount(_ summaries: [SummaryKey: ContractSummary]) -> Int {
    summaries.values.reduce(0) { $0 + $1.stepCount.load(ordering: .relaxed) }
  }

  var allSummaries: [(key: SummaryKey, summary: ContractSummary)] {
    summaries.withLock { $0.map { ($0.key, $0.value) } }
  }

  func knownSummary(_ hash: Hash32, fork: Fork) -> ContractSummary? {
    let key = SummaryKey(codeHash: hash, fork: fork)
    return summaries.withLock { $0[key] }
  }

  func summary(_ code: [UInt8], hash: Hash32?, fork: Fork) -> ContractSummary {
    let key = SummaryKey(codeHash: hash ?? keccak256(code), fork: fork)
    if let known = summaries.withLock({ $0[key] }) { return known }
    let made = restored(ContractSummary(code: code, fork: fork), key)
    return summaries.withLock {
      if let other = $0[key] { return other }
      if $0.count % 256 == 255, $0.count > Self.maximumSummaries || Self.stepCount($0) > Self.maximumSteps {
        $0.removeAll()
      }
      $0[key] = made
      return made
    }
  }

}
