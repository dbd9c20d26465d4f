import EVMBytecode
import EthereumTypes

extension Explorer {
  /// Runs the block of a context from its state at entry.
  mutating func run(_ index: Int32) {
    let start = contexts[Int(index)].pc
    var state = contexts[Int(index)].state
    var pc = start
    while pc < code.count {
      let op = code[pc]
      if op == Opcode.jumpdest && pc != start {
        enter(pc, state, from: index)
        return close(index, pc, .next, [pc])
      }
      steps += 1
      guard op != Opcode.invalid, let definition = opcodes.definitions[Int(op)],
        state.stack.count + definition.leaves - definition.takes <= SymbolicState.maximumHeight
      else { return close(index, pc + 1, .invalid) }
      guard state.stack.count >= definition.takes else {
        return state.below < 0 ? close(index, pc + 1, .invalid) : dig(index)
      }
      switch op {
      case Opcode.push0...Opcode.push32:
        let size = Int(op - Opcode.push0)
        state.stack.append(table.constant(pushData(pc + 1, size)))
        pc += size
      case Opcode.dup1...Opcode.dup16: duplicate(Int(op - Opcode.dup1), &state)
      case Opcode.swap1...Opcode.swap16: exchange(0, Int(op - Opcode.swap1) + 1, &state)
      case Opcode.dupn, Opcode.swapn, Opcode.exchange:
        // The operand of EIP-8024 picks the depth; unknown words stand in for what it moves.
        return close(index, pc + 1, .invalid)
      case Opcode.jumpdest: break
      case Opcode.jump:
        let target = pop(&state)
        return jump(index, pc, target, state, isBranch: false, others: [])
      case Opcode.jumpi:
        let target = pop(&state)
        return branch(index, pc, target, pop(&state), state)
      case Opcode.stop: return close(index, pc + 1, .stop)
      case Opcode.return: return close(index, pc + 1, .return)
      case Opcode.revert: return close(index, pc + 1, .revert)
      case Opcode.selfdestruct:
        note(.selfdestruct, pc, state, [pop(&state)])
        return close(index, pc + 1, .selfdestruct)
      default: execute(op, definition, pc, &state)
      }
      pc += 1
    }
    close(index, pc, .stop)
  }

  /// Ends the block of a context.
  mutating func close(
    _ index: Int32, _ end: Int, _ ending: ControlFlowGraph.Ending, _ targets: [Int] = []
  ) {
    if recorded != nil { return }
    let start = contexts[Int(index)].pc
    let end = min(end, code.count)
    var record = blocks[start] ?? BlockRecord(end: end, ending: ending)
    if ending != .invalid || record.ending == .invalid {
      record.end = end
      record.ending = ending
    }
    record.successors.formUnion(targets)
    blocks[start] = record
  }

  private func pushData(_ offset: Int, _ size: Int) -> UInt256 {
    var word = UInt256.zero
    for index in offset..<offset + size {
      word = word.shiftedLeft(8) | UInt256(UInt64(index < code.count ? code[index] : 0))
    }
    return word
  }

  // MARK: Stack

  /// The uppermost word; `run` has seen to it that there is one.
  func pop(_ state: inout SymbolicState) -> ExpressionID { state.stack.popLast() ?? table.zero }

  private func duplicate(_ depth: Int, _ state: inout SymbolicState) {
    state.stack.append(state.stack[state.stack.count - 1 - depth])
  }

  private func exchange(_ first: Int, _ second: Int, _ state: inout SymbolicState) {
    let top = state.stack.count - 1
    state.stack.swapAt(top - first, top - second)
  }

  // MARK: Instructions that go straight on

  private mutating func execute(
    _ op: UInt8, _ definition: OpcodeDefinition, _ pc: Int, _ state: inout SymbolicState
  ) {
    switch WordOperation.operandCount(op) {
    case 1: return state.stack.append(table.arithmetic(op, pop(&state)))
    case 2:
      let a = pop(&state)
      return state.stack.append(table.arithmetic(op, a, pop(&state)))
    case 3:
      let a = pop(&state)
      let b = pop(&state)
      return state.stack.append(table.arithmetic(op, a, b, pop(&state)))
    default: break
    }
    switch op {
    case Opcode.pop: _ = pop(&state)
    case Opcode.pc: state.stack.append(table.constant(UInt256(pc)))
    case Opcode.codesize: state.stack.append(table.constant(UInt256(code.count)))
    case Opcode.returndatasize:
      state.stack.append(state.hasReturnData ? table.intern(Expression(op: op)) : table.zero)
    case Opcode.mload:
      let offset = pop(&state)
      let place = SymbolicMemory.place(offset, table)
      state.stack.append(load(offset, place, pc, state))
    case Opcode.mstore, Opcode.mstore8:
      let place = SymbolicMemory.place(pop(&state), table)
      let word = pop(&state)
      if op == Opcode.mstore { notePointer(word, inStorage: false) }
      state.memory.write(place, op == Opcode.mstore ? 32 : 1, .word(word), &table)
    case Opcode.calldatacopy, Opcode.codecopy, Opcode.returndatacopy, Opcode.mcopy, Opcode.extcodecopy:
      copy(op, pc, &state)
    case Opcode.keccak256:
      let offset = pop(&state)
      state.stack.append(hash(offset, pop(&state), state))
    case Opcode.sload, Opcode.tload:
      let key = pop(&state)
      note(op == Opcode.sload ? .sload : .tload, pc, state, [key])
      state.stack.append(table.intern(Expression(op: op, a: key)))
    case Opcode.sstore, Opcode.tstore:
      let key = pop(&state)
      let word = pop(&state)
      notePointer(word, inStorage: true)
      note(op == Opcode.sstore ? .sstore : .tstore, pc, state, [key, word])
    case Opcode.balance, Opcode.extcodesize, Opcode.extcodehash:
      let account = pop(&state)
      note(op == Opcode.balance ? .balance : .code, pc, state, [account])
      state.stack.append(table.intern(Expression(op: op, a: account)))
    case Opcode.calldataload, Opcode.blockhash, Opcode.blobhash:
      state.stack.append(table.intern(Expression(op: op, a: pop(&state))))
    case Opcode.call, Opcode.callcode, Opcode.delegatecall, Opcode.staticcall: call(op, pc, &state)
    case Opcode.create, Opcode.create2:
      let value = pop(&state)
      for _ in 1..<definition.takes { _ = pop(&state) }
      note(.create, pc, state, [value])
      state.hasReturnData = true
      state.stack.append(result(pc))
    case Opcode.selfbalance:
      note(.balance, pc, state, [table.intern(Expression(op: Opcode.address))])
      state.stack.append(table.intern(Expression(op: op)))
    default:
      for _ in 0..<definition.takes { _ = pop(&state) }
      if definition.leaves > 0 { state.stack.append(table.intern(Expression(op: op))) }
    }
  }

  /// The word in memory at an address.
  ///
  /// What was written through a pointer whose name can stand for another value by now, such as the free-memory pointer
  /// of the last allocation, decides nothing. And what was copied there from the code or the call data is none of the
  /// words that the code puts into memory.
  private mutating func load(
    _ offset: ExpressionID, _ place: SymbolicMemory.Place?, _ pc: Int, _ state: SymbolicState
  ) -> ExpressionID {
    if let place, place.base < 0 || table.isFixed(place.base),
      let word = state.memory.read(place, 32, &table)
    {
      return word
    }
    return state.memory.holdsCopies(place, 32)
      ? result(pc) : table.intern(Expression(op: Opcode.mload, a: offset))
  }

  private mutating func result(_ pc: Int, isFlag: Bool = false) -> ExpressionID {
    table.intern(Expression(op: ExpressionCode.result, a: Int32(truncatingIfNeeded: pc), b: isFlag ? 1 : 0))
  }

  private func size(_ id: ExpressionID) -> Int? {
    guard let word = table.value(id), word.fitsUInt64, word.l0 < UInt64(SymbolicMemory.maximumOffset) else {
      return nil
    }
    return Int(word.l0)
  }

  private mutating func copy(_ op: UInt8, _ pc: Int, _ state: inout SymbolicState) {
    if op == Opcode.extcodecopy { note(.code, pc, state, [pop(&state)]) }
    let place = SymbolicMemory.place(pop(&state), table)
    let source = pop(&state)
    guard let count = size(pop(&state)) else { return state.memory.writeUnknown(place, &table) }
    let content: SymbolicMemory.Content =
      switch op {
      case Opcode.calldatacopy: .callData(source)
      case Opcode.codecopy: .code(source)
      case Opcode.mcopy where count == 32:
        state.memory.read(SymbolicMemory.place(source, table), 32, &table).map { .word($0) } ?? .unknown
      default: .unknown
      }
    state.memory.write(place, count, content, &table)
  }

  /// KECCAK-256 of memory: of the words in it where the size is known.
  private mutating func hash(
    _ offset: ExpressionID, _ length: ExpressionID, _ state: SymbolicState
  ) -> ExpressionID {
    guard let count = size(length), count > 0, count <= 512, let place = SymbolicMemory.place(offset, table)
    else { return table.intern(Expression(op: Opcode.keccak256, a: offset, b: length)) }
    var words: [ExpressionID] = []
    var done = 0
    while done < count {
      let taken = min(32, count - done)
      let here = SymbolicMemory.Place(base: place.base, offset: place.offset + done)
      if let word = state.memory.read(here, taken, &table) {
        words.append(word)
      } else {
        let address = table.arithmetic(Opcode.add, offset, table.constant(UInt256(done)))
        words.append(table.intern(Expression(op: Opcode.mload, a: address)))
      }
      done += taken
    }
    let rest = Int32(count % 32 == 0 ? 32 : count % 32)
    return table.intern(Expression(op: ExpressionCode.hash, a: table.list(words), b: rest))
  }

  private mutating func call(_ op: UInt8, _ pc: Int, _ state: inout SymbolicState) {
    _ = pop(&state)
    let target = pop(&state)
    let transfers = op == Opcode.call || op == Opcode.callcode
    let value = transfers ? pop(&state) : table.zero
    let input = SymbolicMemory.place(pop(&state), table)
    let inputSize = pop(&state)
    if recorded != nil {
      let selects = size(inputSize).map { $0 >= 4 } ?? true
      let selector = selects ? state.memory.read(input, 4, &table) : nil
      note(.call(op), pc, state, [target, value] + (selector.map { [$0] } ?? []))
    }
    let place = SymbolicMemory.place(pop(&state), table)
    let outputSize = pop(&state)
    if let count = size(outputSize) {
      state.memory.write(place, count, .unknown, &table)
    } else {
      state.memory.writeUnknown(place, &table)
    }
    state.hasReturnData = true
    state.stack.append(result(pc, isFlag: true))
  }

  // MARK: Notes

  /// Remembers jump destinations among what is written to memory or storage.
  private mutating func notePointer(_ word: ExpressionID, inStorage: Bool) {
    if recorded != nil { return }
    var found: [ExpressionID] = []
    if let (words, _) = table.choices(word) {
      found = words
    } else if inStorage {
      // Packed beside other values.
      table.forEachPart(of: word) { id, node in if node.op == ExpressionCode.constant { found.append(id) } }
    } else {
      return
    }
    var grew = false
    for id in found {
      for pointer in pointers(id, isPacked: inStorage) {
        grew = (inStorage ? storagePointers.insert(pointer) : memoryPointers.insert(pointer)).inserted || grew
      }
    }
    guard grew else { return }
    for reader in pointerReaders.sorted() { enqueue(reader) }
  }

  /// The jump destinations a constant can stand for: itself, or where it is packed, moved by whole bytes or in the
  /// low half of a pair (Solidity keeps the destination in the constructor's code in the high half).
  private mutating func pointers(_ id: ExpressionID, isPacked: Bool) -> [ExpressionID] {
    guard var word = table.value(id), !word.isZero else { return [] }
    if !isPacked { return isLabel(id) ? [id] : [] }
    var found: [ExpressionID] = []
    for _ in 0..<32 {
      if word.fitsUInt64 {
        for half in [word.l0, word.l0 & 0xFFFF_FFFF] where destination(UInt256(half)) != nil && half != 0 {
          found.append(table.constant(UInt256(half)))
        }
      }
      guard word.l0 & 0xFF == 0 else { break }
      word = word.shiftedRight(8)
    }
    return found
  }

  /// Records an access, in the last pass.
  mutating func note(
    _ kind: ContractOutline.Kind, _ pc: Int, _ state: SymbolicState, _ operands: [ExpressionID]
  ) {
    guard recorded != nil else { return }
    recorded?.append(ContractOutline.Access(kind: kind, pc: pc, entry: state.entry, operands: operands))
  }
}
