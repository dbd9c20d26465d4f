import EVM
import EVMState
import EthereumTypes
import Synchronization

/// Predictions made lately that no path expresses: from runs of last resort, of creations, of what is too long.
///
/// A block builder predicts a transaction again on every new state, and what a prediction hangs on rarely changes in
/// between. A vouched-for prediction holds wherever its conditions do; so predicting again is looking at them. What a
/// prediction takes for granted beyond its conditions is looked at too, because the new state need not follow from the
/// old one: that accounts are alive, that new contracts have no storage, and what earlier blocks' hashes are.
final class PredictionMemo: Sendable {
  /// What was asked for.
  enum Kind: Sendable {
    /// What the transaction touches.
    case alone
    /// What it leaves behind too.
    case following
    /// The same by a run.
    case run
  }

  /// A prediction with all it was made from.
  private final class Entry: Sendable {
    let transaction: Transaction
    let sender: Address
    let environment: BlockEnvironment
    let kind: Kind
    let report: AccessAnalyzer.Report
    let effects: PredictedEffects?
    /// The values of all it reads, where it says what it leaves behind: that may be made from them.
    let words: [UInt256]
    /// Accounts that are changed or must be alive not to cost more, and whether they were alive.
    let alive: [(address: Address, isAlive: Bool)]
    /// Accounts that come to life or go, and whether they had storage.
    let stored: [(address: Address, hasStorage: Bool)]

    init(
      _ transaction: Transaction, _ sender: Address, _ environment: BlockEnvironment,
      _ report: AccessAnalyzer.Report, _ effects: PredictedEffects?, _ kind: Kind, _ state: any StateReader
    ) throws(StateReadError) {
      var words: [UInt256] = []
      var alive: [(address: Address, isAlive: Bool)] = []
      var stored: [(address: Address, hasStorage: Bool)] = []
      let access = report.prediction.access
      func note(_ location: Location) throws(StateReadError) {
        let address = location.address
        switch location.field {
        case .balance, .nonce: alive.append((address, !(try state.account(address)?.isEmpty ?? true)))
        case .liveness, .code: stored.append((address, try state.hasStorage(address)))
        case .storage: break
        }
      }
      for location in access.writes { try note(location) }
      for location in access.adds { try note(location) }
      // What was paid for an account's coming to life is gas, on which anything may hang, though it was undone.
      for location in access.reads where location.field == .liveness {
        try note(.balance(location.address))
      }
      if kind != .alone {
        for location in access.reads { words.append(try state.word(at: location)) }
      }
      (self.alive, self.stored, self.words) = (alive, stored, words)
      (self.kind, self.effects) = (kind, effects)
      (self.transaction, self.sender, self.environment) = (transaction, sender, environment)
      self.report = report
    }

    func isFor(
      _ transaction: Transaction, _ sender: Address, _ environment: BlockEnvironment, _ kind: Kind
    ) -> Bool {
      self.kind == kind && self.sender == sender && self.transaction.nonce == transaction.nonce
        && self.environment == environment && self.transaction == transaction
    }

    /// Whether the prediction is right in a state. What cannot be read is made anew, which says so.
    func holds(in state: some StateReader) -> Bool {
      do throws(StateReadError) {
        for (number, hash) in report.blockHashes where try state.blockHash(number) != hash { return false }
        for (location, word) in zip(report.prediction.access.reads, words)
        where try state.word(at: location) != word {
          return false
        }
        for condition in report.prediction.conditions where !(try condition.holds(in: state)) { return false }
        for (address, isAlive) in alive where !(try state.account(address)?.isEmpty ?? true) != isAlive {
          return false
        }
        for (address, hasStorage) in stored where try state.hasStorage(address) != hasStorage { return false }
        return true
      } catch {
        return false
      }
    }

    /// About how much memory it takes, in locations.
    var weight: Int { 2 * report.prediction.access.reads.count + 2 * alive.count + 16 }
  }

  private struct Table {
    /// Entries by the bits of sender and nonce; the newest first.
    var places = [[Entry]](repeating: [], count: PredictionMemo.capacity)
    var weight = 0
  }

  private let table = Mutex(Table())

  private static let capacity = 4_096
  /// Predictions in one place, of one transaction on different states mostly.
  private static let maximumEntries = 4
  /// With more locations in all (about 60 bytes each) the memo starts anew; a prediction with more of them than
  /// `maximumLocations` is not kept.
  private static let maximumWeight = 1_000_000
  private static let maximumLocations = 50_000

  private static func place(_ transaction: Transaction, _ sender: Address) -> Int {
    Int(truncatingIfNeeded: (sender.mixedBits ^ transaction.nonce &* 0x9E37_79B9_7F4A_7C15) &>> 20)
      & (capacity - 1)
  }

  /// What was predicted of a transaction in a block before, where it holds in a state.
  func find(
    _ transaction: Transaction, from sender: Address, _ environment: BlockEnvironment,
    on state: any StateReader, _ kind: Kind
  ) -> (report: AccessAnalyzer.Report, effects: PredictedEffects?)? {
    let place = Self.place(transaction, sender)
    let entries = table.withLock { $0.places[place] }
    for entry in entries
    where entry.isFor(transaction, sender, environment, kind) && entry.holds(in: state) {
      return (entry.report, entry.effects)
    }
    return nil
  }

  /// Keeps a prediction; nothing where it is not vouched for.
  func keep(
    _ report: AccessAnalyzer.Report, _ effects: PredictedEffects?, of transaction: Transaction,
    from sender: Address, _ environment: BlockEnvironment, on state: any StateReader, _ kind: Kind
  ) {
    guard report.prediction.trust.isVouchedFor,
      report.prediction.access.reads.count <= Self.maximumLocations
    else { return }
    var report = report
    report.isRemembered = true
    (report.steps, report.segments) = (0, 0)
    guard let entry = try? Entry(transaction, sender, environment, report, effects, kind, state) else {
      return
    }
    let place = Self.place(transaction, sender)
    table.withLock { table in
      if table.weight > Self.maximumWeight { table = Table() }
      table.weight += entry.weight
      table.places[place].insert(entry, at: 0)
      if table.places[place].count > Self.maximumEntries {
        table.weight -= table.places[place].removeLast().weight
      }
    }
  }

  /// Forgets all of them.
  func removeAll() {
    // To forget none takes no time.
    table.withLock { if $0.weight > 0 { $0 = Table() } }
  }
}
