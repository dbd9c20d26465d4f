import EVM
import EVMState
import EthereumTypes

extension TaintedMachine {
  /// The accesses of every run that this one speaks for, and what that hangs on.
  mutating func prediction() -> Prediction {
    var reads: [Location] = []
    var writes: [Location] = []
    var adds: [Location] = []
    for row in 0..<world.accounts.count where world.accounts[row].flags.contains(.loaded) {
      collect(world.accounts[row], &reads, &writes, &adds)
    }
    fixRestoredSlots()
    for row in 0..<world.slots.count where world.slots[row].isLoaded {
      let slot = world.slots[row]
      let account = world.accounts[Int(slot.account)]
      let location = Location.storage(account.address, slot.key)
      let isFixed = world.taints.isFixed(slot.taint) && world.taints.isFixed(slot.originalTaint)
      let isUnchanged = !slot.isWritten || (isFixed && slot.current == slot.original)
      // Nothing of a new account's storage is in the state, and nothing of a removed one's stays in it; but where the
      // transaction fails there is no such account.
      if account.flags.contains(.created), isUnchanged || account.flags.contains(.destroyed) {
        if mayFail { reads.append(location) }
        continue
      }
      reads.append(location)
      if !isUnchanged && !account.flags.contains(.destroyed) { writes.append(location) }
    }
    var conditions: [Condition] = []
    for index in 0..<world.taints.fixedLocations.count {
      conditions.append(world.condition(world.taints.fixedLocations[index]))
    }
    reads += conditions.lazy.map(\.location)
    conditions += lives(conditions)
    Condition.merge(&conditions)
    var prediction = Prediction(
      trust: conditions.isEmpty ? .certain : .conditional,
      access: AccessSet(reads: reads, writes: writes, adds: adds), conditions: conditions)
    prediction.foreseen = foreseen
    return prediction
  }

  /// That accounts which are credited live, where that may change (see `Account.mayDie`).
  private func lives(_ conditions: [Condition]) -> [Condition] {
    var result: [Condition] = []
    for row in 0..<world.accounts.count where world.accounts[row].flags.contains(.loaded) {
      let account = world.accounts[row]
      guard account.address != origin, account.flags.isDisjoint(with: [.created, .destroyed]),
        account.balance != account.original.balance,
        account.original.mayDie(isCodeFixed: conditions.contains { $0.location == .code(account.address) })
      else { continue }
      result.append(Condition(.liveness(account.address), is: .one))
    }
    return result
  }

  /// Slots that were written but hold their old value again, such as a lock: where nothing but the old value itself
  /// decides that, one condition more takes the write out of the prediction.
  private mutating func fixRestoredSlots() {
    for row in 0..<world.slots.count {
      let slot = world.slots[row]
      guard slot.isWritten, slot.current == slot.original, !slot.originalTaint.isNone else { continue }
      if world.taints.isFixed(slot.taint, but: slot.originalTaint) { world.taints.fix(slot.originalTaint) }
    }
  }

  private func collect(
    _ account: TaintedAccount, _ reads: inout [Location], _ writes: inout [Location], _ adds: inout [Location]
  ) {
    let address = account.address
    let flags = account.flags
    if flags.contains(.balanceRead) { reads.append(.balance(address)) }
    if flags.contains(.nonceRead) { reads.append(.nonce(address)) }
    if flags.contains(.codeRead) { reads.append(.code(address)) }
    if flags.contains(.livenessRead) { reads.append(.liveness(address)) }
    if address == origin {
      // The fee changes the sender's balance even where it comes out at the same value here.
      writes.append(.balance(address))
    } else if flags.contains(.destroyed) {
      // Its balance was read when it was given away.
      if !account.original.balance.isZero { writes.append(.balance(address)) }
    } else if account.balance != account.original.balance {
      if flags.contains(.balanceRead) {
        writes.append(.balance(address))
      } else {
        adds.append(.balance(address))
      }
    }
    let isRemoved = flags.contains(.destroyed)
    let nonce = isRemoved ? 0 : account.nonce
    let codeHash = isRemoved ? Hash32.emptyCode : account.codeHash
    let isEmpty =
      isRemoved || !flags.contains(.exists)
      || (account.nonce == 0 && account.balance.isZero && account.codeHash == .emptyCode)
    if nonce != account.original.nonce || address == origin { writes.append(.nonce(address)) }
    if codeHash != account.original.codeHash { writes.append(.code(address)) }
    // A new contract may have been given a balance in advance, or not.
    if isEmpty != account.original.isEmpty || (flags.contains(.created) && !isEmpty) {
      writes.append(.liveness(address))
    }
  }
}
