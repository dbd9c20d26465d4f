import EVMBytecode
import EthereumTypes

extension Explorer {
  /// Where a jump can go, and the entry point behind each where a table told it.
  struct Targets {
    var resolution: JumpResolution
    var places: [(pc: Int, entry: Int32?)]
  }

  /// Ends a block with a jump; `others` are where a branch goes on if it is not taken.
  mutating func jump(
    _ index: Int32, _ pc: Int, _ target: ExpressionID, _ state: SymbolicState, isBranch: Bool,
    others: [(pc: Int, state: SymbolicState)]
  ) {
    if recorded != nil { return }
    let targets = targets(of: target, index, state)
    var record = jumps[pc] ?? JumpRecord()
    record.resolution = max(record.resolution, targets.resolution)
    var places: [Int] = []
    for place in targets.places {
      record.destinations.insert(place.pc)
      var there = state
      if let entry = place.entry, state.entry == 0 { there.entry = entry }
      enter(place.pc, there, from: index)
      places.append(place.pc)
    }
    jumps[pc] = record
    for other in others where other.pc <= code.count {
      enter(other.pc, other.state, from: index)
      places.append(other.pc)
    }
    let ending: ControlFlowGraph.Ending = isBranch ? .branch : places.isEmpty ? .invalid : .jump
    close(index, pc + 1, ending, places)
  }

  /// Ends a block with a branch: goes where the condition allows.
  mutating func branch(
    _ index: Int32, _ pc: Int, _ target: ExpressionID, _ condition: ExpressionID, _ state: SymbolicState
  ) {
    if let known = table.value(condition) {
      if known.isZero {
        if jumps[pc] == nil && recorded == nil { jumps[pc] = JumpRecord() }
        enter(pc + 1, state, from: index)
        return close(index, pc + 1, .branch, [pc + 1])
      }
      return jump(index, pc, target, state, isBranch: true, others: [])
    }
    var taken = state
    var other = state
    learn(condition, isZero: false, &taken)
    learn(condition, isZero: true, &other)
    if state.entry == 0, let (test, matchesWhenTrue) = selectorTest(condition) {
      func mark(_ side: inout SymbolicState) {
        if let selector = table.value(test) {
          side.entry = number(.selector(UInt32(truncatingIfNeeded: selector.l0)))
        } else {
          side.selectorEqual = test
        }
      }
      if matchesWhenTrue { mark(&taken) } else { mark(&other) }
    }
    jump(index, pc, target, taken, isBranch: true, others: [(pc + 1, other)])
  }

  /// What a branch says of the words on the stack: behind it a flag is known. (After a call that is tried, the
  /// flag is looked at twice.)
  private mutating func learn(_ condition: ExpressionID, isZero: Bool, _ state: inout SymbolicState) {
    var (id, isZero) = (condition, isZero)
    while true {
      let node = table[id]
      if isZero || table.width(id) == 1 {
        let word = isZero ? table.zero : table.constant(.one)
        for slot in state.stack.indices where state.stack[slot] == id { state.stack[slot] = word }
      }
      guard node.op == Opcode.iszero else { return }
      id = node.a
      isZero.toggle()
    }
  }

  /// What the selector is compared with, as a number of 32 bits or an expression, and on which side it is equal.
  private mutating func selectorTest(_ condition: ExpressionID) -> (ExpressionID, matchesWhenTrue: Bool)? {
    var node = table[condition]
    var whenTrue = true
    while node.op == Opcode.iszero {
      if node.a == table.selector { return (table.zero, whenTrue) }
      node = table[node.a]
      whenTrue.toggle()
    }
    switch node.op {
    case Opcode.eq: break
    case Opcode.or, Opcode.and:
      // Joined with a check of the size: all of an AND is true, and nothing of an OR.
      for side in [node.a, node.b] where table[side].op == Opcode.eq || table[side].op == Opcode.xor {
        guard let (test, isTrue) = selectorTest(side), isTrue == (node.op == Opcode.and) else { continue }
        return (test, isTrue == whenTrue)
      }
      return nil
    case Opcode.xor, Opcode.sub: whenTrue.toggle()
    case Opcode.add:
      // x − c is x + (−c).
      guard let word = table.value(node.a) ?? table.value(node.b) else { return nil }
      let other = table.value(node.a) == nil ? node.a : node.b
      guard other == table.selector, word.negated.bitWidthUsed <= 32 else { return nil }
      return (table.constant(word.negated), !whenTrue)
    default: return nil
    }
    for (mine, other) in [(node.a, node.b), (node.b, node.a)] {
      if mine == table.selector {
        guard table.value(other) != nil || table[other].op != Opcode.mload else { return nil }
        if let word = table.value(other), word.bitWidthUsed > 32 { return nil }
        return (other, whenTrue)
      }
      // The selector where it stands, at the top of the word.
      if let word = table.value(other), word == word.shiftedRight(224).shiftedLeft(224), isTopOfCallData(mine)
      {
        return (table.constant(word.shiftedRight(224)), whenTrue)
      }
    }
    return nil
  }

  private func isTopOfCallData(_ id: ExpressionID) -> Bool {
    let node = table[id]
    let mask = UInt256(0xFFFF_FFFF).shiftedLeft(224)
    guard node.op == Opcode.and else { return false }
    for (first, second) in [(node.a, node.b), (node.b, node.a)] {
      if table.value(first) == mask, table[second].op == Opcode.calldataload, table[second].a == table.zero {
        return true
      }
    }
    return false
  }

  // MARK: Targets

  private mutating func targets(_ words: some Sequence<ExpressionID>, _ resolution: JumpResolution) -> Targets
  {
    let places = words.compactMap { table.value($0).flatMap(destination) }
    return Targets(resolution: resolution, places: places.map { ($0, nil) })
  }

  private mutating func targets(of target: ExpressionID, _ index: Int32, _ state: SymbolicState) -> Targets {
    if let word = table.value(target) {
      return Targets(resolution: .constant, places: destination(word).map { [($0, nil)] } ?? [])
    }
    if let (words, openness) = table.choices(target) {
      return targets(words, openness == Openness.open ? .unresolved : .choice)
    }
    steps += 256
    if let found = enumerate(target, state) { return found }
    if let found = loaded(target, index) { return found }
    if let found = chosen(target) { return found }
    return Targets(resolution: .unresolved, places: [])
  }

  /// All values of a target that hangs on few bits.
  private mutating func enumerate(_ target: ExpressionID, _ state: SymbolicState) -> Targets? {
    var enumeration = Enumeration(table: table, code: code, budget: limits.enumeration - enumerated)
    let values = enumeration.values(of: target, with: state.selectorEqual)
    enumerated += enumeration.spent
    guard let values else { return nil }
    var places: [(pc: Int, entry: Int32?)] = []
    var seen = Set<Int>()
    for (value, other) in values {
      guard let place = destination(value) else { continue }
      let selector = other.flatMap {
        $0.bitWidthUsed <= 32 ? Entry.selector(UInt32(truncatingIfNeeded: $0.l0)) : nil
      }
      guard selector != nil || seen.insert(place).inserted else { continue }
      places.append((place, selector.map { number($0) }))
    }
    return Targets(resolution: .table, places: places)
  }

  /// A target that was loaded from memory or storage: what the code puts there.
  private mutating func loaded(_ target: ExpressionID, _ index: Int32) -> Targets? {
    var words = Set<ExpressionID>()
    var (fromMemory, fromStorage, isOther) = (false, false, false)
    table.forEachPart(of: target) { id, node in
      switch node.op {
      case Opcode.mload: fromMemory = true
      case Opcode.sload, Opcode.tload: fromStorage = true
      case ExpressionCode.constant: if isDestination(id) { words.insert(id) }
      case ExpressionCode.merged, ExpressionCode.result: isOther = true
      default: break
      }
    }
    guard fromMemory || fromStorage, !isOther || fromMemory else { return nil }
    pointerReaders.insert(index)
    if fromMemory { words.formUnion(memoryPointers) }
    if fromStorage { words.formUnion(storagePointers) }
    let followed = words.filter { follow($0, from: index) }
    return targets(followed.sorted(), words.isEmpty || followed != words ? .unresolved : .stored)
  }

  /// Whether to go from a context to a place that was loaded.
  private mutating func follow(_ pointer: ExpressionID, from index: Int32) -> Bool {
    guard maximumReaders < .max else { return true }
    var readers = pointerFollowers[pointer] ?? []
    guard readers.contains(index) || readers.count < maximumReaders else { return false }
    readers.insert(index)
    pointerFollowers[pointer] = readers
    return true
  }

  /// A target made of what the caller sends: every destination that fits the bits known.
  private mutating func chosen(_ target: ExpressionID) -> Targets? {
    var isChosen = true
    table.forEachPart(of: target) { _, node in
      switch node.op {
      case ExpressionCode.merged, ExpressionCode.result, ExpressionCode.choice, Opcode.sload, Opcode.tload,
        Opcode.mload, Opcode.keccak256, Opcode.gas, Opcode.msize, Opcode.returndatasize:
        isChosen = false
      default: break
      }
    }
    guard isChosen else { return nil }
    steps += code.count / 16
    var enumeration = Enumeration(table: table, code: code, budget: 1)
    let bits = enumeration.bits(of: target)
    var places: [(pc: Int, entry: Int32?)] = []
    for place in code.indices where destinations.contains(place) && bits.allows(UInt256(place)) {
      places.append((place, nil))
    }
    return Targets(resolution: .chosen, places: places)
  }
}
