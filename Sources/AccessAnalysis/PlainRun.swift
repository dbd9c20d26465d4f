import EVM
import EVMState
import EthereumTypes

/// What a transaction reads and writes when it is simply run on the state at hand: a guess, for rules that neither the
/// summaries nor the tainted run know.
enum PlainRun {
  /// The prediction, always `speculative`; nil where the transaction cannot be run there.
  static func predict(
    _ transaction: Transaction, from sender: Address, in block: BlockEnvironment, on state: any StateReader
  ) -> (prediction: Prediction, effects: TransactionEffects)? {
    // Transactions before it may be what makes it valid, so the sender gets the nonce and the funds it will need.
    let opening = MemoryState(base: state)
    guard let worstCase = transaction.worstCaseCost.asUInt256, let known = try? state.account(sender) else {
      return nil
    }
    var account = known
    account.nonce = transaction.nonce
    account.balance = max(account.balance, worstCase)
    opening.set(sender, account, wipesStorage: false)
    var machine = Machine(block: block, reader: opening)
    guard let result = try? machine.execute(transaction, sender: sender, on: opening) else { return nil }
    return (Prediction(trust: .speculative, access: result.effects.accessSet), result.effects)
  }
}
