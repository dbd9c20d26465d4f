public import EVM
public import EVMState
public import EthereumTypes

extension AccessAnalyzer {
  /// Goes through a block's predictions in order and makes anew those that hang on what earlier transactions are
  /// predicted to write, on the values they are predicted to leave. Nothing is executed for that but what summaries do
  /// not express.
  ///
  /// Values are worked out for transactions only that write something that a later prediction hangs on. What the new
  /// predictions took for granted stands in their conditions as before.
  ///
  /// - Parameters:
  ///   - reports: one for each transaction, made on `state`; the ones made anew take their places.
  ///   - transactions: the block's transactions, in order.
  ///   - senders: who signed them.
  ///   - environment: the block.
  ///   - state: the state before the first transaction.
  /// - Complexity: linear in the sizes of the access sets, and a binding for each prediction made anew.
  public func bindInOrder(
    _ reports: inout [Report], _ transactions: [Transaction], from senders: [Address],
    environment: BlockEnvironment, state: any StateReader
  ) {
    guard reports.count == transactions.count, senders.count == transactions.count else { return }
    var binding = BlockBinding(senders: senders, count: transactions.count)
    var followed = [FollowedTransaction?](repeating: nil, count: transactions.count)
    // What is made anew may hang on other locations, whose values nobody worked out: once more then.
    for _ in 0..<4 {
      guard binding.findNeeded(reports) else { return }
      let values = MemoryState(base: state)
      binding.begin()
      for index in transactions.indices {
        let isStale = binding.isStale(reports[index].prediction, index, values)
        guard isStale || binding.isNeeded[index] else { continue }
        if let known = followed[index], known.holds(on: values) {
          reports[index] = known.report
          try? known.effects.apply(to: values)
        } else {
          // What summaries did not suffice for before they hardly do now.
          let failure: FallbackReason? =
            if case .taintedRun(let reason) = reports[index].route { reason } else { nil }
          reports[index] = predict(
            transactions[index], from: senders[index], environment: environment, carryingOutOn: values,
            knownToFailBy: failure, followed: &followed[index])
        }
        binding.noteWrites(reports[index].prediction)
        binding.isRebound[index] = true
        reports[index].prediction.noteBirths(since: state)
      }
    }
  }
}

/// What a transaction was found to do, and the values it was found on: on the same ones it does the same.
struct FollowedTransaction {
  let report: AccessAnalyzer.Report
  let effects: PredictedEffects
  /// What it looked at, and whether accounts are alive that it changes.
  private let locations: [Location]
  private let words: [UInt256]

  /// Nil where what it looked at is not known.
  init?(_ report: AccessAnalyzer.Report, _ effects: PredictedEffects, on values: MemoryState) {
    let access = report.prediction.access
    guard report.prediction.trust.isVouchedFor else { return nil }
    var locations = access.reads
    for location in access.writes + access.adds where location.field == .balance || location.field == .nonce {
      locations.append(.liveness(location.address))
    }
    var words: [UInt256] = []
    words.reserveCapacity(locations.count)
    for location in locations {
      guard let word = try? values.word(at: location) else { return nil }
      words.append(word)
    }
    (self.report, self.effects, self.locations, self.words) = (report, effects, locations, words)
  }

  /// Whether all of that is as it was.
  func holds(on values: MemoryState) -> Bool {
    for (location, word) in zip(locations, words) {
      guard let now = try? values.word(at: location), now == word else { return false }
    }
    return true
  }
}

/// Which transactions of a block have to be followed to their values, and which predictions values have overtaken.
private struct BlockBinding {
  let senders: [Address]
  /// Transactions whose values somebody needs.
  private(set) var isNeeded: [Bool]
  /// Predictions that were made on values already.
  var isRebound: [Bool]
  /// Locations that transactions so far, followed to their values, write.
  private var written: Set<Location> = []

  init(senders: [Address], count: Int) {
    self.senders = senders
    isNeeded = [Bool](repeating: false, count: count)
    isRebound = isNeeded
  }

  /// Finds, from the end, who writes what somebody behind hangs on. False where nothing new was found.
  mutating func findNeeded(_ reports: [AccessAnalyzer.Report]) -> Bool {
    var needed: Set<Location> = []
    needed.reserveCapacity(4 * reports.count)
    var isNew = false
    for index in reports.indices.reversed() {
      let prediction = reports[index].prediction
      let access = prediction.access
      if !isNeeded[index] {
        isNeeded[index] =
          access.writes.contains(where: needed.contains) || access.adds.contains(where: needed.contains)
        isNew = isNew || isNeeded[index]
      }
      for condition in prediction.conditions { needed.insert(condition.location) }
      guard isNeeded[index] else { continue }
      // What it writes may be made from all it reads; what it pays is known without.
      for location in access.reads {
        let isOwn = location.field == .balance && location.address == senders[index]
        if location.field != .nonce && !isOwn { needed.insert(location) }
      }
    }
    return isNew
  }

  mutating func begin() { written.removeAll(keepingCapacity: true) }

  mutating func noteWrites(_ prediction: Prediction) {
    written.formUnion(prediction.access.writes)
    written.formUnion(prediction.access.adds)
  }

  /// Whether what a prediction hangs on has other values by now.
  func isStale(_ prediction: Prediction, _ index: Int, _ values: MemoryState) -> Bool {
    prediction.conditions.contains { condition in
      guard isRebound[index] || written.contains(condition.location) else { return false }
      guard let word = try? values.word(at: condition.location) else { return true }
      return !condition.admits(word)
    }
  }
}

extension Prediction {
  /// Adds that accounts come to life which it takes for alive only because an earlier transaction is predicted to have
  /// brought them to life: that one may fail. (What is alive in the state stays alive; that is nothing to vouch for.)
  fileprivate mutating func noteBirths(since opening: any StateReader) {
    var births: [Location] = []
    for location in access.writes + access.adds where location.field == .balance || location.field == .nonce {
      let liveness = Location.liveness(location.address)
      guard let before = try? opening.word(at: liveness), before.isZero else { continue }
      births.append(liveness)
    }
    guard !births.isEmpty else { return }
    access = AccessSet(reads: access.reads, writes: access.writes + births, adds: access.adds)
  }
}
