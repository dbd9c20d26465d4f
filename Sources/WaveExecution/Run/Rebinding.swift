import AccessAnalysis
import EVM
import EVMState
import EthereumTypes
import Synchronization

/// What a run knows of predictions that turned out not to hold, and of those that take their places.
///
/// A prediction hangs on values. Before a transaction starts, those that earlier transactions may have changed are
/// looked at; where one is not what the prediction takes it for, the transaction is bound again to what it would find
/// now, and if it then needs what an unfinished transaction writes, it waits for that one. All this is a matter of speed:
/// what a transaction read is checked in the end whatever was predicted.
final class Rebinding: Sendable {
  fileprivate struct Rebound {
    var prediction: Prediction
    var times: Int
  }

  fileprivate struct Notes {
    /// The latest predictions of those bound again.
    var rebound: [Int: Rebound] = [:]
    /// The writes among them that the plan knows nothing of, and whose they are.
    var novel: [Location: [Int]] = [:]
    /// Those of them that have not run, as far as is known.
    var pending: [Int] = []
  }

  private let basis: PlanBasis
  private let predictor: BlockPredictor
  private let processor: BlockProcessor
  private let notes = Mutex(Notes())
  private let alert = Atomic<Bool>(false)
  /// A bit for each location that was written, or will be, although the plan knows nothing of it; other locations share it.
  private let surprises = Atomic<UInt64>(0)
  private let done = Atomic<Int>(0)
  /// About how long a transaction takes, in nanoseconds.
  private let nanosecondsEach: Int
  /// For how many nanoseconds more predictions may be made anew.
  private let credit: Atomic<Int>

  /// Prepares a run.
  ///
  /// - Parameter nanosecondsEach: about how long a transaction takes.
  init(
    _ basis: PlanBasis, _ predictor: BlockPredictor, _ processor: BlockProcessor, nanosecondsEach: Int
  ) {
    self.nanosecondsEach = nanosecondsEach
    self.basis = basis
    self.predictor = predictor
    self.processor = processor
    credit = Atomic(basis.origin == .inOrder ? 0 : Self.trials &* nanosecondsEach)
  }

  /// How many predictions were made anew.
  var count: Int { done.load(ordering: .relaxed) }

  // MARK: Looking

  /// Set when something happened that the plan knows nothing of: from then on every transaction is looked at.
  var isAlert: Bool {
    @inline(__always) get { alert.load(ordering: .sequentiallyConsistent) }
  }

  /// Whether a transaction has to be looked at before it starts.
  @inline(__always)
  func concerns(_ index: Int) -> Bool { basis.watches(index) || isAlert }

  /// Whether something that the transaction's prediction hangs on is different from what it was taken for, as the view
  /// shows it, which has been moved there.
  func isBroken(_ index: Int, on view: VersionedView) -> Bool {
    if isAlert {
      if let rebound = notes.withLock({ $0.rebound[index] }) {
        return rebound.prediction.conditions.contains { breaks($0, index, view) }
      }
      let surprises = surprises.load(ordering: .relaxed)
      if surprises != 0,
        basis.unwatched(index).contains(where: {
          Self.bit(of: $0.location) & surprises != 0 && breaks($0, index, view)
        })
      {
        return true
      }
    }
    return basis.watched(index).contains { breaks($0, index, view) }
  }

  private func breaks(_ condition: Condition, _ index: Int, _ view: VersionedView) -> Bool {
    let location = condition.location
    // The fee recipient shows when its changes are final, and the sender's nonce is foretold.
    if location.address == processor.environment.coinbase { return false }
    if location.field == .nonce, location.address == processor.senders[index] { return false }
    // What cannot be read now cannot be read by the transaction either, which says so.
    guard
      let word = try? location.field == .storage
        ? view.storage(location.address, location.slot) : view.word(at: location)
    else { return false }
    return !condition.admits(word)
  }

  private static func bit(of location: Location) -> UInt64 {
    1 &<< (location.mixedBits >> 58)
  }

  // MARK: Binding again

  /// A transaction is not bound more often than this; then it runs as it is.
  private static var mostTimes: Int { 3 }
  /// The time of so many transactions is spent to see whether it makes a difference. Nothing is where predictions were made in
  /// order, with what was to come in mind: there it makes none, as a rule, until something has run in vain.
  private static var trials: Int { 1 }
  /// That of so many more for each that does touch something else than before, or that ran in vain.
  private static var reward: Int { 2 }
  /// Nothing counts for more than so many transactions: the thread may have been put to sleep meanwhile.
  private static var mostEach: Int { 20 }

  /// Whether a transaction whose prediction is broken should be bound again. Most touch the same as before, and then the
  /// time is better spent running: so it is tried, and goes on as long as it finds differences.
  func mayRebind(_ index: Int) -> Bool {
    credit.load(ordering: .relaxed) > 0
      && notes.withLock { $0.rebound[index]?.times ?? 0 } < Self.mostTimes
  }

  private func addCredit() {
    credit.wrappingAdd(Self.reward &* nanosecondsEach, ordering: .relaxed)
  }

  /// Binds a transaction again to what it would find now; whether it touches something else than before.
  @discardableResult
  func bind(_ index: Int, on view: VersionedView) -> Bool {
    let start = ContinuousClock.now
    let quick = predictor.predictQuickly(index, view)
    credit.wrappingSubtract(
      min(Int(clamping: start.nanosecondsSince), Self.mostEach &* nanosecondsEach), ordering: .relaxed)
    guard let prediction = quick else { return false }
    done.wrappingAdd(1, ordering: .relaxed)
    let planned = basis.predictions[index].access
    let isDifferent = !planned.missing(from: prediction.access).isEmpty || prediction.trust == .unknown
    if isDifferent { addCredit() }
    let known = Set(planned.writes + planned.adds)
    let novel = (prediction.access.writes + prediction.access.adds).filter { !known.contains($0) }
    notes.withLock { notes in
      notes.rebound[index] = Rebound(prediction: prediction, times: (notes.rebound[index]?.times ?? 0) + 1)
      for location in novel where isVisible(location) { notes.novel[location, default: []].append(index) }
      if !novel.isEmpty { notes.pending.append(index) }
    }
    note(novel)
    if isDifferent { alert.store(true, ordering: .sequentiallyConsistent) }
    return isDifferent
  }

  private func note(_ surprising: [Location]) {
    let bits = surprising.reduce(0) { $0 | Self.bit(of: $1) }
    if bits != 0 { surprises.bitwiseOr(bits, ordering: .relaxed) }
  }

  /// Waiting for the fee recipient is in vain: what becomes of it shows when it is final.
  private func isVisible(_ location: Location) -> Bool {
    location.address != processor.environment.coinbase
  }

  /// Notes that a transaction ran in vain, and what it did when it ran again, which is final.
  func noteRepetition(_ effects: TransactionEffects, of index: Int) {
    addCredit()
    let surprising = basis.predictions[index].access.missing(from: effects.accessSet)
    guard !surprising.isEmpty else { return }
    note(surprising)
    alert.store(true, ordering: .sequentiallyConsistent)
  }

  // MARK: Waiting

  /// The unfinished transactions before one that it has to wait for, and that the plan knows nothing of.
  ///
  /// - Parameters:
  ///   - unfinished: all that are before it and have not run, as far as is known.
  ///   - hasRun: whether a transaction has run.
  func blockers(of index: Int, among unfinished: [Int], hasRun: (Int) -> Bool) -> [Int] {
    let planned = basis.predictions[index]
    let (rebound, novel) = notes.withLock { notes in
      let rebound = notes.rebound[index]?.prediction
      let reads = (rebound ?? planned).access.reads
      return (rebound, notes.novelWriters(of: reads, before: index, hasRun: hasRun))
    }
    guard let prediction = rebound else { return novel }
    if prediction.trust == .unknown { return unfinished }
    // The plan takes care of what was known; but not of increments, which need not be ones any more.
    let known = planned.trust.isVouchedFor ? planned.commutingAccess.reads : planned.access.reads
    var reads = Set(prediction.access.reads).subtracting(known).filter { isVisible($0) }
    // Foretold, or covered, or in the plan.
    reads.remove(.nonce(processor.senders[index]))
    reads.remove(.balance(processor.senders[index]))
    var found = Set(novel)
    for other in unfinished where !reads.isEmpty {
      let access = basis.predictions[other].access
      if access.writes.contains(where: reads.contains) || access.adds.contains(where: reads.contains) {
        found.insert(other)
      }
    }
    return Array(found)
  }
}

extension Rebinding.Notes {
  /// The transactions before one that have not run and write something of what it reads that the plan knows nothing of.
  fileprivate mutating func novelWriters(
    of reads: [Location], before index: Int, hasRun: (Int) -> Bool
  ) -> [Int] {
    pending.removeAll(where: hasRun)
    if !pending.contains(where: { $0 < index }) { return [] }
    var found: [Int] = []
    for location in reads {
      for writer in novel[location] ?? [] where writer < index && !hasRun(writer) && !found.contains(writer) {
        found.append(writer)
      }
    }
    return found
  }
}
