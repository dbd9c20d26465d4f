import EVM
import EVMBytecode
import EthereumTypes

/// What is known of values that come from GAS: bounds.
extension Binder {
  /// Bounds of a value; `slope` says by how much the lower one moves at most when the gas at the start does by one.
  struct GasRange {
    var low: Int
    var high: Int
    var slope: Double
  }

  /// Bounds of an expression over GAS and known words; nil where there are none.
  func gasRange(_ value: Value, depth: Int = 8) -> GasRange? {
    guard !value.isKnown else {
      guard value.word.fitsUInt64, value.word.l0 < 1 << 40 else { return nil }
      // What it is decides.
      if value.trace != 0 { symbols.recorder?.decide(value) }
      return GasRange(low: Int(value.word.l0), high: Int(value.word.l0), slope: 0)
    }
    let symbol = symbols[value.symbol]
    if symbol.isKnown { return gasRange(symbols.settled(value), depth: depth) }
    if symbol.kind == .unknowable {
      return GasRange(
        low: Int(min(symbol.a.word.clampedToUInt64, 1 << 40)), high: Int(min(call.gasLimit, 1 << 40)),
        slope: 1)
    }
    guard symbol.kind == .operation, depth > 0 else { return nil }
    switch symbol.op {
    case Opcode.add:
      // Adding a negative constant is how `gas() - k` is kept.
      if let (rest, less) = subtracted(symbol), let range = gasRange(rest, depth: depth - 1) {
        guard range.low >= less else { return nil }
        return GasRange(low: range.low - less, high: range.high - less, slope: range.slope)
      }
      guard let (a, b) = ranges(symbol, depth) else { return nil }
      return GasRange(low: a.low + b.low, high: a.high + b.high, slope: a.slope + b.slope)
    case Opcode.sub:
      guard let (a, b) = ranges(symbol, depth), b.slope == 0, a.low >= b.high else { return nil }
      return GasRange(low: a.low - b.high, high: a.high - b.low, slope: a.slope)
    case Opcode.mul:
      guard let (a, b) = ranges(symbol, depth), a.slope == 0 || b.slope == 0,
        a.high < 1 << 20 || b.high < 1 << 20
      else { return nil }
      return GasRange(
        low: a.low * b.low, high: a.high * b.high,
        slope: a.slope * Double(b.high) + b.slope * Double(a.high))
    case Opcode.div:
      guard let (a, b) = ranges(symbol, depth), b.slope == 0, b.low == b.high, b.low > 0 else { return nil }
      return GasRange(low: a.low / b.low, high: a.high / b.low, slope: a.slope / Double(b.low))
    case Opcode.shr:
      guard let (a, b) = ranges(symbol, depth), a.slope == 0, a.low == a.high, a.low < 40 else { return nil }
      return GasRange(low: b.low >> a.low, high: b.high >> a.low, slope: b.slope / Double(1 << a.low))
    default: return nil
    }
  }

  private func ranges(_ symbol: Symbol, _ depth: Int) -> (GasRange, GasRange)? {
    guard let a = gasRange(symbol.a, depth: depth - 1), let b = gasRange(symbol.b, depth: depth - 1) else {
      return nil
    }
    return (a, b)
  }

  private func subtracted(_ symbol: Symbol) -> (rest: Value, less: Int)? {
    for (known, rest) in [(symbol.a, symbol.b), (symbol.b, symbol.a)] where known.isKnown && !rest.isKnown {
      let less = known.word.negated
      guard less.fitsUInt64, less.l0 < 1 << 40, known.trace == 0 else { continue }
      return (rest, Int(less.l0))
    }
    return nil
  }

  /// Whether a comparison with gas is zero, where bounds decide it: code that only makes sure of having enough.
  func isZeroByGas(_ value: Value) -> Bool? {
    var symbol = symbols[value.symbol]
    var negated = false
    while symbol.kind == .operation, symbol.op == Opcode.iszero, !symbol.a.isKnown {
      negated.toggle()
      symbol = symbols[symbol.a.symbol]
    }
    guard symbol.kind == .operation, symbol.op == Opcode.lt || symbol.op == Opcode.gt,
      let a = gasRange(symbol.a), let b = gasRange(symbol.b)
    else { return nil }
    let (smaller, larger) = symbol.op == Opcode.lt ? (a, b) : (b, a)
    // `smaller < larger` holds, or does not, whatever the gas is.
    let holds: Bool
    let slack: Int
    if smaller.high < larger.low, smaller.slope == 0 {
      (holds, slack) = (true, larger.low - smaller.high - 1)
    } else if smaller.low >= larger.high, larger.slope == 0 {
      (holds, slack) = (false, smaller.low - larger.high)
    } else {
      return nil
    }
    symbols.recorder?.needsGas(slack: smaller.slope + larger.slope > 1 ? 0 : slack)
    return holds == negated
  }

  // MARK: Prices

  /// What SSTORE costs at most for a slot that is warm (EIP-2200, EIP-2929). Only setting what was zero before the
  /// transaction costs 20,000, and only the first of several changes costs more than a load.
  mutating func storePrice(_ row: Int, _ value: Value) throws(FallbackReason) -> Int {
    let set = 20_000
    guard provesGasByValues else { return set }
    let slot = table.slots[row]
    let (load, reset) = environment.fork >= .berlin ? (100, 2_900) : (800, 5_000)
    guard environment.fork >= .istanbul else {
      // Before EIP-1283 it is the value now that counts.
      return try isZero(slot.current) ? set : reset
    }
    let wasZero = try isZero(slot.original)
    if wasZero { _ = try forced(slot.original) }
    let change = symbols.operation(Opcode.sub, value, slot.current, .zero)
    if let change = symbols.derived(change), decidedZeroness(change).isKnownZero { return load }
    if slot.isWritten, try isChanged(slot) { return load }
    return wasZero ? set : reset
  }

  /// Whether a slot holds another value than before the transaction; false where that hangs on the gas.
  private mutating func isChanged(_ slot: SlotRow) throws(FallbackReason) -> Bool {
    let gain = symbols.operation(Opcode.sub, slot.current, slot.original, .zero)
    if let gain = symbols.derived(gain) { return !decidedZeroness(gain).isKnownZero }
    let loss = symbols.operation(Opcode.sub, slot.original, slot.current, .zero)
    return try !unlessByGas(isZero: loss, true)
  }

  /// What the bytes of an exponent cost at most: hardly any is longer than one.
  mutating func exponentPrice(_ exponent: Value) throws(FallbackReason) -> Int {
    let short = GasBound.exponent(1)
    if exponent.isKnown || provesGasByValues {
      let rest = symbols.operation(Opcode.shr, Value(8), exponent, .zero)
      if try unlessByGas(isZero: rest, false) { return short }
    }
    let long = GasBound.exponent(32)
    frame.gasSpared += long - short
    return long
  }

  /// Whether a call of value pays for a new account at most, where no code runs (EIP-161).
  mutating func mayBeNew(_ row: Int, _ op: UInt8) throws(FallbackReason) -> Bool {
    guard op == Opcode.call else { return false }
    let account = table.accounts[row]
    guard provesGasByValues, environment.fork >= .spuriousDragon, account.newCode == nil,
      !account.flags.contains(.created)
    else { return true }
    // Without code nothing is taken from it, so what was alive before is so now.
    return try isZero(symbols.add(Symbol(.codeHash, Value(account.address.word), Value(UInt256(row)))))
  }

  /// Whether a value is zero; `otherwise` where it hangs on the gas.
  private mutating func unlessByGas(
    isZero value: Value, _ otherwise: Bool
  ) throws(FallbackReason) -> Bool {
    do throws(FallbackReason) {
      return try isZero(value)
    } catch {
      if error == .gasDependentValue { return otherwise }
      throw error
    }
  }
}
