import EVM
import EVMBytecode
import EVMState
import EthereumTypes

extension Binder {
  /// Carries out a segment's steps. False where the frame or the transaction ended on the way.
  mutating func perform(_ segment: Segment) throws(FallbackReason) -> Bool {
    for index in 0..<segment.stepCount {
      let step = segment.step(index)
      if WordOperation.operandCount(step.op) != 0 {
        registers[Int(step.result)] = symbols.operation(
          step.op, get(step.a, segment), get(step.b, segment), get(step.c, segment))
      } else {
        guard try perform(step, segment) else { return false }
      }
    }
    return true
  }

  private mutating func perform(_ step: Step, _ segment: Segment) throws(FallbackReason) -> Bool {
    let result: Value
    switch step.op {
    case StepCode.assumeZero, StepCode.assumeNonzero:
      var condition = symbols.settled(get(step.a, segment))
      if !condition.isKnown, followsFailures, try isBroken(condition, step.op) {
        condition = try forced(condition)
      }
      guard condition.isKnown else {
        observations.assumed.append((condition, step.op == StepCode.assumeZero))
        return true
      }
      if try isZero(condition) != (step.op == StepCode.assumeZero) {
        try fail()
        return false
      }
      return true
    case Opcode.mload:
      guard let range = try extent(get(step.a, segment), Value(32)) else { return false }
      try spend(on: frame.memory)
      result = load(frame.memory, at: range.lowerBound)
    case Opcode.mstore:
      let value = get(step.b, segment)
      guard let range = try extent(get(step.a, segment), Value(32)) else { return false }
      try spend(on: frame.memory)
      frame.memory.store(symbols.settled(value), at: range.lowerBound)
      return true
    case Opcode.mstore8:
      let value = get(step.b, segment)
      guard let range = try extent(get(step.a, segment), Value(.one)) else { return false }
      try spend(on: frame.memory)
      frame.memory.storeByte(symbols.settled(value), at: range.lowerBound)
      return true
    case Opcode.keccak256:
      guard let range = try extent(get(step.a, segment), get(step.b, segment)) else { return false }
      frame.gasUsed += 6 * ((range.count + 31) / 32)
      result = try keccak(range)
    case Opcode.sload:
      let slot = try forced(get(step.a, segment))
      let (row, isCold) = touchSlot(slot)
      frame.gasUsed += loadPrice(isCold: isCold)
      result = table.slots[row].current
      if step.result < 0 { return true }
    case Opcode.sstore:
      if frame.isStatic {
        try fail()
        return false
      }
      let slot = try forced(get(step.a, segment))
      let (row, isCold) = touchSlot(slot)
      // Not with the stipend alone (EIP-2200).
      if frame.isStrict { try proveGas(2_301) }
      let value = symbols.settled(get(step.b, segment))
      let price = try storePrice(row, value)
      frame.gasUsed += price + (isCold && environment.fork >= .berlin ? 2100 : 0)
      if followsFailures {
        let slot = table.slots[row]
        observations.prices.append(
          StorePrice(original: slot.original, current: slot.current, new: value, price: price))
      }
      table.store(row, value)
      observations.stores.append((row, value))
      return true
    case Opcode.tload:
      let key = transientKey(try forced(get(step.a, segment)))
      result = symbols.settled(table.transientValue(key))
    case Opcode.tstore:
      if frame.isStatic {
        try fail()
        return false
      }
      let key = transientKey(try forced(get(step.a, segment)))
      table.storeTransient(key, symbols.settled(get(step.b, segment)))
      return true
    case Opcode.calldatacopy, Opcode.codecopy, Opcode.returndatacopy, Opcode.mcopy, Opcode.extcodecopy:
      return try performCopy(step, segment)
    case StepCode.touchMemory:
      guard let range = try extent(get(step.a, segment), get(step.b, segment)) else { return false }
      frame.gasUsed += 6 + range.count * Int(get(step.c, segment).word.l0)
      return true
    case StepCode.show:
      show(symbols.settled(get(step.a, segment)))
      return true
    case StepCode.showExponent:
      let exponent = symbols.settled(get(step.a, segment))
      show(exponent)
      frame.gasUsed += try exponentPrice(exponent)
      return true
    case StepCode.showMemory:
      guard !frame.memory.isKnown else { return true }
      try spend(on: frame.memory)
      let (offset, size) = (try force(get(step.a, segment)), try force(get(step.b, segment)))
      if offset.fitsUInt64, size.fitsUInt64, offset.l0 < 1 << 32, size.l0 < 1 << 32 {
        show(frame.memory, Int(offset.l0)..<Int(offset.l0 + size.l0))
      }
      return true
    case StepCode.requireMutable:
      if frame.isStatic {
        try fail()
        return false
      }
      return true
    default: result = try query(step, segment)
    }
    if step.result >= 0 { registers[Int(step.result)] = result }
    return true
  }

  /// Whether an assumption does not hold in the state, as far as that can be told.
  private mutating func isBroken(_ condition: Value, _ op: UInt8) throws(FallbackReason) -> Bool {
    do throws(FallbackReason) {
      let known = try look(at: condition)
      // No condition, but which path it is.
      if known.trace != 0 { symbols.recorder?.decideZero(known) }
      return known.word.isZero != (op == StepCode.assumeZero)
    } catch {
      if error == .gasDependentValue {
        observations.hasGuessed = true
        return false
      }
      throw error
    }
  }

  /// What SLOAD costs (EIP-150, EIP-1884, EIP-2929).
  private func loadPrice(isCold: Bool) -> Int {
    isCold && environment.fork >= .berlin ? 2_100 : GasBound.repeatedLoad(environment.fork)
  }

  private func transientKey(_ slot: Value) -> SlotKey {
    let key = SlotKey(address: frame.address, slot: slot.word)
    symbols.recorder?.noteTransient(key, slot, of: frame.account)
    return key
  }

  /// A word the transaction or the block supplies.
  private func input(_ op: UInt8, _ word: UInt256) -> Value {
    guard let recorder = symbols.recorder else { return Value(word) }
    return Value(word, trace: recorder.input(op))
  }

  /// Instructions that only ask.
  private mutating func query(_ step: Step, _ segment: Segment) throws(FallbackReason) -> Value {
    switch step.op {
    case Opcode.address: return addressValue(frame.account, frame.address)
    case Opcode.origin: return addressValue(0, call.sender)
    case Opcode.caller: return addressValue(frame.callerRow, frame.caller)
    case Opcode.callvalue: return frame.value
    case Opcode.calldatasize: return Value(UInt256(frame.input.count))
    case Opcode.gasprice: return input(step.op, call.gasPrice)
    case Opcode.coinbase: return input(step.op, environment.coinbase.word)
    case Opcode.timestamp: return input(step.op, UInt256(environment.timestamp))
    case Opcode.number: return input(step.op, UInt256(environment.number))
    case Opcode.prevrandao: return input(step.op, environment.prevRandao)
    case Opcode.gaslimit: return input(step.op, UInt256(environment.gasLimit))
    case Opcode.chainid: return input(step.op, UInt256(environment.chainID))
    case Opcode.basefee: return input(step.op, environment.baseFee)
    case Opcode.blobbasefee: return input(step.op, environment.blobBaseFee)
    case Opcode.blobhash:
      let index = try forced(get(step.a, segment))
      let hash = call.blobHash(index.word)
      guard let recorder = symbols.recorder else { return Value(hash) }
      return Value(
        hash, trace: recorder.node(PathExpression(op: step.op, a: recorder.operand(index))))
    case Opcode.blockhash: return try blockHash(forced(get(step.a, segment)))
    case Opcode.calldataload:
      let offset = try force(get(step.a, segment))
      guard offset.fitsUInt64, offset.l0 < UInt64(frame.input.count) else { return .zero }
      try spend(on: frame.input)
      if suspended.isEmpty, let recorder = symbols.recorder, let word = frame.input.word(at: Int(offset.l0)) {
        return Value(word.word, trace: recorder.input(PathCode.callDataWord, Int(offset.l0)))
      }
      return load(frame.input, at: Int(offset.l0))
    case Opcode.returndatasize:
      try decideRecovery()
      return Value(UInt256(frame.returnData.count))
    case Opcode.selfbalance: return balance(frame.account)
    case Opcode.balance: return balance(warm(try forced(get(step.a, segment))))
    case Opcode.extcodesize: return codeSize(warm(try forced(get(step.a, segment))))
    case Opcode.extcodehash: return try codeHash(warm(try forced(get(step.a, segment))))
    case Opcode.gas:
      return symbols.add(Symbol(.unknowable, op: Opcode.gas, Value(UInt256(UInt64(frame.gasLeft)))))
    case Opcode.msize: return Value(UInt256(frame.memory.count))
    default: throw .unsupportedInstruction
    }
  }

  private mutating func blockHash(_ number: Value) throws(FallbackReason) -> Value {
    let word = number.word
    var hash = UInt256.zero
    if word.fitsUInt64, word.l0 < environment.number, environment.number &- word.l0 <= 256 {
      do {
        let known = try state.blockHash(word.l0)
        blockHashes[word.l0] = known
        hash = known.word
      } catch { throw .state }
    }
    guard let recorder = symbols.recorder else { return Value(hash) }
    return Value(
      hash, trace: recorder.node(PathExpression(op: Opcode.blockhash, a: recorder.operand(number))))
  }

  // MARK: Bytes

  /// A word of a text; a new symbol where it is pieced together.
  mutating func load(_ text: Text, at offset: Int) -> Value {
    if let word = text.word(at: offset) {
      guard word.isKnown, let recorder = symbols.recorder, text.isSoft(offset, 32) else {
        return symbols.settled(word)
      }
      let trace = recorder.text(PathCode.bytes, text.slice(offset, 32)) { _ in .zero }
      return Value(word.word, trace: trace)
    }
    return symbols.add(.bytes, text: text.slice(offset, 32))
  }

  private mutating func keccak(_ range: Range<Int>) throws(FallbackReason) -> Value {
    try spend(16 + range.count >> 4)
    try spend(on: frame.memory)
    if let bytes = frame.memory.knownBytes(range) {
      let hash = hash(bytes)
      guard let recorder = symbols.recorder, frame.memory.isSoft(range.lowerBound, range.count) else {
        return Value(hash)
      }
      let text = frame.memory.slice(range.lowerBound, range.count)
      return Value(hash, trace: recorder.text(Opcode.keccak256, text) { _ in .zero })
    }
    try spend(keeping: range.count)
    return symbols.add(.keccak, text: frame.memory.slice(range.lowerBound, range.count))
  }

  /// Keccak-256 of bytes, noted where the transaction will ask for it too.
  mutating func hash(_ bytes: ArraySlice<UInt8>) -> UInt256 {
    guard let pair = HashedPair(bytes) else { return keccak256(bytes).word }
    return foreseen.note(pair)
  }

  private mutating func performCopy(_ step: Step, _ segment: Segment) throws(FallbackReason) -> Bool {
    let isExternal = step.op == Opcode.extcodecopy
    let target = get(isExternal ? step.b : step.a, segment)
    let source = get(isExternal ? step.c : step.b, segment)
    let size = get(isExternal ? step.d : step.c, segment)
    if isExternal {
      let row = warm(try forced(get(step.a, segment)))
      table.note(.codeRead, row)
    }
    guard let range = try extent(target, size) else { return false }
    frame.gasUsed += 3 * ((range.count + 31) / 32)
    if step.op == Opcode.returndatacopy {
      try decideRecovery()
      let start = try force(source)
      // Reading beyond the end is an exceptional halt (EIP-211).
      let length = UInt64(frame.returnData.count)
      guard start.fitsUInt64, start.l0 <= length, length - start.l0 >= UInt64(range.count) else {
        try fail()
        return false
      }
    }
    guard !range.isEmpty else { return true }
    try spend(copying: range.count, of: frame.memory)
    let start = Int(min(try force(source).clampedToUInt64, 1 << 40))
    switch step.op {
    case Opcode.calldatacopy:
      try spend(on: frame.input)
      frame.memory.copy(frame.input, from: start, count: range.count, to: range.lowerBound)
    case Opcode.codecopy:
      frame.memory.copy(Text(frame.summary.code), from: start, count: range.count, to: range.lowerBound)
    case Opcode.returndatacopy:
      try spend(on: frame.returnData)
      frame.memory.copy(frame.returnData, from: start, count: range.count, to: range.lowerBound)
    case Opcode.mcopy:
      try grow(to: start + range.count)
      let copy = frame.memory.slice(start, range.count)
      frame.memory.copy(copy, from: 0, count: range.count, to: range.lowerBound)
    default:
      let row = warm(try forced(get(step.a, segment)))
      let code = try codeText(row)
      frame.memory.copy(code, from: start, count: range.count, to: range.lowerBound)
    }
    return true
  }
}
