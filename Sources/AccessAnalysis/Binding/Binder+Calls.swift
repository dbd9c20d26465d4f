import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

extension Binder {
  /// Enters the callee of a call instruction, or carries the call out where there is no code to enter.
  mutating func performCall(_ site: CallSite, _ segment: Segment) throws(FallbackReason) {
    let target = Address(truncating: try force(get(site.target, segment)))
    guard let input = try extent(get(site.inputOffset, segment), get(site.inputSize, segment)),
      let output = try extent(get(site.outputOffset, segment), get(site.outputSize, segment))
    else { return }
    let value = symbols.settled(get(site.value, segment))
    let gasOperand = get(site.gas, segment)
    suspend(segment, next: site.next)

    // Whether the frame itself can only fail when this call does.
    var failsWithCall = !frame.isStrict && site.failsWithCall
    if !frame.isStrict && !failsWithCall { failsWithCall = try failsWithoutResult(site.next) }
    if frame.isStatic && site.op == Opcode.call {
      if value.isKnown ? !value.word.isZero : !(try force(value)).isZero {
        try fail()
        return
      }
    }
    try spend(copying: input.count, of: frame.memory)
    let text = frame.memory.slice(input.lowerBound, input.count)
    frame.undecidedRecovery = 0
    if let precompile = precompiles.precompile(at: target) {
      frame.gasUsed += 2600 + (value.isKnownZero ? 0 : 34_000)
      try callPrecompile(
        precompile, target, text, output, value, site, failsWithCall, gas: gasGranted(gasOperand))
      return
    }
    let row = warm(target)
    let resolved = try resolveCode(row)
    noteLiveness(row, value, site.op)
    if !value.isKnownZero { frame.gasUsed += 34_000 }
    let transfers = site.op == Opcode.call || site.op == Opcode.callcode
    if transfers && !value.isKnownZero && !failsWithCall {
      guard try coversBalance(value) else {
        frame.returnData = Text()
        push(.zero)
        return
      }
    }
    // Before EIP-150 asking for more gas than there is fails the asking frame.
    if frame.isStrict, environment.fork < .tangerineWhistle,
      !gasOperand.isKnown || gasGranted(gasOperand) >= frame.gasLeft
    {
      throw .gas
    }
    let checkpoint = table.checkpoint
    if site.op == Opcode.call { transfer(value, from: frame.account, to: row) }
    if site.op == Opcode.callcode && !value.isKnownZero { table.note(.balanceRead, frame.account) }
    switch resolved {
    case .empty:
      frame.returnData = Text()
      push(Value(.one))
    case .contract(let summary):
      guard suspended.count < Self.maximumDepth - 1 else { throw .budget }
      let isDelegate = site.op == Opcode.delegatecall
      let keepsAccount = isDelegate || site.op == Opcode.callcode
      let callee = Frame(
        summary: summary, purpose: .call(outputOffset: output.lowerBound, outputSize: output.count),
        isStrict: !failsWithCall, isStatic: frame.isStatic || site.op == Opcode.staticcall,
        account: keepsAccount ? frame.account : row, address: keepsAccount ? frame.address : target,
        caller: isDelegate ? frame.caller : frame.address, value: isDelegate ? frame.value : value,
        input: text, stackBase: height, checkpoint: checkpoint,
        gasAvailable: gasGranted(gasOperand) + (transfers && !value.isKnownZero ? 2300 : 0))
      try suspendFrame()
      frame = callee
      frame.memory = freshMemory()
    }
  }

  /// Whether the frame can only fail once control is at `next` with a zero pushed on its stack.
  mutating func failsWithoutResult(_ next: Int) throws(FallbackReason) -> Bool {
    let before = frame.summary.workDone
    let result = frame.summary.onlyFails(from: next, count: height - frame.stackBase + 1) { depth in
      if depth == 0 { return UInt256.zero }
      let value = stack[height - depth]
      return value.isKnown ? value.word : nil
    }
    try spend(frame.summary.workDone - before)
    return result
  }

  /// At least how much gas a call gets that asks for `operand` (EIP-150: all but one 64th at most).
  private func gasGranted(_ operand: Value) -> Int {
    let most = environment.fork >= .tangerineWhistle ? frame.gasLeft - frame.gasLeft / 64 : frame.gasLeft
    if operand.isKnown { return Int(min(operand.word.clampedToUInt64, UInt64(most))) }
    let symbol = symbols[operand.symbol]
    if symbol.kind == .unknowable && symbol.op == Opcode.gas { return most }
    // `gas() - k`
    if symbol.kind == .operation, symbol.op == Opcode.add, !symbol.a.isKnown,
      symbol.b.isKnown || symbol.a.isKnown
    {
      let (rest, known) = symbol.b.isKnown ? (symbol.a, symbol.b.word) : (symbol.b, symbol.a.word)
      if symbols[rest.symbol].kind == .unknowable, known.negated.fitsUInt64 {
        return max(0, min(most, frame.gasLeft - Int(min(known.negated.l0, 1 << 40))))
      }
    }
    return 0
  }

  /// What a call looks at to price the creation of its target.
  private mutating func noteLiveness(_ row: Int, _ value: Value, _ op: UInt8) {
    guard op == Opcode.call else { return }
    if environment.fork < .spuriousDragon || !value.isKnownZero { table.note(.livenessRead, row) }
  }

  /// Whether the frame's balance suffices; becomes a condition.
  private mutating func coversBalance(_ value: Value) throws(FallbackReason) -> Bool {
    let amount = try force(value)
    if amount.isZero { return true }
    let held = balance(frame.account)
    return try force(held) >= amount
  }

  // MARK: Precompiles

  private mutating func callPrecompile(
    _ precompile: Precompile, _ target: Address, _ text: Text, _ output: Range<Int>, _ value: Value,
    _ site: CallSite, _ failsWithCall: Bool, gas: Int
  ) throws(FallbackReason) {
    let row = table.account(target)
    // Priced before the balance is looked at: a call that cannot pay still observes whether its target exists.
    noteLiveness(row, value, site.op)
    if site.op == Opcode.call || site.op == Opcode.callcode, !value.isKnownZero {
      if !failsWithCall {
        guard try coversBalance(value) else {
          frame.returnData = Text()
          push(.zero)
          return
        }
      }
      if site.op == Opcode.call { transfer(value, from: frame.account, to: row) }
      if site.op == Opcode.callcode { table.note(.balanceRead, frame.account) }
    }
    let used = frame.gasUsed
    switch precompile {
    case .ecrecover:
      // The signer is rarely more than compared with: it stays a symbol until somebody asks.
      frame.gasUsed += 3000
      let before = load(frame.memory, wordAt: output.lowerBound)
      let recovered = symbols.add(.ecrecover, text: text.slice(0, 128), before)
      frame.undecidedRecovery = recovered.symbol
      frame.returnData = Text()
      let word = Text(words: recovered)
      frame.memory.copy(word, from: 0, count: min(32, output.count), to: output.lowerBound)
      push(Value(.one))
    case .identity:
      frame.gasUsed += 15 + 3 * ((text.count + 31) / 32)
      deliver(text, output)
    default:
      let input = try force(text)
      let cost = Int(min(precompiles.gasCost(precompile, input: input.span), 1 << 40))
      frame.gasUsed += cost
      // About what it takes; whoever asks for more than the budget has no gas for it either.
      try spend(cost)
      var result: [UInt8] = []
      if precompiles.run(precompile, input: input.span, into: &result) {
        deliver(Text(result), output)
      } else {
        frame.returnData = Text()
        push(.zero)
      }
    }
    // Where a failure is survived, the gas must be proven to suffice.
    if !failsWithCall && frame.gasUsed - used > gas + (value.isKnownZero ? 0 : 2300) { throw .gas }
  }

  private mutating func load(_ text: Text, wordAt offset: Int) -> Value {
    text.word(at: offset).map { symbols.settled($0) } ?? symbols.add(.bytes, text: text.slice(offset, 32))
  }

  private mutating func deliver(_ data: Text, _ output: Range<Int>) {
    frame.returnData = data
    let count = min(output.count, data.count)
    if count > 0 { frame.memory.copy(data, from: 0, count: count, to: output.lowerBound) }
    push(Value(.one))
  }
}

extension Text {
  /// One word.
  init(words value: Value) {
    self.init([UInt8](repeating: 0, count: 32))
    store(value, at: 0)
  }
}
