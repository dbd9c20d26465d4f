import EVMBytecode
import EthereumTypes

/// What a binding notes while it goes on, to tell at the end which slots are only added to.
struct Observations {
  /// Values that show in the outcome: in logs, in prices, in amounts.
  var shown: [Value] = []
  /// What was stored in which slot row, reverted or not: each store has its price.
  var stores: [(row: Int, value: Value)] = []
  /// Values that are taken to be zero, or not to be: otherwise the transaction fails.
  var assumed: [(value: Value, isZero: Bool)] = []

  mutating func removeAll() {
    shown.removeAll(keepingCapacity: true)
    stores.removeAll(keepingCapacity: true)
    assumed.removeAll(keepingCapacity: true)
  }
}

/// A slot that is only added to, during binding. Its bounds are known words, expressions of the path where one is
/// recorded.
struct SlotIncrement {
  var row: Int
  var delta: Value
  var low: Value
  var high: Value
}

extension Binder {
  /// Notes that a value shows in the outcome.
  mutating func show(_ value: Value) {
    if !value.isKnown { observations.shown.append(value) }
  }

  /// Notes that the bytes of a text show in the outcome.
  mutating func show(_ text: borrowing Text, _ range: Range<Int>) {
    for piece in text.pieces where piece.offset < range.upperBound && piece.end > range.lowerBound {
      observations.shown.append(Value(symbol: piece.symbol))
    }
  }

  /// The slots that the transaction only adds to.
  ///
  /// The value before must flow into nothing but sums that are stored in the slot again, and into requirements that
  /// hold between two bounds. What the stores cost must not hang on it either: so neither it nor any sum may be zero.
  mutating func findIncrements() throws(FallbackReason) -> [SlotIncrement] {
    guard outcome == .succeeded else { return [] }
    var found: [SlotIncrement] = []
    var roots: [Int: UInt32] = [:]
    for (index, row) in table.slots.enumerated() where row.isWritten && !row.original.isKnown {
      let root = row.original.symbol
      guard symbols[root].kind == .storage, !symbols[root].isKnown,
        let delta = try sum(row.current, of: root), !delta.word.isZero
      else { continue }
      roots[index] = root
      found.append(
        SlotIncrement(row: index, delta: delta, low: Value(.one), high: Value(.max)))
    }
    guard !found.isEmpty, found.count <= 64 else { return [] }
    // Everything that is left out of the following shows.
    var shown = observations.shown
    for account in table.accounts {
      shown += account.balance.creditSymbols.map { Value(symbol: $0) }
      shown += account.balance.debitSymbols.map { Value(symbol: $0) }
      shown += account.newCode?.pieces.map { Value(symbol: $0.symbol) } ?? []
    }
    for store in observations.stores {
      guard let root = roots[store.row], try sum(store.value, of: root) != nil else {
        shown.append(store.value)
        continue
      }
    }
    let leaves = try self.leaves(of: shown)
    found.removeAll { leaves.contains(roots[$0.row] ?? 0) }
    var result: [SlotIncrement] = []
    for var increment in found {
      guard let root = roots[increment.row], try bound(&increment, root) else { continue }
      let before = try look(at: Value(symbol: root))
      guard try !isLarger(increment.low, before), try !isLarger(before, increment.high) else { continue }
      result.append(increment)
    }
    return result
  }

  /// Narrows the bounds until prices and requirements hold between them; false where they cannot be told.
  private mutating func bound(_ increment: inout SlotIncrement, _ root: UInt32) throws(FallbackReason) -> Bool
  {
    for store in observations.stores where store.row == increment.row {
      guard let delta = try sum(store.value, of: root, &increment) else { return false }
      // Not zero afterwards: a cleared slot is refunded.
      guard try narrow(&increment, plus: delta, from: Value(.one), through: Value(.max)) else { return false }
    }
    for assumption in observations.assumed {
      guard try leaves(of: [assumption.value]).contains(root) else { continue }
      guard try require(assumption.value, isZero: assumption.isZero, &increment, root) else { return false }
    }
    return true
  }

  // MARK: Sums

  /// `d` where a value is the slot's value before plus `d`, a known word; nil where it is no such sum.
  private mutating func sum(_ value: Value, of root: UInt32) throws(FallbackReason) -> Value? {
    var unbounded = SlotIncrement(row: -1, delta: .zero, low: .zero, high: Value(.max))
    return try sum(value, of: root, &unbounded)
  }

  /// The same; narrows the bounds to where masks on the way change nothing.
  private mutating func sum(
    _ value: Value, of root: UInt32, _ increment: inout SlotIncrement, depth: Int = 16
  ) throws(FallbackReason) -> Value? {
    guard !value.isKnown, depth > 0 else { return nil }
    if value.symbol == root { return .zero }
    let symbol = symbols[value.symbol]
    guard symbol.kind == .operation else { return nil }
    let (a, b) = (symbols.derived(symbol.a), symbols.derived(symbol.b))
    switch symbol.op {
    case Opcode.add:
      if let b, let d = try sum(symbol.a, of: root, &increment, depth: depth - 1) {
        return symbols.operation(Opcode.add, d, b, .zero)
      }
      if let a, let d = try sum(symbol.b, of: root, &increment, depth: depth - 1) {
        return symbols.operation(Opcode.add, d, a, .zero)
      }
      return nil
    case Opcode.sub:
      guard let b, let d = try sum(symbol.a, of: root, &increment, depth: depth - 1) else { return nil }
      return symbols.operation(Opcode.sub, d, b, .zero)
    case Opcode.and:
      // Below the mask's end it changes nothing.
      guard let mask = a ?? b, mask.trace == 0, !mask.word.isZero, (mask.word & (mask.word &+ .one)).isZero,
        let d = try sum(a == nil ? symbol.a : symbol.b, of: root, &increment, depth: depth - 1),
        try narrow(&increment, plus: d, from: .zero, through: mask)
      else { return nil }
      return d
    default: return nil
    }
  }

  /// Narrows the bounds of a value to where it plus `delta` lies between two; false where nothing is left.
  private mutating func narrow(
    _ increment: inout SlotIncrement, plus delta: Value, from low: Value, through high: Value
  ) throws(FallbackReason) -> Bool {
    // Nobody asks yet.
    guard increment.row >= 0 else { return true }
    var low = symbols.operation(Opcode.sub, low, delta, .zero)
    var high = symbols.operation(Opcode.sub, high, delta, .zero)
    if try isLarger(low, high) {
      // The values that will do lie around zero: those on the side of the value now.
      let before = try look(at: table.slots[increment.row].original)
      if try isLarger(low, before) { low = .zero } else { high = Value(.max) }
    }
    if try isLarger(low, increment.low) { increment.low = low }
    if try isLarger(increment.high, high) { increment.high = high }
    return try !isLarger(increment.low, increment.high)
  }

  /// Whether a known word is larger than another; that it is, or is not, decides the path.
  private mutating func isLarger(_ a: Value, _ b: Value) throws(FallbackReason) -> Bool {
    try !isZero(symbols.operation(Opcode.gt, a, b, .zero))
  }

  // MARK: Requirements

  /// Narrows the bounds to where a requirement holds; false where it is none of the usual ones.
  private mutating func require(
    _ value: Value, isZero: Bool, _ increment: inout SlotIncrement, _ root: UInt32, depth: Int = 12
  ) throws(FallbackReason) -> Bool {
    guard !value.isKnown, depth > 0 else { return false }
    if let delta = try sum(value, of: root, &increment) {
      return isZero
        ? try narrow(&increment, plus: delta, from: .zero, through: .zero)
        : try narrow(&increment, plus: delta, from: Value(.one), through: Value(.max))
    }
    let symbol = symbols[value.symbol]
    guard symbol.kind == .operation else { return false }
    switch symbol.op {
    case Opcode.iszero: return try require(symbol.a, isZero: !isZero, &increment, root, depth: depth - 1)
    case Opcode.lt: return try compare(symbol.a, symbol.b, isLess: !isZero, &increment, root)
    case Opcode.gt: return try compare(symbol.b, symbol.a, isLess: !isZero, &increment, root)
    case Opcode.shr:
      // No bit above the lowest ones.
      guard isZero, let shift = symbols.derived(symbol.a), shift.trace == 0, shift.word.fitsUInt64,
        shift.word.l0 < 256,
        let delta = try sum(symbol.b, of: root, &increment)
      else { return false }
      let end = UInt256.one.shiftedLeft(shift.word.l0) &- .one
      return try narrow(&increment, plus: delta, from: .zero, through: Value(end))
    case Opcode.or where isZero, Opcode.and where !isZero && isTruth(symbol.a) && isTruth(symbol.b):
      // Both are zero; both are true.
      for part in [symbol.a, symbol.b] {
        guard try leaves(of: [part]).contains(root) else { continue }
        guard try require(part, isZero: isZero, &increment, root, depth: depth - 1) else { return false }
      }
      return true
    default: return false
    }
  }

  /// Whether a value is 0 or 1 by the way it is made.
  private func isTruth(_ value: Value) -> Bool {
    guard !value.isKnown else { return value.trace == 0 && value.word <= .one }
    let symbol = symbols[value.symbol]
    guard symbol.kind == .operation else { return false }
    return [Opcode.lt, Opcode.gt, Opcode.slt, Opcode.sgt, Opcode.eq, Opcode.iszero].contains(symbol.op)
  }

  /// Narrows the bounds to where `a < b` holds, or does not.
  private mutating func compare(
    _ a: Value, _ b: Value, isLess: Bool, _ increment: inout SlotIncrement, _ root: UInt32
  ) throws(FallbackReason) -> Bool {
    let (first, second) = (symbols.derived(a), symbols.derived(b))
    if let second, first == nil {
      guard let delta = try sum(a, of: root, &increment) else { return false }
      guard isLess else {
        return try narrow(&increment, plus: delta, from: second, through: Value(.max))
      }
      guard try !self.isZero(second) else { return false }
      let end = symbols.operation(Opcode.sub, second, Value(.one), .zero)
      return try narrow(&increment, plus: delta, from: .zero, through: end)
    }
    if let first, second == nil {
      guard let delta = try sum(b, of: root, &increment) else { return false }
      guard isLess else { return try narrow(&increment, plus: delta, from: .zero, through: first) }
      let start = symbols.operation(Opcode.add, first, Value(.one), .zero)
      guard try !self.isZero(start) else { return false }
      return try narrow(&increment, plus: delta, from: start, through: Value(.max))
    }
    // Overflow checks: u < u + e holds up to where the sum overflows, at −e.
    guard let p = try sum(a, of: root, &increment), let q = try sum(b, of: root, &increment) else {
      return false
    }
    let e = symbols.operation(Opcode.sub, q, p, .zero)
    if try self.isZero(e) { return !isLess }
    let end = symbols.operation(Opcode.sub, .zero, e, .zero)
    guard isLess else { return try narrow(&increment, plus: p, from: end, through: Value(.max)) }
    let last = symbols.operation(Opcode.sub, end, Value(.one), .zero)
    return try narrow(&increment, plus: p, from: .zero, through: last)
  }

  // MARK: Leaves

  /// The symbols of the state's values that others are made from.
  private mutating func leaves(of values: [Value]) throws(FallbackReason) -> Set<UInt32> {
    var open = values.filter { !$0.isKnown }.map(\.symbol)
    var seen = Set(open)
    var leaves: Set<UInt32> = []
    func add(_ symbol: UInt32) {
      if symbol != 0, seen.insert(symbol).inserted { open.append(symbol) }
    }
    while let top = open.popLast() {
      try spend(4)
      let symbol = symbols[top]
      if symbol.isKnown { continue }
      switch symbol.kind {
      case .operation:
        add(symbol.a.symbol)
        add(symbol.b.symbol)
        add(symbol.c.symbol)
      case .bytes, .keccak, .precompile, .ecrecover:
        add(symbol.a.symbol)
        for piece in symbols.texts[Int(symbol.text)].pieces { add(piece.symbol) }
      case .storage: leaves.insert(top)
      case .balance, .codeSize, .codeHash, .unknowable: break
      }
    }
    return leaves
  }
}
