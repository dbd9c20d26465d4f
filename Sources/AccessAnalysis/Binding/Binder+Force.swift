import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

extension Binder {
  /// The word of a value; what it hangs on in the state becomes a condition.
  ///
  /// That it is this word and no other decides; where less decides, `forced` and `isZero` say so.
  @inline(__always)
  mutating func force(_ value: Value) throws(FallbackReason) -> UInt256 {
    let known = try forced(value)
    if known.trace != 0 { symbols.recorder?.decide(known) }
    return known.word
  }

  /// The value, known; what it hangs on in the state becomes a condition.
  @inline(__always)
  mutating func forced(_ value: Value) throws(FallbackReason) -> Value {
    value.isKnown ? value : try forcedSymbol(value.symbol)
  }

  /// Whether a value is zero, which decides.
  @inline(__always)
  mutating func isZero(_ value: Value) throws(FallbackReason) -> Bool {
    if !value.isKnown, let answer = isZeroByGas(value) { return answer }
    let known = try forced(value)
    if known.trace != 0 { symbols.recorder?.decideZero(known) }
    return known.word.isZero
  }

  /// The value; where it is known, whether it is zero decides, and zero is a constant then.
  func decidedZeroness(_ value: Value) -> Value {
    guard value.trace != 0 else { return value }
    symbols.recorder?.decideZero(value)
    return value.word.isZero ? .zero : value
  }

  private mutating func forcedSymbol(_ symbol: UInt32) throws(FallbackReason) -> Value {
    if symbols[symbol].isKnown { return symbols.settled(Value(symbol: symbol)) }
    // Iterative: expressions get as deep as loops are long.
    var open = [symbol]
    while let top = open.last {
      let node = symbols[top]
      if node.isKnown {
        open.removeLast()
        continue
      }
      var isReady = true
      func require(_ dependency: UInt32) {
        if dependency != 0 && !symbols[dependency].isKnown {
          open.append(dependency)
          isReady = false
        }
      }
      switch node.kind {
      case .operation:
        require(node.a.symbol)
        require(node.b.symbol)
        require(node.c.symbol)
      case .bytes, .keccak, .precompile:
        for piece in symbols.texts[Int(node.text)].pieces { require(piece.symbol) }
      case .ecrecover:
        require(node.a.symbol)
        for piece in symbols.texts[Int(node.text)].pieces { require(piece.symbol) }
      case .storage, .balance, .codeSize, .codeHash, .unknowable: break
      }
      guard isReady else {
        guard open.count < 1_000_000 else { throw .budget }
        continue
      }
      try spend(node.text < 0 ? 2 : 4 + symbols.texts[Int(node.text)].count >> 4)
      symbols.settle(top, try evaluate(node))
      open.removeLast()
    }
    return symbols.settled(Value(symbol: symbol))
  }

  /// A known value that stands for what the state holds for a row.
  private func traced(_ word: UInt256, _ op: UInt8, row: Value) -> Value {
    guard let recorder = symbols.recorder else { return Value(word) }
    return Value(word, trace: recorder.input(op, Int(row.word.clampedToUInt64)))
  }

  /// A known value worked out from a text whose symbols are known.
  private func traced(_ word: UInt256, _ op: UInt8, _ text: Int32, before: Value = .zero) -> Value {
    guard let recorder = symbols.recorder else { return Value(word) }
    let operand: PathOperand = op == PathCode.recover ? recorder.operand(symbols.settled(before)) : 0
    let trace = recorder.text(op, symbols.texts[Int(text)], before: operand) {
      symbols.settled(Value(symbol: $0))
    }
    return Value(word, trace: trace)
  }

  private func resolvedText(_ index: Int32) -> [UInt8] {
    symbols.texts[Int(index)].resolved { symbols[$0].word }
  }

  private mutating func evaluate(_ node: Symbol) throws(FallbackReason) -> Value {
    switch node.kind {
    case .operation:
      return symbols.operation(
        node.op, symbols.settled(node.a), symbols.settled(node.b), symbols.settled(node.c))
    case .storage:
      let address = Address(truncating: node.a.word)
      let word: UInt256
      do { word = try state.storage(address, node.b.word) } catch { throw .state }
      require(.storage(address, node.b.word), word)
      return traced(word, Opcode.sload, row: node.c)
    case .balance:
      let address = Address(truncating: node.a.word)
      let balance = try account(address)?.balance ?? .zero
      require(.balance(address), balance)
      return traced(balance, Opcode.balance, row: node.b)
    case .codeSize:
      let address = Address(truncating: node.a.word)
      let account = try account(address)
      require(.code, of: address, account)
      var size = 0
      if let account, account.codeHash != .emptyCode {
        do { size = try state.code(account.codeHash).count } catch { throw .state }
      }
      return traced(UInt256(UInt64(size)), Opcode.extcodesize, row: node.b)
    case .codeHash:
      let address = Address(truncating: node.a.word)
      let account = try account(address)
      require(.code, of: address, account)
      require(.liveness, of: address, account)
      let word: UInt256 = account?.isEmpty ?? true ? .zero : account?.codeHash.word ?? .zero
      return traced(word, Opcode.extcodehash, row: node.b)
    case .bytes:
      let word = UInt256(bigEndian: resolvedText(node.text).prefix(32)) ?? .zero
      return traced(word, PathCode.bytes, node.text)
    case .keccak: return traced(keccak256(resolvedText(node.text)).word, Opcode.keccak256, node.text)
    case .ecrecover:
      let word = try recoveredWord(resolvedText(node.text)) ?? symbols.settled(node.a).word
      return traced(word, PathCode.recover, node.text, before: node.a)
    case .precompile:
      var output: [UInt8] = []
      let input = resolvedText(node.text)
      // That it succeeds is assumed: where it does not, the transaction fails and the word does not matter.
      if let precompile = Precompile(rawValue: UInt16(node.op)) {
        try spend(Int(min(precompiles.gasCost(precompile, input: input.span), 1 << 40)))
        _ = precompiles.run(precompile, input: input.span, into: &output)
      }
      symbols.recorder?.abort()
      let offset = 32 * Int(node.a.word.clampedToUInt64)
      return Value(UInt256(bigEndian: output.dropFirst(offset).prefix(32)) ?? .zero)
    case .unknowable: throw .gasDependentValue
    }
  }

  /// The word ECRECOVER returns; nil where it returns nothing.
  func recoveredWord(_ input: [UInt8]) throws(FallbackReason) -> UInt256? {
    var output: [UInt8] = []
    guard precompiles.run(.ecrecover, input: input.span, into: &output) else { return nil }
    return output.count == 32 ? UInt256(bigEndian: output) : nil
  }

  /// The account in the state the prediction is made for.
  func account(_ address: Address) throws(FallbackReason) -> Account? {
    do { return try state.account(address) } catch { throw .state }
  }

  /// Makes the prediction hang on what a location holds.
  mutating func require(_ location: Location, _ value: UInt256) {
    conditions.append(Condition(location, is: value))
  }

  /// Makes the prediction hang on a field of an account.
  mutating func require(_ field: Location.Field, of address: Address, _ account: Account?) {
    require(Location(address, field), field.word(of: account))
  }

  /// All bytes of a text; the symbols in it are asked for.
  mutating func force(_ text: Text) throws(FallbackReason) -> [UInt8] {
    // Paths do not express what needs whole texts.
    if !text.softPieces.isEmpty || !text.pieces.isEmpty { symbols.recorder?.abort() }
    if text.isKnown { return text.bytes }
    try spend(copying: text.count, of: text)
    for piece in text.pieces { _ = try force(Value(symbol: piece.symbol)) }
    return text.resolved { symbols[$0].word }
  }
}
