public import EVMBytecode
public import EthereumTypes

/// What an expression can refer to in one call of a contract.
public struct CallContext {
  /// The account whose storage the code works on.
  public var address: Address
  /// Who calls.
  public var caller: Address
  /// Who signed the transaction.
  public var origin: Address
  /// Wei sent along.
  public var value: UInt256
  /// The call data; nil where it is not known.
  public var input: Bytes?
  /// The value of a slot of `address`.
  public var storage: (UInt256) -> UInt256

  /// Makes a context.
  public init(
    address: Address, caller: Address, origin: Address, value: UInt256, input: Bytes?,
    storage: @escaping (UInt256) -> UInt256
  ) {
    self.address = address
    self.caller = caller
    self.origin = origin
    self.value = value
    self.input = input
    self.storage = storage
  }
}

/// Tells which expressions of a contract the words are that a call of it uses as keys and targets.
public struct KeyFinder {
  /// A key or a target, and where it comes from.
  public struct Found: Hashable, Sendable {
    /// As in `ContractOutline.Line`.
    public var kind: String
    /// The word, where the call tells it.
    public var word: UInt256?
    /// The expression.
    public var text: String
    /// Slots whose values are part of the expression.
    public var loads: [UInt256]
    /// Where the instruction stands.
    public var offset: Int
  }

  private let explorer: Explorer
  private let accesses: [ContractOutline.Access]

  /// Analyses a contract; see `ContractOutline.init(code:fork:limits:)`.
  public init(code: [UInt8], fork: Fork, limits: ControlFlowLimits = ControlFlowLimits()) {
    var explorer = Explorer.explored(code: code, fork: fork, limits: limits)
    accesses = explorer.record()
    self.explorer = explorer
  }

  /// What a call can touch: all accesses of the function that its data selects, or of the fallback, in the order of
  /// the code.
  public func find(in call: CallContext) -> [Found] {
    var entry: Int32?
    if let input = call.input {
      let selector = input.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
      entry = input.count < 4 ? 0 : explorer.entryNumbers[.selector(selector)] ?? 0
    }
    var evaluation = Evaluation(table: explorer.table, code: explorer.code, call: call)
    var found: [Found] = []
    var seen = Set<Found>()
    for access in accesses where entry == nil || access.entry == 0 || access.entry == entry {
      guard let key = access.operands.first else { continue }
      let (word, loads) = evaluation.word(of: key)
      let one = Found(
        kind: access.kind.name, word: word, text: explorer.table.text(key), loads: loads, offset: access.pc)
      if seen.insert(one).inserted { found.append(one) }
    }
    return found.sorted { $0.offset < $1.offset }
  }
}

/// Evaluates expressions for one call.
private struct Evaluation {
  let table: ExpressionTable
  let code: [UInt8]
  let call: CallContext
  private var known: [ExpressionID: UInt256?] = [:]

  init(table: ExpressionTable, code: [UInt8], call: CallContext) {
    self.table = table
    self.code = code
    self.call = call
  }

  /// The word an expression is, and the slots it was read from.
  mutating func word(of id: ExpressionID) -> (UInt256?, [UInt256]) {
    var parts: [(ExpressionID, Expression)] = []
    table.forEachPart(of: id) { parts.append(($0, $1)) }
    let word = evaluate(id, depth: 0)
    let loads = parts.compactMap { $0.1.op == Opcode.sload ? known[$0.1.a] ?? nil : nil }
    return (word, Set(loads).sorted())
  }

  private mutating func evaluate(_ id: ExpressionID, depth: Int) -> UInt256? {
    if let word = known[id] { return word }
    // Deep expressions are no keys.
    guard depth < 200 else { return nil }
    let word = calculate(table[id], depth + 1)
    known[id] = .some(word)
    return word
  }

  private mutating func calculate(_ node: Expression, _ depth: Int) -> UInt256? {
    switch node.op {
    case ExpressionCode.constant: return table.constants[Int(node.a)]
    case ExpressionCode.hash: return hash(table.lists[Int(node.a)], Int(node.b), depth)
    case ExpressionCode.codeBytes:
      guard let offset = evaluate(node.a, depth: depth) else { return nil }
      return slice(code, offset, Int(node.b))
    case Opcode.address: return call.address.word
    case Opcode.caller: return call.caller.word
    case Opcode.origin: return call.origin.word
    case Opcode.callvalue: return call.value
    case Opcode.calldatasize: return call.input.map { UInt256($0.count) }
    case Opcode.calldataload:
      guard let input = call.input, let offset = evaluate(node.a, depth: depth) else { return nil }
      return slice(input, offset, 32)
    case Opcode.sload: return evaluate(node.a, depth: depth).map(call.storage)
    default:
      let count = WordOperation.operandCount(node.op)
      guard count > 0, let a = evaluate(node.a, depth: depth),
        let b = count > 1 ? evaluate(node.b, depth: depth) : .zero,
        let c = count > 2 ? evaluate(node.c, depth: depth) : .zero
      else { return nil }
      return WordOperation.evaluate(node.op, a, b, c)
    }
  }

  private mutating func hash(_ words: [ExpressionID], _ lastSize: Int, _ depth: Int) -> UInt256? {
    var bytes: Bytes = []
    for (index, id) in words.enumerated() {
      guard let word = evaluate(id, depth: depth) else { return nil }
      bytes += word.bigEndianBytes.suffix(index == words.count - 1 ? lastSize : 32)
    }
    return keccak256(bytes).word
  }

  private func slice(_ bytes: [UInt8], _ offset: UInt256, _ count: Int) -> UInt256 {
    var word = UInt256.zero
    guard offset.fitsUInt64, offset.l0 < UInt64(bytes.count) else { return word }
    for index in Int(offset.l0)..<Int(offset.l0) + count {
      word = word.shiftedLeft(8) | UInt256(UInt64(index < bytes.count ? bytes[index] : 0))
    }
    return word
  }
}
