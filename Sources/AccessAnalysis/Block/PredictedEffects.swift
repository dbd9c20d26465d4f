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
    /// Whether its code changes, to one of `codes`.
    var changesCode = false
    /// Made as a contract: its storage starts empty.
    var isCreated = false
    /// Gone for good.
    var isRemoved = false

    var changesAnything: Bool {
      nonce != nil || !gain.isZero || changesCode || isCreated || isRemoved
    }
  }

  var accounts: [AccountChange] = []
  /// The codes afterwards of accounts whose code changes, in their order.
  private(set) var codes: [Bytes] = []
  var slots: [(key: SlotKey, value: UInt256)] = []
  /// Whether only a run tells, because the gas is short, or because a value hangs on the gas.
  var isDoubtful = false
  /// Whether what the sender pays is no guess.
  var isExact = false

  /// Adds what becomes of an account, if anything.
  ///
  /// - Parameter code: its code afterwards, where it changes.
  mutating func add(_ change: AccountChange, code: Bytes?) {
    var change = change
    if let code {
      change.changesCode = true
      codes.append(code)
    }
    if change.changesAnything { accounts.append(change) }
  }

  /// Where two differ in what they leave behind.
  static func differences(_ one: PredictedEffects?, _ other: PredictedEffects?) -> Set<Location> {
    let (one, other) = (one?.values ?? [:], other?.values ?? [:])
    var differences: Set<Location> = []
    for (location, value) in one where other[location] != value { differences.insert(location) }
    for (location, value) in other where one[location] != value { differences.insert(location) }
    return differences
  }

  /// What becomes of each location, balances by how much they change.
  private var values: [Location: UInt256] {
    var values: [Location: UInt256] = [:]
    for slot in slots { values[.storage(slot.key.address, slot.key.slot)] = slot.value }
    var codes = codes.makeIterator()
    for change in accounts {
      values[.balance(change.address)] = change.gain
      if let nonce = change.nonce { values[.nonce(change.address)] = UInt256(nonce) }
      if change.changesCode, let code = codes.next() { values[.code(change.address)] = keccak256(code).word }
      if change.isRemoved || change.isCreated {
        values[.liveness(change.address)] = change.isRemoved ? .zero : .one
      }
    }
    return values
  }

  /// Does to a state what the transaction is predicted to do, and adds the accounts that come to life.
  func apply(to state: MemoryState, births: inout AddressSet) throws(StateReadError) {
    var codes = codes.makeIterator()
    for change in accounts {
      let code = change.changesCode ? codes.next() : nil
      let before = try state.account(change.address)
      if change.isRemoved {
        state.set(change.address, nil, wipesStorage: true)
        continue
      }
      var account = before ?? Account()
      account.nonce = change.nonce ?? account.nonce
      account.balance = account.balance &+ change.gain
      if let code {
        account.codeHash = code.isEmpty ? .emptyCode : state.insert(code: code)
      }
      let isDead = account.isEmpty && before == nil
      guard !isDead else { continue }
      state.set(change.address, account, wipesStorage: change.isCreated)
      if before?.isEmpty ?? true, !account.isEmpty { births.insert(change.address) }
    }
    for slot in slots { try state.set(slot.key.address, slot.key.slot, slot.value) }
  }
}

extension Binder {
  /// What the transaction leaves behind. Values are looked at only: nothing hangs on them. What cannot be told is left out.
  ///
  /// To be called after `predict`.
  mutating func effects() -> PredictedEffects {
    let recorder = symbols.recorder
    recorder?.isRecordingEffects = true
    // Gas burnt hangs on how much there was, and only the sender's nonce is no constant.
    if observations.hasBurntGas { recorder?.abort(.effects) }
    var noted = PathEffects()
    noted.gas = frames.reduce(0) { $0 + $1.gasUsed - $1.gasSpared + $1.memoryPrice }
    noted.succeeds = outcome == .succeeded
    noted.isVague = observations.hasGuessed
    var effects = PredictedEffects()
    for (index, row) in table.slots.enumerated() where row.isWritten && row.current != row.original {
      guard let value = try? look(at: row.current) else {
        noted.isVague = true
        continue
      }
      effects.slots.append((row.key, value.word))
      if let recorder {
        noted.slots.append(PathEffects.Slot(row: Int32(clamping: index), value: recorder.operand(value)))
      }
    }
    let gas = noted.gas - gasSpared(&noted)
    let start = call.gasAtStart(environment)
    effects.isDoubtful = noted.isVague || noted.succeeds && call.isShort(ofGas: gas, gasAtStart: start)
    for (index, row) in table.accounts.enumerated() {
      var change = PredictedEffects.AccountChange(address: row.address)
      change.gain = row.balance.credit.word &- row.balance.debit.word
      for (symbols, isDebit) in [(row.balance.creditSymbols, false), (row.balance.debitSymbols, true)] {
        for symbol in symbols {
          guard let amount = try? look(at: Value(symbol: symbol)) else { continue }
          change.gain = isDebit ? change.gain &- amount.word : change.gain &+ amount.word
          guard let recorder else { continue }
          noted.amounts.append(
            PathEffects.Amount(row: Int32(clamping: index), isDebit: isDebit, value: recorder.operand(amount))
          )
        }
      }
      if row.address == call.sender { change.gain = change.gain &+ call.refund(gas, gasAtStart: start) }
      if row.flags.contains(.nonceWritten) { change.nonce = row.nonce }
      var code: Bytes?
      if row.flags.contains(.codeWritten), let newCode = row.newCode {
        code = try? look(at: newCode)
      }
      change.isCreated = row.flags.contains(.created)
      change.isRemoved = row.flags.contains(.removed)
      let isOnPaths =
        change.isRemoved || !change.isCreated && code == nil && (index == 0 || change.nonce == nil)
      if !isOnPaths { recorder?.abort(.effects) }
      effects.add(change, code: code)
    }
    recorder?.note(noted)
    return effects
  }

  /// The frames that have not ended in success: none but the last one where the transaction succeeds.
  private var frames: [Frame] { suspended + [frame] }

  /// About how much less gas execution used than it was counted with, by the values in the state at hand.
  private mutating func gasSpared(_ noted: inout PathEffects) -> Int {
    var spared = 0
    for row in observations.births {
      noted.births.append(Int32(clamping: row))
      if let account = try? account(table.accounts[row].address), !account.isEmpty {
        spared += Observations.birthPrice
      }
    }
    for price in observations.prices {
      guard let original = try? look(at: price.original), let current = try? look(at: price.current),
        let new = try? look(at: price.new)
      else { continue }
      spared += StorePrice.spared(
        price.price, original.word, current.word, new.word, environment.fork)
      guard let recorder = symbols.recorder else { continue }
      noted.prices.append(
        PathEffects.Price(
          original: recorder.operand(original), current: recorder.operand(current),
          new: recorder.operand(new), price: Int32(clamping: price.price)))
    }
    return spared
  }

  /// All bytes of a text as they are in the state.
  private mutating func look(at text: Text) throws(FallbackReason) -> [UInt8] {
    try spend(copying: text.count, of: text)
    for piece in text.pieces { _ = try look(at: Value(symbol: piece.symbol)) }
    return text.resolved { symbols[$0].word }
  }
}

extension TransactionCall {
  /// A guess at the gas used, where execution used so much.
  private func gasUsed(_ execution: Int, gasAtStart: Int) -> UInt64 {
    let before = Int(min(gasLimit, 1 << 40)) - gasAtStart
    return min(gasLimit, UInt64(max(0, before + execution)))
  }

  /// Whether the gas may not suffice. A call is given no more than 63 parts of 64, so what is close to the limit may be too
  /// much.
  func isShort(ofGas execution: Int, gasAtStart: Int) -> Bool {
    gasUsed(execution, gasAtStart: gasAtStart) > gasLimit - gasLimit / 64
  }

  /// What the sender gets back in the end.
  func refund(_ execution: Int, gasAtStart: Int) -> UInt256 {
    UInt256(gasLimit &- gasUsed(execution, gasAtStart: gasAtStart)) &* gasPrice
  }
}

extension TaintedMachine {
  /// What the run leaves behind.
  var effects: PredictedEffects {
    var effects = PredictedEffects()
    effects.isExact = true
    for row in 0..<world.accounts.count where world.accounts[row].flags.contains(.loaded) {
      let account = world.accounts[row]
      var change = PredictedEffects.AccountChange(address: account.address)
      change.nonce = account.nonce
      change.gain = account.balance &- account.original.balance
      var code: Bytes?
      if account.codeHash != account.original.codeHash {
        code = account.codeHash == .emptyCode ? [] : deployedCodes[account.codeHash]
      }
      change.isCreated = account.flags.contains(.created)
      change.isRemoved = account.flags.contains(.destroyed)
      effects.add(change, code: code)
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
