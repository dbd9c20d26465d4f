public import AccessAnalysis
public import ConflictScheduling
public import EVM
public import EVMState
import EthereumTypes

/// Turns predictions into what the scheduler works on, dissolving runs of transactions from one sender.
///
/// A nonce is known in advance, so transactions of one sender need not wait for each other's nonces; the executor
/// foretells them and checks. The debits of a sender commute when the worst case of all its transactions in the block
/// is covered by its opening balance: then no solvency check can fail, in any order. Where that cannot be shown, or
/// a transaction looks at the balance, the run stays a chain.
public struct BlockPlanner: Sendable {
  private let processor: BlockProcessor
  private let state: any StateReader
  private let covered: Set<Address>

  /// Prepares for a block.
  ///
  /// - Parameters:
  ///   - processor: the block.
  ///   - state: the state before its first transaction.
  public init(_ processor: BlockProcessor, on state: any StateReader) {
    self.processor = processor
    self.state = state
    var costs: [Address: BigUInt] = [:]
    for (index, transaction) in processor.block.transactions.enumerated() {
      costs[processor.senders[index], default: .zero] =
        costs[processor.senders[index], default: .zero] + transaction.worstCaseCost
    }
    var covered = Set<Address>()
    for (sender, cost) in costs {
      // An account that cannot be read now counts as not covered: the executor will report the cause.
      guard let account = try? state.account(sender), BigUInt(account.balance) >= cost else { continue }
      covered.insert(sender)
    }
    self.covered = covered
  }

  /// The transactions as the scheduler sees them.
  ///
  /// - Parameters:
  ///   - predictions: one for each transaction.
  ///   - addsUp: whether storage slots that a transaction is shown to add to only count as adds; the plan must then be
  ///     given the predictions too.
  ///   - costs: what each is expected to cost, in gas or nanoseconds; gas limits by default.
  public func transactions(
    _ predictions: [Prediction], costs: [Int]? = nil, addsUp: Bool = false
  ) -> [ScheduledTransaction] {
    processor.block.transactions.indices.map { index in
      let transaction = processor.block.transactions[index]
      let cost =
        costs?[index] ?? Int(clamping: min(transaction.gasLimit, UInt64(ScheduledTransaction.costLimit)))
      let prediction = predictions[index]
      return ScheduledTransaction(
        access: prediction.trust == .unknown
          ? nil : dissolve(prediction, sender: processor.senders[index], addsUp: addsUp),
        cost: cost, sender: processor.senders[index], nonce: transaction.nonce)
    }
  }

  /// The access set without what the executor foretells.
  private func dissolve(_ prediction: Prediction, sender: Address, addsUp: Bool) -> AccessSet {
    let access =
      addsUp && prediction.trust.isVouchedFor
      ? prediction.commutingAccess(where: isAddFromTheStart) : prediction.access
    let nonce = Location.nonce(sender)
    let balance = Location.balance(sender)
    let isFree = covered.contains(sender) && !prediction.conditionalOn.contains(balance)
    return AccessSet(
      reads: access.reads.filter { $0 != nonce && !(isFree && $0 == balance) },
      writes: access.writes.filter { !(isFree && $0 == balance) },
      adds: isFree ? access.adds + [balance] : access.adds)
  }

  /// Whether the transaction would only add to the slot if it ran first. One that spends an allowance that is not there yet
  /// would fail, so it waits for whoever makes it.
  private func isAddFromTheStart(_ increment: Increment) -> Bool {
    let location = increment.location
    guard let value = try? state.storage(location.address, location.slot) else { return false }
    return increment.admits(value)
  }
}
