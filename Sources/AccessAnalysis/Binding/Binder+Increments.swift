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
  /// What stores may have cost less than they were counted with, where somebody wants to know.
  var prices: [StorePrice] = []
  /// Accounts that were sent something and have no code: it costs `birthPrice` less where they are alive.
  var births: [Int] = []
  static let birthPrice = 25_000
  /// Whether a frame that somebody survived burnt all the gas it was given, which hangs on how much there was.
  var hasBurntGas = false
  /// Whether something was taken to succeed of which only a run can tell.
  var hasGuessed = false

  mutating func removeAll() {
    prices.removeAll(keepingCapacity: true)
    births.removeAll(keepingCapacity: true)
    hasBurntGas = false
    hasGuessed = false
    shown.removeAll(keepingCapacity: true)
    stores.removeAll(keepingCapacity: true)
    assumed.removeAll(keepingCapacity: true)
  }
}

/// What decides the price of an SSTORE (Yellow Paper, EIP-2200, EIP-2929): the slot's value before the transaction, its value now, and
/// the one it gets; and the price it was counted with.
struct StorePrice {
  var original: Value
  var current: Value
  var new: Value
  var price: Int

  /// How much less than `price` these values cost.
  static func spared(
    _ price: Int, _ original: UInt256, _ current: UInt256, _ new: UInt256, _ fork: Fork
  ) -> Int {
    if fork < .istanbul { return price - (current.isZero && !new.isZero ? 20_000 : 5_000) }
    if current == new || current != original { return price - (fork >= .berlin ? 100 : 800) }
    return price - (original.isZero ? 20_000 : fork >= .berlin ? 2_900 : 5_000)
  }
}

/// Between which values of a symbol of the state something holds. All words are known, or expressions of the path where one
/// is recorded; which path that is does not hang on them.
struct Bounds {
  var root: UInt32
  /// Least and greatest values, all of which must be kept to. Where the least is the greater one, the values lie around
  /// zero, and those on the side of the value now are meant.
  var pairs: [(low: Value, high: Value)] = []

  /// The values that keep to all pairs; nil where the value now is none of them.
  static func interval(
    _ pairs: some Sequence<(low: UInt256, high: UInt256)>, around now: UInt256
  ) -> (low: UInt256, high: UInt256)? {
    var (low, high) = (UInt256.zero, UInt256.max)
    for pair in pairs { narrow(&low, &high, to: pair, around: now) }
    return low <= now && now <= high ? (low, high) : nil
  }

  /// Takes the values out that do not keep to one more pair.
  static func narrow(
    _ low: inout UInt256, _ high: inout UInt256, to pair: (low: UInt256, high: UInt256), around now: UInt256
  ) {
    let liesAroundZero = pair.low > pair.high
    if !liesAroundZero || now >= pair.low { low = max(low, pair.low) }
    if !liesAroundZero || now < pair.low { high = min(high, pair.high) }
  }
}

/// A slot that is only added to, during binding.
struct SlotIncrement {
  var row: Int
  var delta: Value
  var bounds: Bounds
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
        let delta = try sum(row.current, of: root), !decidedZeroness(delta).word.isZero
      else { continue }
      roots[index] = root
      let bounds = Bounds(root: root, pairs: [(Value(.one), Value(.max))])
      found.append(SlotIncrement(row: index, delta: delta, bounds: bounds))
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
    found.removeAll { leaves.contains($0.bounds.root) }
    var result: [SlotIncrement] = []
    for var increment in found where try bound(&increment) { result.append(increment) }
    return result
  }

  /// Narrows the bounds until prices and requirements hold between them; false where they cannot be told.
  private mutating func bound(_ increment: inout SlotIncrement) throws(FallbackReason) -> Bool {
    for store in observations.stores where store.row == increment.row {
      guard let delta = try sum(store.value, &increment.bounds) else { return false }
      // Not zero afterwards: a cleared slot is refunded.
      narrow(&increment.bounds, plus: delta, from: Value(.one), through: Value(.max))
    }
    for bounds in conditionBounds where bounds.root == increment.bounds.root {
      increment.bounds.pairs += bounds.pairs
    }
    for assumption in observations.assumed {
      guard try leaves(of: [assumption.value]).contains(increment.bounds.root) else { continue }
      guard try require(assumption.value, isZero: assumption.isZero, &increment.bounds) else { return false }
    }
    return true
  }

  /// The values between the bounds, as they are in the state.
  mutating func interval(_ bounds: Bounds) throws(FallbackReason) -> (low: UInt256, high: UInt256)? {
    let now = try look(at: Value(symbol: bounds.root)).word
    return Bounds.interval(bounds.pairs.lazy.map { ($0.low.word, $0.high.word) }, around: now)
  }

  // MARK: Sums

  /// `d` where a value is the root plus `d`, a known word; nil where it is no such sum.
  private mutating func sum(_ value: Value, of root: UInt32) throws(FallbackReason) -> Value? {
    var ignored = Bounds(root: root)
    return try sum(value, &ignored, isBinding: false)
  }

  /// The same; narrows the bounds to where masks on the way change nothing.
  private mutating func sum(
    _ value: Value, _ bounds: inout Bounds, isBinding: Bool = true, depth: Int = 16
  ) throws(FallbackReason) -> Value? {
    guard !value.isKnown, depth > 0 else { return nil }
    if value.symbol == bounds.root { return .zero }
    let symbol = symbols[value.symbol]
    guard symbol.kind == .operation else { return nil }
    let (a, b) = (symbols.derived(symbol.a), symbols.derived(symbol.b))
    switch symbol.op {
    case Opcode.add:
      if let b, let d = try sum(symbol.a, &bounds, isBinding: isBinding, depth: depth - 1) {
        return symbols.operation(Opcode.add, d, b, .zero)
      }
      if let a, let d = try sum(symbol.b, &bounds, isBinding: isBinding, depth: depth - 1) {
        return symbols.operation(Opcode.add, d, a, .zero)
      }
      return nil
    case Opcode.sub:
      guard let b, let d = try sum(symbol.a, &bounds, isBinding: isBinding, depth: depth - 1) else {
        return nil
      }
      return symbols.operation(Opcode.sub, d, b, .zero)
    case Opcode.and:
      // Below the mask's end it changes nothing.
      guard let mask = a ?? b, mask.trace == 0, !mask.word.isZero, (mask.word & (mask.word &+ .one)).isZero,
        let d = try sum(a == nil ? symbol.a : symbol.b, &bounds, isBinding: isBinding, depth: depth - 1)
      else { return nil }
      if isBinding { narrow(&bounds, plus: d, from: .zero, through: mask) }
      return d
    default: return nil
    }
  }

  /// Narrows the bounds of a value to where it plus `delta` lies between two.
  private mutating func narrow(
    _ bounds: inout Bounds, plus delta: Value, from low: Value, through high: Value
  ) {
    bounds.pairs.append(
      (symbols.operation(Opcode.sub, low, delta, .zero), symbols.operation(Opcode.sub, high, delta, .zero)))
  }

  // MARK: Requirements

  /// Whether a value is zero, where that hangs on one value of the state and holds between two bounds, which become the
  /// condition: the value itself stays open. Nil where it does not.
  mutating func isZeroBetweenBounds(_ value: Value) throws(FallbackReason) -> Bool? {
    let symbol = symbols[value.symbol]
    guard symbol.kind == .operation || symbol.kind == .storage || symbol.kind == .balance else { return nil }
    let leaves = try leaves(of: [value], kinds: [.storage, .balance, .codeSize, .codeHash, .unknowable])
    guard leaves.count == 1, let root = leaves.first,
      symbols[root].kind == .storage || symbols[root].kind == .balance
    else { return nil }
    let now = try look(at: value)
    var bounds = Bounds(root: root)
    guard try require(value, isZero: now.word.isZero, &bounds), try interval(bounds) != nil else {
      return nil
    }
    conditionBounds.append(bounds)
    return try isZero(now)
  }

  /// Narrows the bounds to where a requirement holds; false where it is none of the usual ones.
  private mutating func require(
    _ value: Value, isZero: Bool, _ bounds: inout Bounds, depth: Int = 12
  ) throws(FallbackReason) -> Bool {
    guard !value.isKnown, depth > 0 else { return false }
    if let delta = try sum(value, &bounds) {
      narrow(&bounds, plus: delta, from: isZero ? .zero : Value(.one), through: isZero ? .zero : Value(.max))
      return true
    }
    let symbol = symbols[value.symbol]
    guard symbol.kind == .operation else { return false }
    switch symbol.op {
    case Opcode.iszero: return try require(symbol.a, isZero: !isZero, &bounds, depth: depth - 1)
    case Opcode.lt: return try compare(symbol.a, symbol.b, isLess: !isZero, &bounds)
    case Opcode.gt: return try compare(symbol.b, symbol.a, isLess: !isZero, &bounds)
    case Opcode.shr:
      // No bit above the lowest ones.
      guard isZero, let shift = symbols.derived(symbol.a), shift.trace == 0, shift.word.fitsUInt64,
        shift.word.l0 < 256,
        let delta = try sum(symbol.b, &bounds)
      else { return false }
      let end = UInt256.one.shiftedLeft(shift.word.l0) &- .one
      narrow(&bounds, plus: delta, from: .zero, through: Value(end))
      return true
    case Opcode.or where isZero, Opcode.and where !isZero && isTruth(symbol.a) && isTruth(symbol.b):
      // Both are zero; both are true.
      for part in [symbol.a, symbol.b] {
        guard try leaves(of: [part], kinds: [.storage, .balance]).contains(bounds.root) else { continue }
        guard try require(part, isZero: isZero, &bounds, depth: depth - 1) else { return false }
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
  ///
  /// Where it never holds, whatever the root is, the bounds come out too wide; but then the transaction fails, whatever
  /// the root is.
  private mutating func compare(
    _ a: Value, _ b: Value, isLess: Bool, _ bounds: inout Bounds
  ) throws(FallbackReason) -> Bool {
    let one = Value(.one)
    if let second = symbols.derived(b) {
      guard let delta = try sum(a, &bounds) else { return false }
      let last = symbols.operation(Opcode.sub, second, one, .zero)
      narrow(&bounds, plus: delta, from: isLess ? .zero : second, through: isLess ? last : Value(.max))
      return true
    }
    if let first = symbols.derived(a) {
      guard let delta = try sum(b, &bounds) else { return false }
      let start = symbols.operation(Opcode.add, first, one, .zero)
      narrow(&bounds, plus: delta, from: isLess ? start : .zero, through: isLess ? Value(.max) : first)
      return true
    }
    // Overflow checks: u < u + e holds up to where the sum overflows, at −e.
    guard let p = try sum(a, &bounds), let q = try sum(b, &bounds) else { return false }
    let end = symbols.operation(Opcode.sub, p, q, .zero)
    let last = symbols.operation(Opcode.sub, end, one, .zero)
    narrow(&bounds, plus: p, from: isLess ? .zero : end, through: isLess ? last : Value(.max))
    return true
  }

  // MARK: Leaves

  /// The symbols of the state's values that others are made from.
  private mutating func leaves(
    of values: [Value], kinds: Set<SymbolKind> = [.storage]
  ) throws(FallbackReason) -> Set<UInt32> {
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
      case .storage, .balance, .codeSize, .codeHash, .unknowable:
        if kinds.contains(symbol.kind) { leaves.insert(top) }
      }
    }
    return leaves
  }
}
