import EVM
import EVMBytecode
import EVMState
import EthereumTypes

extension PathRunner {
  /// What the transaction leaves behind, where the path says; nil where it does not.
  ///
  /// To be called after `prediction`.
  ///
  /// - Parameter register: where the first result goes that was not worked out before.
  mutating func effects(
    _ trace: borrowing PathTrace, from register: Int
  ) throws(StateReadError) -> PredictedEffects? {
    guard trace.hasEffects else { return nil }
    try evaluateRest(trace, from: register)
    return try effects(trace, trace.end)
  }

  private mutating func effects(
    _ trace: borrowing PathTrace, _ end: PathTraceEnd
  ) throws(StateReadError) -> PredictedEffects? {
    let execution = try gas(trace, end.effects)
    var effects = PredictedEffects()
    effects.isDoubtful =
      end.effects.isVague || end.effects.succeeds && call.isShort(ofGas: execution, gasAtStart: gasAtStart)
    effects.slots.reserveCapacity(end.effects.slots.count)
    effects.accounts.reserveCapacity(4)
    for row in 0..<accountCount {
      let use = end.ending.accounts[row]
      var change = PredictedEffects.AccountChange(address: workspace.accounts[row].address)
      change.gain = get(use.credit, trace) &- get(use.debit, trace)
      if row == 0 {
        if use.flags.contains(.nonceWritten) { change.nonce = call.nonce &+ 1 }
        change.gain = change.gain &+ call.refund(execution, gasAtStart: gasAtStart)
      }
      change.isRemoved = use.flags.contains(.removed)
      for index in end.effects.amounts.indices where Int(end.effects.amounts[index].row) == row {
        let amount = end.effects.amounts[index]
        let word = get(amount.value, trace)
        change.gain = amount.isDebit ? change.gain &- word : change.gain &+ word
      }
      if change.changesAnything { effects.accounts.append(change) }
    }
    creditCoinbase(&effects)
    for index in end.effects.slots.indices {
      let slot = end.effects.slots[index]
      let key = workspace.slots[Int(slot.row)]
      effects.slots.append(
        (
          SlotKey(address: workspace.accounts[Int(key.account)].address, slot: key.slot),
          get(slot.value, trace)
        ))
    }
    return effects
  }

  /// Gas used by execution, about.
  private func gas(
    _ trace: borrowing PathTrace, _ noted: PathEffects
  ) throws(StateReadError) -> Int {
    var gas = noted.gas
    for index in noted.births.indices {
      if let account = try account(Int(noted.births[index])), !account.isEmpty {
        gas -= Observations.birthPrice
      }
    }
    for index in noted.prices.indices {
      let price = noted.prices[index]
      gas -= StorePrice.spared(
        Int(price.price), get(price.original, trace), get(price.current, trace), get(price.new, trace),
        environment.fork)
    }
    return gas
  }

  /// How much it gets is left out but for that it is something.
  private func creditCoinbase(_ effects: inout PredictedEffects) {
    guard call.paysCoinbase(environment) else { return }
    let coinbase = environment.coinbase
    if let index = effects.accounts.firstIndex(where: { $0.address == coinbase }) {
      effects.accounts[index].gain = effects.accounts[index].gain &+ .one
    } else {
      var change = PredictedEffects.AccountChange(address: coinbase)
      change.gain = .one
      effects.accounts.append(change)
    }
  }

  private func get(_ operand: PathOperand, _ trace: borrowing PathTrace) -> UInt256 {
    operand == PathEnding.none ? .zero : get(Int16(truncatingIfNeeded: operand), trace)
  }

  private mutating func evaluateRest(
    _ trace: borrowing PathTrace, from first: Int
  ) throws(StateReadError) {
    var register = first
    for index in Int(trace.mainCount)..<Int(trace.instructionCount) {
      let step = trace.instruction(index)
      workspace.registers[register] =
        step.op < Opcode.keccak256
        ? WordOperation.evaluate(step.op, get(step.a, trace), get(step.b, trace), get(step.c, trace))
        : try query(step, trace)
      register &+= 1
    }
  }
}
