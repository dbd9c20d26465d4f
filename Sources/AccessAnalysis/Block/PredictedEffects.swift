import EVM
import EVMState
import EthereumTypes

/// What a transaction is predicted to leave in the state, as far as values could be worked out.
///
/// Only later predictions look at it, and each of them says what it took for granted; so a value may be left out, or be
/// a guess where it hangs on the gas used.
struct PredictedEffects {
  /// What becomes of one account.
  struct AccountChange {
    var address: Address
    /// The nonce afterwards, where it changes.
    var nonce: UInt64?
    /// Wei received less wei spent, mod 2²⁵⁶.
    var gain = UInt256.zero
    /// The code afterwards, where it changes.
    var code: Bytes?
    /// Made as a contract: its storage starts empty.
    var isCreated = false
    /// Gone for good.
    var isRemoved = false
  }

  var accounts: [AccountChange] = []
  var slots: [(key: SlotKey, value: UInt256)] = []

  /// Does to a state what the transaction is predicted to do.
  func apply(to state: MemoryState) throws(StateReadError) {
    for change in accounts {
      let before = try state.account(change.address)
      if change.isRemoved {
        state.set(change.address, nil, wipesStorage: true)
        continue
      }
      var account = before ?? Account()
      account.nonce = change.nonce ?? account.nonce
      account.balance = account.balance &+ change.gain
      if let code = change.code {
        account.codeHash = code.isEmpty ? .emptyCode : state.insert(code: code)
      }
      let isDead = account.isEmpty && before == nil
      if !isDead { state.set(change.address, account, wipesStorage: change.isCreated) }
    }
    for slot in slots { try state.set(slot.key.address, slot.key.slot, slot.value) }
  }
}

extension Binder {
  /// What the transaction leaves behind. Values are looked at only: nothing hangs on them.
  ///
  /// To be called after `predict`.
  ///
  /// - Throws: `.gas` where the transaction seems to run out of gas, which only a run can tell.
  mutating func effects() throws(FallbackReason) -> PredictedEffects {
    // A call is given no more than 63 parts of 64, so what is close to the limit may be too much.
    if outcome == .succeeded, predictedGas > call.gasLimit - call.gasLimit / 32 { throw .gas }
    var effects = PredictedEffects()
    for row in table.slots where row.isWritten && row.current != row.original {
      guard let value = try? look(at: row.current) else { continue }
      effects.slots.append((row.key, value.word))
    }
    let left = UInt256(call.gasLimit) &- UInt256(predictedGas)
    for row in table.accounts {
      var change = PredictedEffects.AccountChange(address: row.address)
      if row.flags.contains(.nonceWritten) { change.nonce = row.nonce }
      if row.flags.contains(.codeWritten), let code = row.newCode {
        change.code = try? look(at: code)
      }
      change.isCreated = row.flags.contains(.created)
      change.isRemoved = row.flags.contains(.removed)
      change.gain = row.balance.credit.word &- row.balance.debit.word
      for symbol in row.balance.creditSymbols {
        if let amount = try? look(at: Value(symbol: symbol)) { change.gain = change.gain &+ amount.word }
      }
      for symbol in row.balance.debitSymbols {
        if let amount = try? look(at: Value(symbol: symbol)) { change.gain = change.gain &- amount.word }
      }
      if row.address == call.sender { change.gain = change.gain &+ left &* call.gasPrice }
      effects.accounts.append(change)
    }
    return effects
  }

  /// A guess at the gas used.
  private var predictedGas: UInt64 {
    let execution = frame.gasUsed - frame.gasSpared + GasBound.memory(frame.memory.count)
    let before = Int(min(call.gasLimit, 1 << 40)) - call.gasAtStart(environment)
    return min(call.gasLimit, UInt64(max(0, before + execution)))
  }

  /// All bytes of a text as they are in the state.
  private mutating func look(at text: Text) throws(FallbackReason) -> [UInt8] {
    try spend(copying: text.count, of: text)
    for piece in text.pieces { _ = try look(at: Value(symbol: piece.symbol)) }
    return text.resolved { symbols[$0].word }
  }
}

extension TaintedMachine {
  /// What the run leaves behind.
  var effects: PredictedEffects {
    var effects = PredictedEffects()
    for row in 0..<world.accounts.count where world.accounts[row].flags.contains(.loaded) {
      let account = world.accounts[row]
      var change = PredictedEffects.AccountChange(address: account.address)
      change.nonce = account.nonce
      change.gain = account.balance &- account.original.balance
      if account.codeHash != account.original.codeHash {
        change.code = account.codeHash == .emptyCode ? [] : deployedCodes[account.codeHash]
      }
      change.isCreated = account.flags.contains(.created)
      change.isRemoved = account.flags.contains(.destroyed)
      effects.accounts.append(change)
    }
    for row in 0..<world.slots.count where world.slots[row].isWritten {
      let slot = world.slots[row]
      let account = world.accounts[Int(slot.account)]
      guard slot.current != slot.original, !account.flags.contains(.destroyed) else { continue }
      effects.slots.append((SlotKey(address: account.address, slot: slot.key), slot.current))
    }
    return effects
  }
}
