import EVM
import EVMBytecode
import EVMState
import EthereumTypes

extension PathRunner {
  /// Puts the prediction together at the end of a path, each list in order.
  mutating func prediction(_ trace: borrowing PathTrace) throws(StateReadError) -> Prediction? {
    try prediction(trace, trace.end)
  }

  private mutating func prediction(
    _ trace: borrowing PathTrace, _ end: PathTraceEnd
  ) throws(StateReadError) -> Prediction? {
    guard end.ending.accounts.count == accountCount else { return nil }
    for index in end.ending.slotConditions.indices {
      workspace.slots[Int(end.ending.slotConditions[index])].isCondition = true
    }
    for index in end.ending.stores.indices {
      let store = end.ending.stores[index]
      let row = Int(store.row)
      guard store.value != PathEnding.none else {
        workspace.slots[row].isChanged = true
        continue
      }
      // Writing back what was there is no write; that it was there is a condition.
      let isChanged = try slotValue(row) != get(Int16(truncatingIfNeeded: store.value), trace)
      workspace.slots[row].isChanged = isChanged
      if !isChanged { workspace.slots[row].isCondition = true }
    }
    let coinbase =
      call.paysCoinbase(environment) ? workspace.row(of: environment.coinbase, count: accountCount) : -1
    let rows = coinbase == accountCount ? accountCount + 1 : accountCount
    if coinbase == accountCount {
      workspace.accounts[coinbase] = PathAccount(
        address: environment.coinbase, account: nil, isLoaded: false)
    }

    sortAccounts(rows)
    sortSlots()
    var reads: [Location] = []
    reads.reserveCapacity(slotCount + 3 * rows)
    var writes: [Location] = []
    writes.reserveCapacity(end.ending.stores.count + 4)
    var adds: [Location] = []
    var conditions: [Condition] = []
    conditions.reserveCapacity(end.ending.slotConditions.count + rows)
    var starts = SlotCursor(workspace: workspace, count: slotCount)
    for place in 0..<rows {
      let row = Int(workspace.accountOrder[place])
      let use =
        row < end.ending.accounts.count
        ? end.ending.accounts[row] : PathEnding.AccountUse(flags: [], hasUnknownAmounts: false)
      let address = workspace.accounts[row].address
      var isChanged = use.hasUnknownAmounts || row == coinbase
      if !isChanged {
        let credit = use.credit == PathEnding.none ? .zero : get(Int16(truncatingIfNeeded: use.credit), trace)
        let debit = use.debit == PathEnding.none ? .zero : get(Int16(truncatingIfNeeded: use.debit), trace)
        isChanged = credit != debit
      }
      func read(_ field: Location.Field, _ isRead: Bool) throws(StateReadError) {
        let isCondition = use.conditions & (1 << field.rawValue) != 0
        guard isRead || isCondition else { return }
        let location = Location(address, field)
        reads.append(location)
        if isCondition { conditions.append(Condition(location, is: field.word(of: try account(row)))) }
      }
      let readsBalance =
        use.flags.contains(.balanceRead) || use.flags.contains(.balanceWritten)
        || use.conditions & (1 << Location.Field.balance.rawValue) != 0
      try read(.balance, readsBalance)
      if use.flags.contains(.balanceWritten) || isChanged && readsBalance {
        writes.append(.balance(address))
      } else if isChanged {
        adds.append(.balance(address))
      }
      try read(.nonce, use.flags.contains(.nonceRead))
      if use.flags.contains(.nonceWritten) { writes.append(.nonce(address)) }
      try read(.code, use.flags.contains(.codeRead))
      if use.flags.contains(.codeWritten) { writes.append(.code(address)) }
      try read(.liveness, use.flags.contains(.livenessRead))
      var flips = use.flags.contains(.livenessWritten)
      if !flips, isChanged || use.flags.contains(.nonceWritten) {
        let account = try account(row)
        flips = account?.isEmpty ?? true
        let isCodeFixed = use.conditions & (1 << Location.Field.code.rawValue) != 0
        if address != call.sender, use.conditions & (1 << Location.Field.liveness.rawValue) == 0,
          account?.mayDie(isCodeFixed: isCodeFixed) == true
        {
          conditions.append(Condition(.liveness(address), is: .one))
        }
      }
      if flips { writes.append(.liveness(address)) }
      for slot in starts.slots(of: row) {
        let value = workspace.slots[slot].isCondition ? try slotValue(slot) : .zero
        let slot = workspace.slots[slot]
        let location = Location(address, slot: slot.slot)
        reads.append(location)
        if slot.isCondition { conditions.append(Condition(location, is: value)) }
        if slot.isChanged { writes.append(location) }
      }
    }
    for index in end.ending.ranges.indices {
      Condition.insert(try condition(end.ending.ranges[index], trace), into: &conditions)
    }
    var prediction = Prediction(
      trust: conditions.isEmpty ? .certain : .conditional,
      access: AccessSet(sortedReads: reads, writes: writes, adds: adds), sortedConditions: conditions)
    for index in end.ending.increments.indices {
      if let increment = try increment(end.ending.increments[index], trace) {
        prediction.increments.append(increment)
      }
    }
    prediction.foreseen = workspace.foreseen.copy
    if prediction.increments.count > 1 { prediction.increments.sort { $0.location < $1.location } }
    return prediction
  }

  /// The values between bounds; nil where the value now is none of them.
  private func interval(
    _ pairs: [PathEnding.Pair], around now: UInt256, _ trace: borrowing PathTrace
  ) -> (low: UInt256, high: UInt256)? {
    var (low, high) = (UInt256.zero, UInt256.max)
    for pair in pairs {
      let pair = (
        low: get(Int16(truncatingIfNeeded: pair.low), trace),
        high: get(Int16(truncatingIfNeeded: pair.high), trace)
      )
      Bounds.narrow(&low, &high, to: pair, around: now)
    }
    return low <= now && now <= high ? (low, high) : nil
  }

  private mutating func condition(
    _ range: PathEnding.Range, _ trace: borrowing PathTrace
  ) throws(StateReadError) -> Condition {
    let row = Int(range.row)
    let location: Location
    let now: UInt256
    if range.isBalance {
      location = .balance(workspace.accounts[row].address)
      now = try account(row)?.balance ?? .zero
    } else {
      location = self.location(slot: row)
      now = try slotValue(row)
    }
    // The path was taken, so the value now is one of them.
    let (low, high) = interval(range.pairs, around: now, trace) ?? (now, now)
    return Condition(location, from: low, through: high)
  }

  private mutating func increment(
    _ increment: PathEnding.Increment, _ trace: borrowing PathTrace
  ) throws(StateReadError) -> Increment? {
    let row = Int(increment.row)
    let delta = get(Int16(truncatingIfNeeded: increment.delta), trace)
    guard !delta.isZero, workspace.slots[row].isChanged,
      let (low, high) = interval(increment.pairs, around: try slotValue(row), trace)
    else { return nil }
    return Increment(location(slot: row), by: delta, from: low, through: high)
  }

  private func location(slot row: Int) -> Location {
    let slot = workspace.slots[row]
    return .storage(workspace.accounts[Int(slot.account)].address, slot.slot)
  }

  /// Puts the accounts' rows in order of address.
  private func sortAccounts(_ count: Int) {
    let (order, accounts) = (workspace.accountOrder, workspace.accounts)
    for row in 0..<count { order[row] = Int32(truncatingIfNeeded: row) }
    if count > 40 {
      let sorted = (0..<count).sorted { accounts[$0].address < accounts[$1].address }
      for index in 0..<count { order[index] = Int32(truncatingIfNeeded: sorted[index]) }
      return
    }
    for index in 1..<max(1, count) {
      let row = order[index]
      let address = accounts[Int(row)].address
      var place = index
      while place > 0, address < accounts[Int(order[place - 1])].address {
        order[place] = order[place - 1]
        place -= 1
      }
      order[place] = row
    }
  }

  /// Puts the slots' rows in order of account row and slot.
  private func sortSlots() {
    let (order, slots) = (workspace.order, workspace.slots)
    for row in 0..<slotCount { order[row] = Int32(truncatingIfNeeded: row) }
    func isBefore(_ a: Int32, _ b: Int32) -> Bool {
      let (x, y) = (slots[Int(a)], slots[Int(b)])
      return x.account != y.account ? x.account < y.account : x.slot < y.slot
    }
    if slotCount > 40 {
      let sorted = (0..<slotCount).map { order[$0] }.sorted(by: isBefore)
      for index in 0..<slotCount { order[index] = sorted[index] }
      return
    }
    for index in 1..<max(1, slotCount) {
      let row = order[index]
      var place = index
      while place > 0, isBefore(row, order[place - 1]) {
        order[place] = order[place - 1]
        place -= 1
      }
      order[place] = row
    }
  }
}

/// Finds each account's stretch among the sorted slots.
private struct SlotCursor {
  let workspace: PathWorkspace
  let count: Int

  /// The slots of an account, in order.
  mutating func slots(of account: Int) -> LazyMapSequence<Range<Int>, Int> {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if Int(slotAccount(middle)) < account { low = middle + 1 } else { high = middle }
    }
    var end = low
    while end < count, Int(slotAccount(end)) == account { end += 1 }
    let order = workspace.order
    return (low..<end).lazy.map { Int(order[$0]) }
  }

  private func slotAccount(_ place: Int) -> Int32 { workspace.slots[Int(workspace.order[place])].account }
}

extension TransactionCall {
  /// What the sender pays before execution, wrapping.
  var upfrontCost: UInt256 { UInt256(gasLimit) &* gasPrice &+ blobFee }

  /// An upper bound of the gas taken before execution, no more than there is.
  func gasBeforeStart(_ environment: BlockEnvironment) -> UInt64 {
    min(gasLimit, UInt64(max(0, intrinsicGas(environment))))
  }

  /// A lower bound of the gas there is when execution starts.
  func gasAtStart(_ environment: BlockEnvironment) -> Int {
    max(0, Int(min(gasLimit, 1 << 40)) - intrinsicGas(environment))
  }

  /// An upper bound of the gas taken before execution.
  private func intrinsicGas(_ environment: BlockEnvironment) -> Int {
    var gas = 21_000 + (to == nil ? 32_000 + 2 * ((data.count + 31) / 32) : 0)
    let zeros = data.count(where: { $0 == 0 })
    let perByte = environment.fork >= .istanbul ? 16 : 68
    gas += 4 * zeros + perByte * (data.count - zeros)
    return gas + 2400 * accessListAddresses + 1900 * accessListSlots + 25_000 * authorizations.count
  }
}
