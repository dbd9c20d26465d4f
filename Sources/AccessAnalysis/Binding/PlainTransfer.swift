import EVM
import EVMBytecode
import EVMState
import EthereumTypes

/// What a transaction touches whose callee has no code: known without any binding.
struct PlainTransfer {
  /// An account of the transaction.
  private struct Party {
    var address: Address
    var isSender = false
    /// Whether it is called, so that its code is looked at.
    var isCallee = false
    /// Whether it receives anything.
    var isCredited = false
  }

  /// In order of address, each account once.
  private var parties: (Party, Party?, Party?)

  private let call: TransactionCall
  private let callee: Account?

  /// - Parameter callee: the account at `to`, which has no code.
  init(_ call: TransactionCall, to: Address, callee: Account?, _ environment: BlockEnvironment) {
    self.call = call
    self.callee = callee
    parties = (Party(address: call.sender, isSender: true), nil, nil)
    add(Party(address: to, isCallee: true, isCredited: !call.value.isZero && to != call.sender))
    if call.paysCoinbase(environment) { add(Party(address: environment.coinbase, isCredited: true)) }
  }

  private mutating func add(_ party: Party) {
    func joined(_ known: Party) -> Party {
      Party(
        address: known.address, isSender: known.isSender, isCallee: known.isCallee || party.isCallee,
        isCredited: known.isCredited || party.isCredited)
    }
    if parties.0.address == party.address {
      parties.0 = joined(parties.0)
    } else if let second = parties.1, second.address == party.address {
      parties.1 = joined(second)
    } else if party.address < parties.0.address {
      parties = (party, parties.0, parties.1)
    } else if let second = parties.1, second.address < party.address {
      parties.2 = party
    } else {
      parties = (parties.0, party, parties.1)
    }
  }

  /// The prediction, which hangs on the callee having no code.
  func prediction(_ state: any StateReader) throws(StateReadError) -> Prediction {
    var reads: [Location] = []
    reads.reserveCapacity(4)
    var writes: [Location] = []
    writes.reserveCapacity(4)
    var adds: [Location] = []
    adds.reserveCapacity(2)
    var conditions: [Condition] = []
    func visit(_ party: Party?) throws(StateReadError) {
      guard let party else { return }
      let address = party.address
      if party.isSender {
        reads.append(.balance(address))
        reads.append(.nonce(address))
        writes.append(.balance(address))
        writes.append(.nonce(address))
      } else if party.isCredited {
        adds.append(.balance(address))
      }
      if party.isSender || party.isCallee { reads.append(.code(address)) }
      if party.isCallee { conditions.append(Condition(.code(address), is: Hash32.emptyCode.word)) }
      if party.isSender || party.isCredited {
        let account = party.isCallee ? callee : try state.account(address)
        if account?.isEmpty ?? true { writes.append(.liveness(address)) }
        if !party.isSender, account?.mayDie(isCodeFixed: party.isCallee) == true {
          conditions.append(Condition(.liveness(address), is: .one))
        }
      }
    }
    try visit(parties.0)
    try visit(parties.1)
    try visit(parties.2)
    return Prediction(
      trust: .conditional, access: AccessSet(sortedReads: reads, writes: writes, adds: adds),
      sortedConditions: conditions)
  }

  /// What is left behind: nonce and balances. How much the coinbase gets is left out but for that it is something.
  func effects(_ environment: BlockEnvironment) -> PredictedEffects {
    var effects = PredictedEffects()
    effects.isExact = true
    func add(_ party: Party?) {
      guard let party else { return }
      var change = PredictedEffects.AccountChange(address: party.address)
      if party.isSender {
        change.nonce = call.nonce &+ 1
        change.gain = (UInt256(call.gasBeforeStart(environment)) &* call.gasPrice &+ call.blobFee).negated
        if !party.isCallee { change.gain = change.gain &- call.value }
      } else if party.isCallee {
        change.gain = call.value
      }
      if party.isCredited, party.address == environment.coinbase { change.gain = change.gain &+ .one }
      effects.accounts.append(change)
    }
    add(parties.0)
    add(parties.1)
    add(parties.2)
    return effects
  }
}

extension TransactionCall {
  /// Whether the coinbase gets anything.
  func paysCoinbase(_ environment: BlockEnvironment) -> Bool {
    environment.fork >= .london ? gasPrice > environment.baseFee : !gasPrice.isZero
  }
}
