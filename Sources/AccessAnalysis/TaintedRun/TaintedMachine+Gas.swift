import EVM
import EVMBytecode
import EthereumTypes

/// Prices that depend on state, and what follows from them.
///
/// Only SSTORE has such a price (EXP's exponents and all sizes are decided; what is warm follows from the keys).
/// For each one that is not fixed the run notes by how much it can differ. A frame that ends with more gas left
/// than all of them together could not have run out of gas in any state; otherwise, unless running out of gas fails
/// the transaction as a whole, so many of the prices are fixed that it could not. The values that GAS pushes carry
/// the taints of the prices paid so far.
extension TaintedMachine {
  // MARK: SSTORE

  /// The least, the middle and the greatest price of SSTORE for a warm slot.
  private var storePrices: (noop: Int64, reset: Int64, set: Int64) {
    switch rules.storagePricing {
    case .flat: (5000, 5000, 20000)
    case .eip1283: (200, 5000, 20000)
    case .eip2200: (800, 5000, 20000)
    case .eip2929, .eip3529: (100, 2900, 20000)
    case .eip8037: (100, 2900, 2900)
    }
  }

  /// SSTORE; key and value are at the top of the stack.
  mutating func storeSlot(_ s: StackWindow) -> FrameExit? {
    if f.isStatic { return .failed }
    let key = s[f.height - 1]
    let value = s[f.height - 2]
    let valueTaint = world.taints.plain(s.taint(f.height - 2))
    decide(s.taint(f.height - 1))
    if rules.storagePricing != .flat && rules.storagePricing != .eip1283 {
      // EIP-2200: not with the stipend alone.
      if f.gas <= 2300 {
        fixPricesIfMoreGasCouldHelp()
        return .failed
      }
      requireGas(atLeast: 2301)
    }
    let row = world.slot(f.account, key)
    let slot = world.slots[row]
    let price = storePrice(slot, value)
    if rules.hasWarmth, world.warm(slot: row) { f.gas -= rules.coldSlotSurcharge + 100 }
    f.gas -= price
    notePrice(price, slot, value, valueTaint)
    if f.gas < 0 { return .outOfGas }
    refund += storeRefund(slot, value)
    world.store(row, value, valueTaint)
    return nil
  }

  private func storePrice(_ slot: TaintedSlot, _ value: UInt256) -> Int64 {
    let prices = storePrices
    if rules.storagePricing == .flat {
      return slot.current.isZero && !value.isZero ? prices.set : prices.reset
    }
    if slot.current == value || slot.current != slot.original { return prices.noop }
    return slot.original.isZero ? prices.set : prices.reset
  }

  private func storeRefund(_ slot: TaintedSlot, _ value: UInt256) -> Int64 {
    let prices = storePrices
    let clearing: Int64 = rules.storagePricing == .eip3529 ? 4800 : 15000
    if rules.storagePricing == .flat { return !slot.current.isZero && value.isZero ? clearing : 0 }
    if slot.current == value { return 0 }
    if slot.current == slot.original { return !slot.original.isZero && value.isZero ? clearing : 0 }
    var refund: Int64 = 0
    if !slot.original.isZero {
      if slot.current.isZero { refund -= clearing }
      if value.isZero { refund += clearing }
    }
    if slot.original == value {
      refund += (slot.original.isZero ? prices.set : prices.reset) - prices.noop
    }
    return refund
  }

  /// Notes how far the price of this SSTORE can be off.
  private mutating func notePrice(
    _ price: Int64, _ slot: TaintedSlot, _ value: UInt256, _ valueTaint: Taint
  ) {
    var taint = world.taints.union(slot.taint, valueTaint)
    if rules.storagePricing != .flat { taint = world.taints.union(taint, slot.originalTaint) }
    if taint.isNone || world.taints.isFixed(taint) { return }
    let bounds = storePrices
    // A zero that is known cannot set a slot that was zero.
    let greatest = valueTaint.isNone && value.isZero ? bounds.reset : bounds.set
    let more = greatest - price
    let less = price - bounds.noop
    if more == 0 && less == 0 { return }
    guard prices.count < Self.maximumPrices else { return world.taints.fix(taint) }
    prices.append(
      UncertainPrice(taint: taint, more: more, less: less, moreSoFar: moreSoFar(prices.count) + more))
    f.gasTaint = world.taints.union(f.gasTaint, taint)
  }

  /// Beyond these, prices and readings are conditions at once: whoever needs more is out to waste our time.
  private static var maximumPrices: Int { 4096 }
  private static var maximumReadings: Int { 1 << 16 }

  // MARK: Bounds

  /// The sum of `more` of the first `count` prices.
  private func moreSoFar(_ count: Int) -> Int64 { count > 0 ? prices[count - 1].moreSoFar : 0 }

  /// An upper bound of how much less gas this frame could have left.
  var possibleLoss: Int64 { moreSoFar(prices.count) - moreSoFar(f.firstPrice) }

  /// Makes sure that the frame has at least `needed` gas here in every state, or else fails with the transaction.
  mutating func requireGas(atLeast needed: Int64) {
    if f.gas - possibleLoss >= needed { return }
    if failureOfCurrentFrameFailsTransaction() { return }
    guard spend((prices.count - f.firstPrice) >> 1) else { return }
    while true {
      var loss: Int64 = 0
      var worst = -1
      for index in f.firstPrice..<prices.count where !world.taints.isFixed(prices[index].taint) {
        loss += prices[index].more
        if worst < 0 || prices[index].more > prices[worst].more { worst = index }
      }
      if worst < 0 || f.gas - loss >= needed { return }
      // Few prices are ever open at once; with many, one after the other would take too long.
      if prices.count - f.firstPrice > 256 { return fixPrices() }
      world.taints.fix(prices[worst].taint)
    }
  }

  /// Fixes every price that bears on this frame's gas.
  mutating func fixPrices() {
    guard spend((prices.count - f.firstPrice) >> 2) else { return }
    for index in f.firstPrice..<prices.count { world.taints.fix(prices[index].taint) }
  }

  /// The frame fails for lack of gas. With less gas it would fail all the more, with more it might not.
  mutating func fixPricesIfMoreGasCouldHelp() {
    for index in f.firstPrice..<prices.count where prices[index].less > 0 {
      world.taints.fix(prices[index].taint)
    }
  }

  // MARK: GAS

  /// The taint of a result of GAS here.
  mutating func readGas() -> Taint {
    if prices.count == f.firstPrice || f.gasTaint.isNone { return .none }
    if world.taints.isFixed(f.gasTaint) {
      f.gasTaint = .none
      return .none
    }
    guard gasReadings.count < Self.maximumReadings else {
      world.taints.fix(f.gasTaint)
      return .none
    }
    gasReadings.append(GasReading(frame: f.serial, priceCount: prices.count))
    return world.taints.gas(f.gasTaint, reading: gasReadings.count - 1)
  }

  /// Whether a taint marks an untouched result of GAS in this frame since which no uncertain price was paid: then
  /// it is above the gas left now in every state.
  func isCurrentGas(_ taint: Taint) -> Bool {
    guard let index = world.taints.gasReading(taint) else { return false }
    return gasReadings[index].frame == f.serial && gasReadings[index].priceCount == prices.count
  }
}
