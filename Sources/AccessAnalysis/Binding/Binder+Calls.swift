import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

extension Binder {
  /// Enters the callee of a call instruction, or carries the call out where there is no code to enter.
  mutating func performCall(_ site: CallSite, _ segment: Segment) throws(FallbackReason) {
    let targetWord = try forced(get(site.target, segment))
    let target = Address(truncating: targetWord.word)
    guard let input = try extent(get(site.inputOffset, segment), get(site.inputSize, segment)),
      let output = try extent(get(site.outputOffset, segment), get(site.outputSize, segment))
    else { return }
    let value = decidedZeroness(symbols.settled(get(site.value, segment)))
    let gasOperand = get(site.gas, segment)
    suspend(segment, next: site.next)
    show(value)
    show(gasOperand)

    // Whether the frame itself can only fail when this call does.
    var failsWithCall = !frame.isStrict && site.failsWithCall
    if !frame.isStrict && !failsWithCall { failsWithCall = try failsWithoutResult(site.next) }
    if frame.isStatic && site.op == Opcode.call {
      if try !isZero(value) {
        try fail()
        return
      }
    }
    try spend(copying: input.count, of: frame.memory)
    let text = frame.memory.slice(input.lowerBound, input.count)
    frame.undecidedRecovery = 0
    if let precompile = precompiles.precompile(at: target) {
      symbols.recorder?.decide(targetWord)
      // Precompiles are warm (EIP-2929).
      frame.gasUsed +=
        (environment.fork >= .berlin ? 100 : 700) + (value.isKnownZero ? newAccountPrice(site.op) : 34_000)
      try callPrecompile(
        precompile, target, text, output, value, site, failsWithCall, gas: try gasGranted(gasOperand))
      return
    }
    let row = warm(targetWord)
    let resolved = try resolveCode(row)
    // The account whose code it is is looked at too.
    if table.accounts[row].isDelegated { frame.gasUsed += coldPrice }
    noteLiveness(row, value, site.op)
    if !value.isKnownZero {
      // Code keeps its account alive, so that nothing is paid for a new one.
      frame.gasUsed += 9_000
      var isBirth = false
      if case .empty = resolved { isBirth = try mayBeNew(row, site.op) }
      if isBirth { frame.gasUsed += Observations.birthPrice }
      if followsFailures {
        // What is left of the stipend comes back.
        frame.gasSpared += 2_300
        if isBirth { observations.births.append(row) }
      }
    }
    if value.isKnownZero, case .empty = resolved { frame.gasUsed += newAccountPrice(site.op) }
    let transfers = site.op == Opcode.call || site.op == Opcode.callcode
    if transfers && !value.isKnownZero {
      var isAssumed = failsWithCall
      if isAssumed && followsFailures { isAssumed = try !exceedsBalance(value) }
      var isCovered = isAssumed
      if !isAssumed { isCovered = try coversBalance(value) }
      guard isCovered else {
        frame.returnData = Text()
        push(.zero)
        return
      }
    }
    // Before EIP-150 asking for more gas than there is fails the asking frame.
    if frame.isStrict, environment.fork < .tangerineWhistle { symbols.recorder?.abort(.fork) }
    if frame.isStrict, environment.fork < .tangerineWhistle {
      guard gasOperand.isKnown, try gasGranted(gasOperand) < frame.gasLeft else { throw .gas }
    }
    let checkpoint = table.checkpoint
    if site.op == Opcode.call { try transfer(value, from: frame.account, to: row) }
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
        caller: isDelegate ? frame.caller : frame.address,
        callerRow: isDelegate ? frame.callerRow : frame.account, value: isDelegate ? frame.value : value,
        input: text, stackBase: height, checkpoint: checkpoint,
        gasAvailable: try gasGranted(gasOperand) + (transfers ? stipend(value) : 0))
      try suspendFrame()
      frame = callee
      frame.memory = freshMemory()
      frame.firstPrice = observations.prices.count
    }
  }

  /// Whether the frame can only fail once control is at `next` with a zero pushed on its stack.
  mutating func failsWithoutResult(_ next: Int) throws(FallbackReason) -> Bool {
    let before = frame.summary.workDone
    let result = frame.summary.onlyFails(from: next, count: height - frame.stackBase + 1) { depth in
      if depth == 0 { return UInt256.zero }
      let value = stack[height - depth]
      return value.isKnown && value.trace == 0 ? value.word : nil
    }
    try spend(frame.summary.workDone - before)
    return result
  }

  /// At least how much gas a call gets that asks for `operand` (EIP-150: all but one 64th at most).
  private mutating func gasGranted(_ operand: Value) throws(FallbackReason) -> Int {
    let most = environment.fork >= .tangerineWhistle ? frame.gasLeft - frame.gasLeft / 64 : frame.gasLeft
    if operand.isKnown {
      if operand.trace != 0 { symbols.recorder?.decide(operand) }
      return Int(min(operand.word.clampedToUInt64, UInt64(most)))
    }
    let symbol = symbols[operand.symbol]
    if symbol.kind == .unknowable { return most }
    // `gas() - k`
    if symbol.kind == .operation, symbol.op == Opcode.add, !symbol.a.isKnown,
      symbol.b.isKnown || symbol.a.isKnown
    {
      let (rest, other) = symbol.b.isKnown ? (symbol.a, symbol.b) : (symbol.b, symbol.a)
      if other.trace != 0 { symbols.recorder?.decide(other) }
      let known = other.word
      if symbols[rest.symbol].kind == .unknowable, known.negated.fitsUInt64 {
        return max(0, min(most, frame.gasLeft - Int(min(known.negated.l0, 1 << 40))))
      }
    }
    if let range = gasRange(operand) { return min(most, range.low) }
    guard provesGasByValues else { return 0 }
    do throws(FallbackReason) {
      return Int(min(try force(operand).clampedToUInt64, UInt64(most)))
    } catch {
      if error == .gasDependentValue { return 0 }
      throw error
    }
  }

  /// At least how much gas comes with a value: none where the value may turn out to be zero.
  private func stipend(_ value: Value) -> Int {
    let settled = symbols.settled(value)
    return settled.isKnown && !settled.word.isZero ? 2_300 : 0
  }

  /// What a call of no value to an account that does not exist pays for it: nothing since EIP-161.
  private func newAccountPrice(_ op: UInt8) -> Int {
    op == Opcode.call && environment.fork < .spuriousDragon ? 25_000 : 0
  }

  /// What a call looks at to price the creation of its target.
  private mutating func noteLiveness(_ row: Int, _ value: Value, _ op: UInt8) {
    guard op == Opcode.call else { return }
    if environment.fork < .spuriousDragon || !value.isKnownZero { table.note(.livenessRead, row) }
  }

  /// Whether the frame's balance does not suffice, as far as that can be told; nothing hangs on the answer.
  private mutating func exceedsBalance(_ value: Value) throws(FallbackReason) -> Bool {
    do throws(FallbackReason) {
      let (held, amount) = (try look(at: balanceUnread(frame.account)), try look(at: value))
      let exceeds = symbols.operation(Opcode.lt, held, amount, .zero)
      if exceeds.trace != 0 { symbols.recorder?.decideZero(exceeds) }
      return !exceeds.word.isZero
    } catch {
      if error == .gasDependentValue {
        observations.hasGuessed = true
        return false
      }
      throw error
    }
  }

  /// Whether the frame's balance suffices; becomes a condition.
  private mutating func coversBalance(_ value: Value) throws(FallbackReason) -> Bool {
    if hasReceived(symbols.derived(value) ?? value, frame.account) { return true }
    let amount = try forced(value)
    if try isZero(amount) { return true }
    return try isZero(symbols.operation(Opcode.lt, balance(frame.account), amount, .zero))
  }

  // MARK: Precompiles

  private mutating func callPrecompile(
    _ precompile: Precompile, _ target: Address, _ text: Text, _ output: Range<Int>, _ value: Value,
    _ site: CallSite, _ failsWithCall: Bool, gas: Int
  ) throws(FallbackReason) {
    let row = accountRow(Value(target.word))
    // Priced before the balance is looked at: a call that cannot pay still observes whether its target exists.
    noteLiveness(row, value, site.op)
    let checkpoint = table.checkpoint
    if site.op == Opcode.call || site.op == Opcode.callcode, !value.isKnownZero {
      if !failsWithCall {
        guard try coversBalance(value) else {
          frame.returnData = Text()
          push(.zero)
          return
        }
      }
      if site.op == Opcode.call { try transfer(value, from: frame.account, to: row) }
      if site.op == Opcode.callcode { table.note(.balanceRead, frame.account) }
    }
    let used = frame.gasUsed
    var isFailure = false
    switch precompile {
    case .ecrecover:
      // The signer is rarely more than compared with: it stays a symbol until somebody asks.
      frame.gasUsed += 3000
      let before = load(frame.memory, at: output.lowerBound)
      let recovered = symbols.add(.ecrecover, text: text.slice(0, 128), before)
      frame.undecidedRecovery = recovered.symbol
      frame.returnData = Text()
      let word = Text(words: recovered)
      frame.memory.copy(word, from: 0, count: min(32, output.count), to: output.lowerBound)
      push(Value(.one))
    case .identity:
      frame.gasUsed += 15 + 3 * ((text.count + 31) / 32)
      deliver(text, output)
    case _ where isLazy(precompile, text, failsWithCall):
      // Whether it succeeds hangs on what it is given.
      show(text, 0..<text.count)
      try postpone(precompile, text, output)
    default:
      for piece in text.pieces { _ = try forced(Value(symbol: piece.symbol)) }
      try spend(copying: text.count, of: text)
      let input = text.resolved { symbols[$0].word }
      if Self.pricedRanges(precompile, input).contains(where: { text.isOpen($0) }) {
        symbols.recorder?.abort(.bytes)
      }
      frame.gasUsed += Int(min(precompiles.gasCost(precompile, input: input.span), 1 << 40))
      let result = try run(precompile, input)
      // Hashes are made of anything.
      if precompile != .sha256, precompile != .ripemd160 {
        let outcome = traced(result, of: precompile, .outcome, text)
        if outcome.trace != 0 { symbols.recorder?.decide(outcome) }
      }
      if let result {
        deliver(traced(result, of: precompile, text), output)
      } else {
        isFailure = true
        frame.returnData = Text()
        push(.zero)
      }
    }
    // Where a failure is survived, the gas must be proven to suffice.
    if !failsWithCall {
      let slack = gas + stipend(value) - (frame.gasUsed - used)
      if slack < 0 { throw .gas }
      symbols.recorder?.needsGas(slack: slack)
    }
    if isFailure {
      table.revert(to: checkpoint)
      burnGrantedGas()
    }
  }

  /// The bytes of a precompile's input on which its price hangs, or the size of what it returns.
  private static func pricedRanges(_ precompile: Precompile, _ input: [UInt8]) -> [Range<Int>] {
    switch precompile {
    case .modexp:
      // Three lengths, and behind the base the exponent's first word.
      let base = UInt256(bigEndian: input.prefix(32)) ?? .zero
      let exponent = 96 + Int(min(base.clampedToUInt64, 1 << 40))
      return [0..<96, exponent..<exponent + 32]
    case .blake2f: return [0..<4]
    default: return []
    }
  }

  /// What a precompile returned, word by word.
  private func traced(_ output: [UInt8], of precompile: Precompile, _ text: Text) -> Text {
    guard symbols.recorder != nil else { return Text(output) }
    let words = (output.count + 31) / 32
    var result = Text([UInt8](repeating: 0, count: 32 * words))
    for word in 0..<words { result.store(traced(output, of: precompile, .word(word), text), at: 32 * word) }
    return output.count == result.count ? result : result.slice(0, output.count)
  }

  /// Whether a precompile need not run: neither its price nor the size of its output hang on bytes that are not known,
  /// and that it succeeds is certain, or else fails the transaction.
  private func isLazy(_ precompile: Precompile, _ text: Text, _ failsWithCall: Bool) -> Bool {
    if text.isKnown { return false }
    return switch precompile {
    case .sha256, .ripemd160: true
    case .bn254Add, .bn254Mul, .bn254Pairing: failsWithCall
    default: false
    }
  }

  /// Leaves the words that a precompile returns to whoever asks for them.
  private mutating func postpone(
    _ precompile: Precompile, _ text: Text, _ output: Range<Int>
  ) throws(FallbackReason) {
    let zeros = [UInt8](repeating: 0, count: text.count)
    frame.gasUsed += Int(min(precompiles.gasCost(precompile, input: zeros.span), 1 << 40))
    let words = precompile == .bn254Add || precompile == .bn254Mul ? 2 : 1
    var result = Text([UInt8](repeating: 0, count: 32 * words))
    for word in 0..<words {
      try spend(keeping: text.count)
      result.store(
        symbols.add(
          .precompile, op: UInt8(truncatingIfNeeded: precompile.rawValue), text: text,
          Value(UInt256(UInt64(word)))), at: 32 * word)
    }
    deliver(result, output)
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
