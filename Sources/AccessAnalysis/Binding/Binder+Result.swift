import EVM
import EVMBytecode
import EVMState
import EthereumTypes

extension Binder {
  /// Puts the access set together once the top frame has ended.
  mutating func prediction() throws(FallbackReason) -> Prediction {
    var reads: [Location] = []
    reads.reserveCapacity(table.slots.count + 2 * table.accounts.count + conditions.count + 2)
    var writes: [Location] = []
    writes.reserveCapacity(table.slots.count + 4)
    var adds: [Location] = []
    try askUnchanged()
    // What cannot be told in the budget is a read and a write.
    let increments = (try? findIncrements()) ?? []
    noteEnding(increments)
    for bounds in conditionBounds {
      guard let interval = try interval(bounds) else { throw .state }
      conditions.append(Condition(location(bounds.root), from: interval.low, through: interval.high))
    }
    for row in table.slots {
      let location = Location.storage(row.key.address, row.key.slot)
      reads.append(location)
      if row.isWritten, try changes(row) { writes.append(location) }
    }
    creditCoinbase()
    var lives: [Condition] = []
    for row in table.accounts {
      let address = row.address
      if row.flags.contains(.balanceRead) { reads.append(.balance(address)) }
      if row.flags.contains(.nonceRead) { reads.append(.nonce(address)) }
      if row.flags.contains(.codeRead) { reads.append(.code(address)) }
      if row.flags.contains(.livenessRead) { reads.append(.liveness(address)) }
      if row.flags.contains(.nonceWritten) { writes.append(.nonce(address)) }
      if row.flags.contains(.codeWritten) { writes.append(.code(address)) }
      let change = row.balance
      let isChanged =
        change.credit.word != change.debit.word || !change.creditSymbols.isEmpty
        || !change.debitSymbols.isEmpty
      if row.flags.contains(.balanceWritten) {
        reads.append(.balance(address))
        writes.append(.balance(address))
      } else if isChanged {
        adds.append(.balance(address))
      }
      var flips = row.flags.contains(.livenessWritten)
      if !flips, isChanged || row.flags.contains(.nonceWritten) {
        let account = try account(address)
        flips = account?.isEmpty ?? true
        let isCodeFixed = conditions.contains { $0.location == .code(address) }
        if address != call.sender, account?.mayDie(isCodeFixed: isCodeFixed) == true {
          lives.append(Condition(.liveness(address), is: .one))
        }
      }
      if flips { writes.append(.liveness(address)) }
    }
    Condition.merge(&conditions)
    for condition in conditions { reads.append(condition.location) }
    conditions += lives
    Condition.merge(&conditions)
    var prediction = Prediction(
      trust: conditions.isEmpty ? .certain : .conditional,
      access: AccessSet(reads: reads, writes: writes, adds: adds), sortedConditions: conditions)
    for increment in increments {
      guard let interval = try interval(increment.bounds) else { continue }
      prediction.increments.append(
        Increment(
          location(increment.bounds.root), by: increment.delta.word, from: interval.low,
          through: interval.high))
    }
    prediction.foreseen = foreseen
    prediction.increments.sort { $0.location < $1.location }
    return prediction
  }

  /// Whether a written slot ends up with another value. Writing back what was there is no write; where that
  /// can be told only from the state, the slot's value becomes a condition.
  private mutating func changes(_ row: SlotRow) throws(FallbackReason) -> Bool {
    if row.current == row.original { return false }
    guard let final = symbols.derived(row.current) else { return true }
    let original = symbols.settled(row.original)
    if original.isKnown { return original.word != final.word }
    let before: UInt256
    do { before = try state.storage(row.key.address, row.key.slot) } catch { throw .state }
    if before != final.word { return true }
    require(.storage(row.key.address, row.key.slot), before)
    return false
  }

  /// Asks for the values of slots that get back what they held, where they were looked at before: one condition more takes
  /// the write out of the prediction.
  private mutating func askUnchanged() throws(FallbackReason) {
    for bounds in conditionBounds where symbols[bounds.root].kind == .storage {
      let row = table.slots[Int(symbols[bounds.root].c.word.clampedToUInt64)]
      guard row.isWritten, row.current != row.original, symbols.derived(row.current) == nil,
        let current = try? look(at: row.current), let original = try? look(at: row.original),
        !decidedZeroness(symbols.operation(Opcode.eq, current, original, .zero)).word.isZero
      else { continue }
      _ = try forced(row.current)
      _ = try forced(row.original)
    }
  }

  /// Where the state holds a symbol's value.
  private func location(_ root: UInt32) -> Location {
    let symbol = symbols[root]
    let address = Address(truncating: symbol.a.word)
    return symbol.kind == .balance ? .balance(address) : .storage(address, symbol.b.word)
  }

  /// Writes down what the path has touched; what the values decide beyond that is found out again each time.
  private func noteEnding(_ increments: [SlotIncrement]) {
    guard let recorder = symbols.recorder, !recorder.isAborted else { return }
    var ending = PathEnding()
    var rows: [Address: Int] = [:]
    for (row, account) in table.accounts.enumerated() {
      rows[account.address] = row
      let change = account.balance
      func sum(_ value: Value) -> PathOperand {
        value == .zero ? PathEnding.none : recorder.operand(value)
      }
      ending.accounts.append(
        PathEnding.AccountUse(
          flags: account.flags, credit: sum(change.credit), debit: sum(change.debit),
          hasUnknownAmounts: !change.creditSymbols.isEmpty || !change.debitSymbols.isEmpty))
    }
    var slots: [SlotKey: Int] = [:]
    for (index, row) in table.slots.enumerated() {
      slots[row.key] = index
      guard row.isWritten, row.current != row.original else { continue }
      let value = symbols.derived(row.current).map { recorder.operand($0) } ?? PathEnding.none
      ending.stores.append(PathEnding.Store(row: Int32(clamping: index), value: value))
    }
    for location in conditions.lazy.map(\.location) {
      if location.field == .storage {
        let key = SlotKey(address: location.address, slot: location.slot)
        guard let row = slots[key] else { return recorder.abort(.condition) }
        ending.slotConditions.append(Int32(clamping: row))
      } else {
        guard let row = rows[location.address] else { return recorder.abort(.condition) }
        ending.accounts[row].conditions |= 1 << location.field.rawValue
      }
    }
    func pairs(_ bounds: Bounds) -> [PathEnding.Pair] {
      bounds.pairs.map { PathEnding.Pair(low: recorder.operand($0.low), high: recorder.operand($0.high)) }
    }
    for bounds in conditionBounds {
      let symbol = symbols[bounds.root]
      let row = symbol.kind == .balance ? symbol.b : symbol.c
      ending.ranges.append(
        PathEnding.Range(
          row: Int32(truncatingIfNeeded: row.word.l0), isBalance: symbol.kind == .balance,
          pairs: pairs(bounds)))
    }
    for increment in increments {
      ending.increments.append(
        PathEnding.Increment(
          row: Int32(clamping: increment.row), delta: recorder.operand(increment.delta),
          pairs: pairs(increment.bounds)))
    }
    recorder.end(ending, accounts: table.accounts.count, slots: table.slots.count)
  }

  private mutating func creditCoinbase() {
    // The amount is not known before the transaction has run; that it is more than nothing is.
    if call.paysCoinbase(environment) { credit(table.account(environment.coinbase), Value(.one)) }
  }
}
