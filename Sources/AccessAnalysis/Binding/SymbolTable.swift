import EVMBytecode
import EthereumTypes

/// What a symbol stands for.
enum SymbolKind: UInt8 {
  /// Arithmetic on `a`, `b`, `c`; `op` says which.
  case operation
  /// The value of a storage slot before the transaction: account `a`, slot `b`.
  case storage
  /// The balance of account `a` before the transaction.
  case balance
  /// The size of account `a`'s code.
  case codeSize
  /// EXTCODEHASH of account `a`.
  case codeHash
  /// The 32 bytes of a text.
  case bytes
  /// Keccak-256 of a text.
  case keccak
  /// The word an ECRECOVER call leaves in memory: input is the text, `a` the word that was there before.
  case ecrecover
  /// A word of what a precompile returns for the text: `op` is its number, `a` which word.
  case precompile
  /// What GAS would have returned: cannot be known, but is at least `a`.
  case unknowable
}

/// One symbol: an expression over state values, shared by number.
struct Symbol {
  var kind: SymbolKind
  var op: UInt8
  var isKnown = false
  /// Whether `word` and `trace` are what they would be if somebody asked; nothing hangs on them yet.
  var isSeen = false
  var a: Value
  var b: Value
  var c: Value
  /// Index of a text, or −1.
  var text: Int32 = -1
  /// The value once somebody asked for it.
  var word = UInt256.zero
  /// As in `Value`.
  var trace: PathOperand = 0

  init(_ kind: SymbolKind, op: UInt8 = 0, _ a: Value = .zero, _ b: Value = .zero, _ c: Value = .zero) {
    self.kind = kind
    self.op = op
    self.a = a
    self.b = b
    self.c = c
  }
}

/// The symbols of one binding.
struct SymbolTable {
  // Symbol 0 stands for none.
  private(set) var symbols: [Symbol]
  private(set) var texts: [Text] = []
  /// The bytes of all texts.
  private(set) var textBytes = 0
  /// Who writes down what decides, if anybody does.
  var recorder: PathRecorder?

  init() { symbols = [Symbol(.unknowable)] }

  private init(symbols: [Symbol]) { self.symbols = symbols }

  /// A table that must not be used: what is left where one was moved away.
  static var none: SymbolTable { SymbolTable(symbols: []) }

  /// Forgets everything but keeps the memory, if that is not much.
  mutating func removeAll() {
    recorder = nil
    if symbols.capacity > 20_000 {
      self = SymbolTable()
    } else {
      symbols.removeSubrange(1...)
      texts.removeAll(keepingCapacity: true)
      textBytes = 0
    }
  }

  var count: Int { symbols.count }

  subscript(symbol: UInt32) -> Symbol { symbols[Int(symbol)] }

  mutating func add(_ symbol: Symbol) -> Value {
    symbols.append(symbol)
    return Value(symbol: UInt32(symbols.count - 1))
  }

  mutating func add(_ kind: SymbolKind, op: UInt8 = 0, text: Text, _ a: Value = .zero) -> Value {
    texts.append(text)
    textBytes += text.count
    var symbol = Symbol(kind, op: op, a)
    symbol.text = Int32(texts.count - 1)
    return add(symbol)
  }

  mutating func settle(_ symbol: UInt32, _ value: Value) {
    symbols[Int(symbol)].word = value.word
    symbols[Int(symbol)].trace = value.trace
    symbols[Int(symbol)].isKnown = true
  }

  /// Keeps a symbol's value without anything hanging on it.
  mutating func see(_ symbol: UInt32, _ value: Value) {
    symbols[Int(symbol)].word = value.word
    symbols[Int(symbol)].trace = value.trace
    symbols[Int(symbol)].isSeen = true
  }

  /// The value with its word where somebody asked for it or looked at it.
  func latest(_ value: Value) -> Value {
    if value.isKnown { return value }
    let symbol = symbols[Int(value.symbol)]
    return symbol.isKnown || symbol.isSeen ? Value(symbol.word, trace: symbol.trace) : value
  }

  /// The result of arithmetic: known where the operands are, or where one absorbs the other.
  @inline(__always)
  mutating func operation(_ op: UInt8, _ a: Value, _ b: Value, _ c: Value) -> Value {
    if a.symbol | b.symbol | c.symbol == 0 { return known(op, a, b, c) }
    return symbolicOperation(op, a, b, c)
  }

  /// The result of arithmetic on known words.
  @inline(__always)
  private func known(_ op: UInt8, _ a: Value, _ b: Value, _ c: Value) -> Value {
    let word = WordOperation.evaluate(op, a.word, b.word, c.word)
    return a.trace | b.trace | c.trace == 0
      ? Value(word) : Value(word, trace: recorder?.operation(op, a, b, c) ?? 0)
  }

  /// Whether a value is known to be zero; that it is decides.
  func decidesZero(_ value: Value) -> Bool {
    guard value.isKnownZero else { return false }
    if value.trace != 0 { recorder?.decideZero(value) }
    return true
  }

  private mutating func symbolicOperation(_ op: UInt8, _ a: Value, _ b: Value, _ c: Value) -> Value {
    let a = settled(a)
    let b = settled(b)
    let c = settled(c)
    if a.symbol | b.symbol | c.symbol == 0 { return known(op, a, b, c) }
    switch op {
    case Opcode.and, Opcode.mul:
      if decidesZero(a) || decidesZero(b) { return .zero }
      if op == Opcode.and, a == b { return a }
    case Opcode.add, Opcode.or, Opcode.xor:
      if decidesZero(a) { return b }
      if decidesZero(b) { return a }
      if op == Opcode.add {
        // (x − y) + y: what was taken is given back.
        if let rest = undone(a, Opcode.sub, b) ?? undone(b, Opcode.sub, a) { return rest }
      }
    case Opcode.sub:
      if decidesZero(b) { return a }
      if a == b { return .zero }
      // (x + y) − y: what was given is taken back.
      if let rest = undone(a, Opcode.add, b) { return rest }
    case Opcode.shl, Opcode.shr, Opcode.sar:
      if decidesZero(a) { return b }
    case Opcode.eq:
      if a.symbol == b.symbol && !a.isKnown { return Value(.one) }
    default: break
    }
    return add(Symbol(.operation, op: op, a, b, c))
  }

  /// What `value` was before `op` was applied to it with `operand`; nil where it is no such thing.
  private func undone(_ value: Value, _ op: UInt8, _ operand: Value) -> Value? {
    guard !value.isKnown else { return nil }
    let symbol = symbols[Int(value.symbol)]
    guard symbol.kind == .operation, symbol.op == op else { return nil }
    if areEqual(symbol.b, operand) { return symbol.a }
    return op == Opcode.add && areEqual(symbol.a, operand) ? symbol.b : nil
  }

  /// Whether two values are the same; where both are known, that they are decides.
  private func areEqual(_ a: Value, _ b: Value) -> Bool {
    if a == b { return true }
    guard a.isKnown, b.isKnown, a.trace | b.trace != 0 else { return false }
    let same = known(Opcode.eq, a, b, .zero)
    if same.trace != 0 { recorder?.decideZero(same) }
    return !same.word.isZero
  }

  /// The word of a value where it follows from symbols somebody asked for before; looks at a few symbols only.
  func derived(_ value: Value, depth: Int = 12) -> Value? {
    let value = settled(value)
    if value.isKnown { return value }
    let symbol = symbols[Int(value.symbol)]
    guard symbol.kind == .operation, depth > 0, let a = derived(symbol.a, depth: depth - 1),
      let b = derived(symbol.b, depth: depth - 1), let c = derived(symbol.c, depth: depth - 1)
    else { return nil }
    return known(symbol.op, a, b, c)
  }

  /// The value with its word where somebody asked for it before.
  @inline(__always)
  func settled(_ value: Value) -> Value {
    if value.isKnown { return value }
    let symbol = symbols[Int(value.symbol)]
    return symbol.isKnown ? Value(symbol.word, trace: symbol.trace) : value
  }
}
