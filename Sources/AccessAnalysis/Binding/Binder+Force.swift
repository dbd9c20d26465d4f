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
    if !value.isKnown, let answer = try isZeroUnasked(value) { return answer }
    let known = try forced(value)
    if known.trace != 0 { symbols.recorder?.decideZero(known) }
    return known.word.isZero
  }

  /// Whether a value is zero, where that can be told without asking what it is.
  @inline(never)
  private mutating func isZeroUnasked(_ value: Value) throws(FallbackReason) -> Bool? {
    if let answer = isZeroByGas(value) { return answer }
    return symbols[value.symbol].isKnown ? nil : try isZeroBetweenBounds(value)
  }

  /// The value; where it is known, whether it is zero decides, and zero is a constant then.
  func decidedZeroness(_ value: Value) -> Value {
    guard value.trace != 0 else { return value }
    symbols.recorder?.decideZero(value)
    return value.word.isZero ? .zero : value
  }

  private mutating func forcedSymbol(_ symbol: UInt32) throws(FallbackReason) -> Value {
    if !symbols[symbol].isKnown { try workOut(symbol, decides: true) }
    return symbols.settled(Value(symbol: symbol))
  }

  /// The value as it is in the state, without making anything hang on it: what follows must hold whatever it is.
  mutating func look(at value: Value) throws(FallbackReason) -> Value {
    let latest = symbols.latest(value)
    if latest.isKnown { return latest }
    try workOut(value.symbol, decides: false)
    return symbols.latest(value)
  }

  /// Works out a symbol and all that it is made from. Iterative: expressions get as deep as loops are long.
  private mutating func workOut(_ symbol: UInt32, decides: Bool) throws(FallbackReason) {
    var open = [symbol]
    while let top = open.last {
      let node = symbols[top]
      if node.isKnown || (node.isSeen && !decides) {
        open.removeLast()
        continue
      }
      var isReady = true
      func need(_ dependency: UInt32) {
        guard dependency != 0 else { return }
        let symbol = symbols[dependency]
        if !symbol.isKnown && (decides || !symbol.isSeen) {
          open.append(dependency)
          isReady = false
        }
      }
      switch node.kind {
      case .operation:
        need(node.a.symbol)
        need(node.b.symbol)
        need(node.c.symbol)
      case .bytes, .keccak, .precompile:
        for piece in symbols.texts[Int(node.text)].pieces { need(piece.symbol) }
      case .ecrecover:
        need(node.a.symbol)
        for piece in symbols.texts[Int(node.text)].pieces { need(piece.symbol) }
      case .storage, .balance, .codeSize, .codeHash, .unknowable: break
      }
      guard isReady else {
        guard open.count < 1_000_000 else { throw .budget }
        continue
      }
      try spend(node.text < 0 ? 2 : 4 + symbols.texts[Int(node.text)].count >> 4)
      let value = node.isSeen ? Value(node.word, trace: node.trace) : try evaluate(node)
      if decides {
        try hang(on: node, value.word)
        symbols.settle(top, value)
      } else {
        symbols.see(top, value)
      }
      open.removeLast()
    }
  }

  /// Makes the prediction hang on what the state holds for a symbol, where it is no expression.
  private mutating func hang(on node: Symbol, _ word: UInt256) throws(FallbackReason) {
    let address = Address(truncating: node.a.word)
    switch node.kind {
    case .storage: require(.storage(address, node.b.word), word)
    case .balance: require(.balance(address), word)
    case .codeSize: require(.code, of: address, try account(address))
    case .codeHash:
      let account = try account(address)
      require(.code, of: address, account)
      require(.liveness, of: address, account)
    case .operation, .bytes, .keccak, .ecrecover, .precompile, .unknowable: break
    }
  }

  /// A known value that stands for what the state holds for a row.
  private func traced(_ word: UInt256, _ op: UInt8, row: Value) -> Value {
    guard let recorder = symbols.recorder else { return Value(word) }
    return Value(word, trace: recorder.input(op, Int(row.word.clampedToUInt64)))
  }

  /// A known value worked out from a text whose symbols are known.
  private func traced(_ word: UInt256, _ op: UInt8, _ text: Int32, before: Value = .zero) -> Value {
    guard let recorder = symbols.recorder else { return Value(word) }
    let operand: PathOperand = op == PathCode.recover ? recorder.operand(symbols.latest(before)) : 0
    let trace = recorder.text(op, symbols.texts[Int(text)], before: operand) {
      symbols.latest(Value(symbol: $0))
    }
    return Value(word, trace: trace)
  }

  /// Something of what a precompile returned for a text whose symbols are known.
  func traced(
    _ output: [UInt8]?, of precompile: Precompile, _ aspect: PrecompileAspect, _ text: Text
  ) -> Value {
    let word = aspect.word(of: output)
    guard let recorder = symbols.recorder else { return Value(word) }
    return Value(
      word,
      trace: recorder.result(of: precompile, aspect, text) { symbols.latest(Value(symbol: $0)) })
  }

  /// What a precompile returns; nil where it fails.
  mutating func run(_ precompile: Precompile, _ input: [UInt8]) throws(FallbackReason) -> [UInt8]? {
    // About what it takes; whoever asks for more than the budget has no gas for it either.
    try spend(Int(min(precompiles.gasCost(precompile, input: input.span), 1 << 40)))
    return analyzer.results.output(of: precompile, input.span, precompiles, &foreseen)
  }

  private func resolvedText(_ index: Int32) -> [UInt8] {
    symbols.texts[Int(index)].resolved { symbols[$0].word }
  }

  private mutating func evaluate(_ node: Symbol) throws(FallbackReason) -> Value {
    switch node.kind {
    case .operation:
      return symbols.operation(
        node.op, symbols.latest(node.a), symbols.latest(node.b), symbols.latest(node.c))
    case .storage:
      do {
        let word = try state.storage(Address(truncating: node.a.word), node.b.word)
        return traced(word, Opcode.sload, row: node.c)
      } catch { throw .state }
    case .balance:
      let balance = try account(Address(truncating: node.a.word))?.balance ?? .zero
      return traced(balance, Opcode.balance, row: node.b)
    case .codeSize:
      var size = 0
      if let account = try account(Address(truncating: node.a.word)), account.codeHash != .emptyCode {
        do { size = try state.code(account.codeHash).count } catch { throw .state }
      }
      return traced(UInt256(UInt64(size)), Opcode.extcodesize, row: node.b)
    case .codeHash:
      let account = try account(Address(truncating: node.a.word))
      let word: UInt256 = account?.isEmpty ?? true ? .zero : account?.codeHash.word ?? .zero
      return traced(word, Opcode.extcodehash, row: node.b)
    case .bytes:
      let word = UInt256(bigEndian: resolvedText(node.text).prefix(32)) ?? .zero
      return traced(word, PathCode.bytes, node.text)
    case .keccak: return traced(hash(resolvedText(node.text)[...]), Opcode.keccak256, node.text)
    case .ecrecover:
      let word = try recoveredWord(resolvedText(node.text)) ?? symbols.latest(node.a).word
      return traced(word, PathCode.recover, node.text, before: node.a)
    case .precompile:
      guard let precompile = Precompile(rawValue: UInt16(node.op)) else { return .zero }
      // That it succeeds is assumed: where it does not, the transaction fails and the word does not matter.
      let output = try run(precompile, resolvedText(node.text))
      return traced(
        output, of: precompile, .word(Int(node.a.word.clampedToUInt64)), symbols.texts[Int(node.text)])
    case .unknowable: throw .gasDependentValue
    }
  }

  /// Decides whether the last ECRECOVER returned anything, where that is still open.
  mutating func decideRecovery() throws(FallbackReason) {
    let symbol = frame.undecidedRecovery
    guard symbol != 0 else { return }
    frame.undecidedRecovery = 0
    let text = symbols[symbol].text
    for piece in symbols.texts[Int(text)].pieces { _ = try forced(Value(symbol: piece.symbol)) }
    try spend(on: symbols.texts[Int(text)])
    let word = try recoveredWord(resolvedText(text))
    _ = decidedZeroness(traced(word == nil ? .zero : .one, PathCode.recovers, text))
    guard let word else {
      frame.returnData = Text()
      return
    }
    // What was in memory before no longer matters.
    symbols.settle(symbol, traced(word, PathCode.recover, text))
    frame.returnData = Text(words: symbols.settled(Value(symbol: symbol)))
  }

  /// The word ECRECOVER returns; nil where it returns nothing.
  mutating func recoveredWord(_ input: [UInt8]) throws(FallbackReason) -> UInt256? {
    analyzer.results.signer(input.span, precompiles, &foreseen)
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
    if !text.softPieces.isEmpty || !text.pieces.isEmpty { symbols.recorder?.abort(.bytes) }
    if text.isKnown { return text.bytes }
    try spend(copying: text.count, of: text)
    for piece in text.pieces { _ = try force(Value(symbol: piece.symbol)) }
    return text.resolved { symbols[$0].word }
  }
}
