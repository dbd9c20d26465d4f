import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

extension Binder {
  /// The word of a value; what it hangs on in the state becomes a condition.
  @inline(__always)
  mutating func force(_ value: Value) throws(FallbackReason) -> UInt256 {
    if value.isKnown { return value.word }
    return try forceSymbol(value.symbol)
  }

  private mutating func forceSymbol(_ symbol: UInt32) throws(FallbackReason) -> UInt256 {
    if symbols[symbol].isKnown { return symbols[symbol].word }
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
      case .bytes, .keccak: for piece in symbols.texts[Int(node.text)].pieces { require(piece.symbol) }
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
    return symbols[symbol].word
  }

  private func word(_ value: Value) -> UInt256 { value.isKnown ? value.word : symbols[value.symbol].word }

  private func resolvedText(_ index: Int32) -> [UInt8] {
    symbols.texts[Int(index)].resolved { symbols[$0].word }
  }

  private mutating func evaluate(_ node: Symbol) throws(FallbackReason) -> UInt256 {
    switch node.kind {
    case .operation: return WordOperation.evaluate(node.op, word(node.a), word(node.b), word(node.c))
    case .storage:
      let address = Address(truncating: node.a.word)
      require(.storage(address, node.b.word))
      do { return try state.storage(address, node.b.word) } catch { throw .state }
    case .balance:
      let address = Address(truncating: node.a.word)
      require(.balance(address))
      return try account(address)?.balance ?? .zero
    case .codeSize:
      let address = Address(truncating: node.a.word)
      require(.code(address))
      guard let account = try account(address), account.codeHash != .emptyCode else { return .zero }
      do { return UInt256(try state.code(account.codeHash).count) } catch { throw .state }
    case .codeHash:
      let address = Address(truncating: node.a.word)
      require(.code(address))
      require(.liveness(address))
      guard let account = try account(address), !account.isEmpty else { return .zero }
      return account.codeHash.word
    case .bytes: return UInt256(bigEndian: resolvedText(node.text).prefix(32)) ?? .zero
    case .keccak: return keccak256(resolvedText(node.text)).word
    case .ecrecover:
      return try recoveredWord(resolvedText(node.text)) ?? word(node.a)
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

  /// Makes the prediction hang on a location.
  mutating func require(_ location: Location) {
    conditions.append(location)
  }

  /// All bytes of a text; the symbols in it are asked for.
  mutating func force(_ text: Text) throws(FallbackReason) -> [UInt8] {
    if text.isKnown { return text.bytes }
    try spend(copying: text.count, of: text)
    for piece in text.pieces { _ = try force(Value(symbol: piece.symbol)) }
    return text.resolved { symbols[$0].word }
  }
}
