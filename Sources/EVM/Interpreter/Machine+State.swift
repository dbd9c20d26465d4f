import EVMPrecompiles
import EVMState
import EthereumTypes

extension Machine {
  /// Charges the surcharge of a cold account (EIP-2929); precompiles are always warm.
  @inline(__always)
  mutating func payForAccount(_ account: Journal.AccountHandle, _ gas: Int64) -> Int64 {
    guard rules.hasWarmth, journal.warm(account), !isPrecompile(account) else { return gas }
    return gas &- rules.coldAccountSurcharge
  }

  private func isPrecompile(_ account: Journal.AccountHandle) -> Bool {
    precompiles.precompile(at: journal.address(of: account)) != nil
  }

  mutating func balance(_ stack: StackPointer, _ gas: Int64) -> Int64 {
    let account = journal.handle(for: Address(truncating: stack[0]))
    let gas = payForAccount(account, gas)
    guard gas >= 0 else { return -1 }
    stack[0] = journal.balance(account)
    return gas
  }

  mutating func externalCodeSize(_ stack: StackPointer, _ gas: Int64) -> Int64 {
    let account = journal.handle(for: Address(truncating: stack[0]))
    let gas = payForAccount(account, gas)
    guard gas >= 0 else { return -1 }
    stack[0] = UInt256(code(of: account).count)
    return gas
  }

  /// EXTCODEHASH (EIP-1052).
  mutating func externalCodeHash(_ stack: StackPointer, _ gas: Int64) -> Int64 {
    let account = journal.handle(for: Address(truncating: stack[0]))
    let gas = payForAccount(account, gas)
    guard gas >= 0 else { return -1 }
    let isDead = journal.isDead(account)
    stack[0] = isDead ? .zero : journal.codeHash(account).word
    return gas
  }

  mutating func blockHash(_ number: UInt256) -> UInt256 {
    guard number.fitsUInt64, number.l0 < block.number, block.number &- number.l0 <= 256 else { return .zero }
    return journal.blockHash(number.l0).word
  }

  mutating func loadStorage(_ stack: StackPointer, _ gas: Int64) -> Int64 {
    let slot = journal.slot(context.account, stack[0])
    var gas = gas
    if rules.hasWarmth, journal.warm(slot) {
      gas &-= rules.coldSlotSurcharge
      guard gas >= 0 else { return -1 }
    }
    stack[0] = journal.value(slot)
    return gas
  }

  mutating func storeStorage(_ stack: StackPointer, _ gas: Int64) -> Int64 {
    let frame = context
    guard !frame.isStatic else { return violatesStatic() }
    // EIP-2200: the stipend of a value call must never suffice for a write.
    if rules.storagePricing != .flat, rules.storagePricing != .eip1283, gas <= 2300 { return -1 }
    let slot = journal.slot(frame.account, stack[0])
    var gas = gas
    if rules.hasWarmth, journal.warm(slot) {
      gas &-= 2100
      guard gas >= 0 else { return -1 }
    }
    let new = stack[1]
    let current = journal.value(slot)
    let price = StorageWrite(
      original: journal.originalValue(slot), current: current, new: new, pricing: rules.storagePricing)
    gas &-= price.gas
    guard gas >= 0 else { return -1 }
    if rules.hasStateGas, !payForSlot(slot, from: current, to: new, &gas) { return -1 }
    refund &+= price.refund
    if new != current { journal.store(slot, new) }
    return gas
  }

  mutating func loadTransient(_ stack: StackPointer) {
    stack[0] = journal.transientValue(context.account, stack[0])
  }

  /// TSTORE (EIP-1153); false in a static call.
  mutating func storeTransient(_ stack: StackPointer) -> Bool {
    let frame = context
    guard !frame.isStatic else {
      haltReason = .staticViolation
      return false
    }
    journal.storeTransient(frame.account, stack[0], stack[1])
    return true
  }

  /// SELFDESTRUCT, before and after EIP-6780.
  mutating func selfDestruct(_ stack: StackPointer, _ gas: Int64) -> Int64 {
    let frame = context
    guard !frame.isStatic else { return violatesStatic() }
    var gas = gas
    let beneficiary = journal.handle(for: Address(truncating: stack[0]))
    if rules.hasWarmth, journal.warm(beneficiary), !isPrecompile(beneficiary) {
      // Unlike for other instructions, nothing of the warm price is in the constant part.
      gas &-= rules.coldAccountSurcharge &+ 100
      guard gas >= 0 else { return -1 }
    }
    let balance = journal.balance(frame.account)
    if rules.hasStateGas {
      let paysNewAccount = journal.isDead(beneficiary) && !balance.isZero
      if paysNewAccount, !stateGas.charge(bytes: StateGas.accountBytes, &gas) { return -1 }
    } else if rules.selfDestructPaysNewAccount {
      let paysNewAccount =
        rules.removesEmptyAccounts
        ? !balance.isZero && journal.isDead(beneficiary) : !journal.exists(beneficiary)
      if paysNewAccount { gas &-= 25_000 }
      guard gas >= 0 else { return -1 }
    }
    let isRemoved = !rules.selfDestructKeepsOldContracts || journal.isCreatedHere(frame.account)
    if isRemoved, !journal.isDestroyed(frame.account) { refund &+= rules.selfDestructRefund }
    if frame.account != beneficiary {
      journal.credit(beneficiary, balance)
      journal.setBalance(frame.account, .zero)
      logTransfer(balance, from: frame.account, to: beneficiary)
    } else if isRemoved {
      // Sent to itself and then removed: the balance is burnt.
      journal.setBalance(frame.account, .zero)
      logBurn(balance, of: frame.account)
    }
    if isRemoved { journal.destroy(frame.account) }
    return gas
  }
}

/// What one SSTORE costs and gives back, without the surcharge of a cold slot.
struct StorageWrite {
  let gas: Int64
  let refund: Int64

  init(original: UInt256, current: UInt256, new: UInt256, pricing: StoragePricing) {
    switch pricing {
    case .flat:
      gas = current.isZero && !new.isZero ? 20_000 : 5000
      refund = !current.isZero && new.isZero ? 15_000 : 0
    case .eip1283: (gas, refund) = Self.net(original, current, new, noop: 200, update: 5000, clearing: 15_000)
    case .eip2200: (gas, refund) = Self.net(original, current, new, noop: 800, update: 5000, clearing: 15_000)
    case .eip2929: (gas, refund) = Self.net(original, current, new, noop: 100, update: 2900, clearing: 15_000)
    case .eip3529: (gas, refund) = Self.net(original, current, new, noop: 100, update: 2900, clearing: 4800)
    case .eip8037:
      (gas, refund) = Self.net(original, current, new, noop: 100, set: 2900, update: 2900, clearing: 4800)
    }
  }

  /// Net gas metering (EIP-1283 and its successors differ in numbers only).
  ///
  /// - Parameters:
  ///   - noop: the price of a write that changes nothing, or the same slot again.
  ///   - set: the price of the first change of a slot that was zero.
  ///   - update: the price of the first change of a slot that was not zero.
  ///   - clearing: the refund for a slot that ends up zero.
  private static func net(
    _ original: UInt256, _ current: UInt256, _ new: UInt256, noop: Int64, set: Int64 = 20_000,
    update: Int64, clearing: Int64
  ) -> (Int64, Int64) {
    if current == new { return (noop, 0) }
    if current == original {
      if original.isZero { return (set, 0) }
      return (update, new.isZero ? clearing : 0)
    }
    var refund: Int64 = 0
    if !original.isZero {
      if current.isZero { refund -= clearing }
      if new.isZero { refund += clearing }
    }
    if original == new { refund += (original.isZero ? set : update) - noop }
    return (noop, refund)
  }
}
