import EVMBytecode
import EVMPrecompiles
import EthereumTypes

/// Writes down what a binding does as a function of its inputs, so that it can be done again without walking code.
///
/// Every known word of a binding that is no constant of the path carries the number of the expression it comes from
/// (`Value.trace`). Wherever the binder lets such a word decide something, it tells the recorder how it turned out: an
/// event. Two bindings of one `PathKey` with the same events are the same but for the values of expressions.
final class PathRecorder {
  /// Index 0 is none.
  private(set) var expressions: [PathExpression] = [PathExpression(op: 0)]
  private(set) var constants: [UInt256] = []
  private(set) var texts: [PathText] = []
  private(set) var events: [PathEvent] = []
  /// The word that each event was about.
  private(set) var words: [UInt256] = []
  private var expressionIndex: [PathExpression: PathOperand] = [:]
  private var constantIndex: [UInt256: PathOperand] = [:]
  private var textIndex: [PathText: Int32] = [:]
  /// Nodes that are known to be zero, or not to be, on this path.
  private var zeroness: [PathOperand: Bool] = [:]
  /// Nodes that are constants on this path, by an event.
  private var exact: Set<PathOperand> = []
  private var rowsNoted: Set<PathEvent> = []
  private var transientRows: [SlotKey: Int] = [:]
  private var textBytes = 0
  /// What is known at the end.
  private(set) var ending: PathEnding?
  /// How much less gas the transaction could have had at the start, for all that was decided about gas.
  private(set) var gasSlack = Int.max
  /// What happened first that paths do not express.
  private(set) var obstacle: PathObstacle?
  /// Whether there is any.
  var isAborted: Bool { obstacle != nil }

  /// Longer paths are not kept.
  private static let maximumExpressions = 60_000
  private static let maximumTextBytes: Int = 1 << 20

  /// Whether the path is over, and only what the transaction leaves behind is looked for.
  var isRecordingEffects = false
  private var areEffectsAborted = false

  /// Gives up: the path, or what it leaves behind, is not expressible.
  func abort(_ obstacle: PathObstacle) {
    if isRecordingEffects { areEffectsAborted = true } else { self.obstacle = self.obstacle ?? obstacle }
  }

  /// Keeps what the transaction leaves behind.
  func note(_ effects: PathEffects) {
    if !areEffectsAborted { ending?.effects = effects }
  }

  /// Notes that a decision about gas would have been the same with up to `slack` less.
  func needsGas(slack: Int) { gasSlack = min(gasSlack, max(0, slack)) }

  // MARK: Expressions

  func constant(_ word: UInt256) -> PathOperand {
    if let known = constantIndex[word] { return known }
    constants.append(word)
    let operand = ~PathOperand(constants.count - 1)
    constantIndex[word] = operand
    return operand
  }

  /// The operand for a known value.
  func operand(_ value: Value) -> PathOperand {
    value.trace == 0 || exact.contains(value.trace) ? constant(value.word) : value.trace
  }

  /// The number of an expression. Equal ones share it.
  func node(_ expression: PathExpression) -> PathOperand {
    if let known = expressionIndex[expression] { return known }
    guard expressions.count < Self.maximumExpressions else {
      abort(.tooLong)
      return 1
    }
    expressions.append(expression)
    let number = PathOperand(expressions.count - 1)
    expressionIndex[expression] = number
    return number
  }

  /// The trace of the result of arithmetic on known values; 0 where it is a constant of the path.
  func operation(_ op: UInt8, _ a: Value, _ b: Value, _ c: Value) -> PathOperand {
    let (x, y, z) = (operand(a), operand(b), operand(c))
    if x < 0 && y < 0 && z < 0 { return 0 }
    // So is what a contract finds out about a selector, its own or one that it is called with from within.
    if op == Opcode.shr, x < 0, a.word.fitsUInt64, hasConstantBits(from: a.word.l0, y, depth: 4) { return 0 }
    if let same = unchanged(op, x, y) { return same }
    let count = WordOperation.operandCount(op)
    return node(PathExpression(op: op, a: x, b: count > 1 ? y : 0, c: count > 2 ? z : 0))
  }

  /// The trace of an expression without operands.
  func input(_ op: UInt8, _ aux: Int = 0) -> PathOperand {
    node(PathExpression(op: op, aux: Int32(clamping: aux)))
  }

  // MARK: Texts

  /// The trace of an operation on a text; `value` gives the words of the symbols in it, all of which are known.
  func text(_ op: UInt8, _ text: Text, before: PathOperand = 0, _ value: (UInt32) -> Value) -> PathOperand {
    let template = PathText(text, value)
    if template.parts.isEmpty && before <= 0 { return 0 }
    if op == PathCode.bytes, let word = word(of: template, at: 0) { return max(0, word) }
    if op == Opcode.keccak256, template.bytes.count == 64 {
      if let a = word(of: template, at: 0), let b = word(of: template, at: 32) {
        return self.node(PathExpression(op: PathCode.hashOfTwo, a: a, b: b))
      }
    }
    return self.node(PathExpression(op: op, aux: intern(template), a: before))
  }

  /// The trace of something of what a precompile returns for a text, whose symbols all are known.
  func result(
    of precompile: Precompile, _ aspect: PrecompileAspect, _ text: Text, _ value: (UInt32) -> Value
  ) -> PathOperand {
    let template = PathText(text, value)
    if template.parts.isEmpty { return 0 }
    let code = constant(UInt256(aspect.code(precompile)))
    return node(PathExpression(op: PathCode.precompile, aux: intern(template), a: code))
  }

  /// The operand that is the word of a text at `offset`; nil where it is pieced together.
  private func word(of template: PathText, at offset: Int) -> PathOperand? {
    let touching = template.parts.filter {
      Int($0.offset) < offset + 32 && Int($0.offset + $0.count) > offset
    }
    guard let part = touching.first else {
      return constant(UInt256(bigEndian: template.bytes[offset..<offset + 32]) ?? .zero)
    }
    guard Int(part.offset) <= offset, Int(part.offset + part.count) >= offset + 32 else { return nil }
    if part.node == 0 {
      return node(PathExpression(op: PathCode.callDataWord, aux: part.skip + Int32(offset) - part.offset))
    }
    return Int(part.offset) == offset && part.count == 32 ? part.node : nil
  }

  private func intern(_ text: PathText) -> Int32 {
    if let known = textIndex[text] { return known }
    textBytes += text.bytes.count
    if textBytes > Self.maximumTextBytes || text.bytes.count > PathWorkspace.maximumText { abort(.tooLong) }
    texts.append(text)
    textIndex[text] = Int32(texts.count - 1)
    return Int32(texts.count - 1)
  }

  // MARK: Events

  /// A known word decided by being zero or not.
  func decideZero(_ value: Value) {
    var node = operand(value)
    guard node > 0 else { return }
    var isZero = value.word.isZero
    while expressions[Int(node)].op == Opcode.iszero, expressions[Int(node)].a > 0 {
      node = expressions[Int(node)].a
      isZero.toggle()
    }
    guard zeroness[node] == nil else { return }
    zeroness[node] = isZero
    add(PathEvent(kind: .zero, operand: node, outcome: isZero ? .zero : .one), value.word)
  }

  /// A known word decided by being what it is.
  func decide(_ value: Value) {
    let node = operand(value)
    guard node > 0 else { return }
    exact.insert(node)
    add(PathEvent(kind: .equal, operand: node, outcome: value.word), value.word)
  }

  /// A row was found, or made, for a key.
  func noteRow(_ kind: PathEvent.Kind, _ key: Value, of account: Int = 0, is row: Int) {
    let event = PathEvent(
      kind: kind, operand: operand(key), row: Int32(clamping: account), outcome: UInt256(UInt64(row)))
    if rowsNoted.insert(event).inserted { add(event, key.word) }
  }

  /// A slot of transient storage was looked at.
  func noteTransient(_ key: SlotKey, _ slot: Value, of account: Int) {
    let row = transientRows[key] ?? transientRows.count
    transientRows[key] = row
    noteRow(.transient, slot, of: account, is: row)
  }

  /// An account's code was looked up.
  func noteCode(of account: Int, is hash: Hash32) {
    let event = PathEvent(kind: .code, row: Int32(clamping: account), outcome: hash.word)
    if rowsNoted.insert(event).inserted { add(event, hash.word) }
  }

  /// The path is over. `accounts` and `slots` are how many rows there are: each was noted, or the path is not kept.
  func end(_ ending: PathEnding, accounts: Int, slots: Int) {
    var known = Set([0])
    var knownSlots = 0
    for event in events {
      switch event.kind {
      case .account: known.insert(Int(event.outcome.l0))
      case .slot: knownSlots = max(knownSlots, Int(event.outcome.l0) + 1)
      default: break
      }
    }
    guard known.count == accounts, knownSlots == slots else { return abort(.condition) }
    guard accounts < PathWorkspace.maximumAccounts, slots < PathWorkspace.maximumSlots else {
      return abort(.tooLong)
    }
    self.ending = ending
  }

  /// The ending of a transaction that had `gas` when execution started; nil where the path is not to be kept.
  ///
  /// - Parameter failure: why it could not be bound. Whoever comes here again with no more gas need not try. That may be
  ///   said too often, since what is done then vouches for itself: so paths that are not expressible are kept as well, as
  ///   far as they are.
  func ending(startingWith gas: Int, failure: FallbackReason?) -> PathEnding? {
    if let failure {
      let isTooLong =
        expressions.count >= Self.maximumExpressions || events.count > Self.maximumExpressions
        || textBytes > Self.maximumTextBytes
      return isTooLong ? nil : PathEnding(gasLimit: gas, failure: failure)
    }
    guard !isAborted, var ending else { return nil }
    ending.gasLimit = gasSlack == .max ? 0 : max(0, gas - gasSlack)
    return ending
  }

  private func add(_ event: PathEvent, _ word: UInt256) {
    events.append(event)
    words.append(word)
    if events.count > Self.maximumExpressions { abort(.tooLong) }
  }
}

extension PathText {
  /// A text with expressions in place of its symbols.
  init(_ text: Text, _ value: (UInt32) -> Value) {
    bytes = text.bytes
    parts = []
    for piece in text.pieces {
      let value = value(piece.symbol)
      if value.trace > 0 {
        parts.append(Part(piece, value.trace))
      } else {
        // A constant after all.
        let word = value.word.bigEndianBytes
        for index in 0..<piece.count where piece.offset + index < bytes.count {
          bytes[piece.offset + index] = word[piece.skip + index]
        }
      }
    }
    for piece in text.softPieces { parts.append(Part(piece, PathOperand(piece.symbol))) }
    parts.sort { $0.offset < $1.offset }
    for part in parts {
      for index in Int(part.offset)..<min(bytes.count, Int(part.offset + part.count)) { bytes[index] = 0 }
    }
  }
}

extension PathText.Part {
  init(_ piece: Piece, _ node: PathOperand) {
    self.init(
      offset: Int32(clamping: piece.offset), count: Int32(clamping: piece.count), node: node,
      skip: Int32(clamping: piece.skip))
  }
}
