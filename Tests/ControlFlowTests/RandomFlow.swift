import EVMBytecode
import EthereumTypes

/// Random contracts that are mostly control flow: functions with return addresses on the stack, called straight, in
/// turn, instead of their caller's return, or by a pointer from a branch, memory, storage, a packed word or a table in
/// the code; loops that push and loops that pop.
///
/// A function finds the place to return to below its argument and leaves its result in their stead.
struct RandomFlow {
  private var random: SplitMix64
  private var code: [UInt8] = []
  private var places: [Int?] = []
  private var uses: [(offset: Int, label: Int)] = []
  private var functions: [Int] = []
  /// Tables of labels that follow the code, and where their offsets are pushed.
  private var tables: [(use: Int, labels: [Int])] = []
  private var depth = 0

  /// The code made from a seed.
  static func code(seed: Int) -> [UInt8] {
    var flow = RandomFlow(random: SplitMix64(seed: UInt64(seed) &* 0x9E37_79B9 &+ 5))
    return flow.program()
  }

  private init(random: SplitMix64) { self.random = random }

  private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

  private mutating func label() -> Int {
    places.append(nil)
    return places.count - 1
  }

  private mutating func place(_ label: Int) {
    places[label] = code.count
    code.append(Opcode.jumpdest)
  }

  private mutating func op(_ opcodes: UInt8...) { code += opcodes }

  private mutating func push(_ number: Int) { code += [Opcode.push0 + 1, UInt8(truncatingIfNeeded: number)] }

  private mutating func push(label: Int) {
    code.append(Opcode.push0 + 2)
    uses.append((code.count, label))
    code += [0, 0]
  }

  private mutating func program() -> [UInt8] {
    functions = (0..<(1 + pick(5))).map { _ in label() }
    push(1)
    for _ in 0..<(1 + pick(4)) { statement() }
    op(Opcode.stop)
    for function in functions {
      place(function)
      for _ in 0..<pick(4) { statement() }
      if pick(6) == 0 {
        // The next function returns in this one's stead.
        push(label: functions[pick(functions.count)])
      } else {
        op(Opcode.swap1)
      }
      op(Opcode.jump)
    }
    op(Opcode.invalid)
    for table in tables {
      set(table.use, code.count)
      for label in table.labels {
        uses.append((code.count, label))
        code += [0, 0]
      }
    }
    for use in uses { set(use.offset, places[use.label] ?? 0xFFFF) }
    return code
  }

  private mutating func set(_ offset: Int, _ number: Int) {
    code[offset] = UInt8(truncatingIfNeeded: number >> 8)
    code[offset + 1] = UInt8(truncatingIfNeeded: number)
  }

  /// Leaves a word.
  private mutating func word() {
    switch pick(5) {
    case 0: push(pick(4))
    case 1:
      push(32 * pick(3))
      op(Opcode.calldataload)
    case 2:
      push(pick(3))
      op(Opcode.sload)
    case 3: op(Opcode.dup1)
    default:
      push(0x80 + 32 * pick(3))
      op(Opcode.mload)
    }
  }

  /// Leaves zero or one.
  private mutating func flag() {
    word()
    push(1)
    op(Opcode.and)
  }

  /// Works on the word on top.
  private mutating func statement() {
    depth += 1
    defer { depth -= 1 }
    switch pick(depth > 3 ? 4 : 13) {
    case 0:
      word()
      op([Opcode.add, Opcode.xor, Opcode.mul][pick(3)])
    case 1:
      op(Opcode.dup1)
      push(pick(3))
      op(Opcode.sstore)
    case 2:
      op(Opcode.dup1)
      if pick(3) == 0 {
        // Anywhere near.
        word()
        push(0xFF)
        op(Opcode.and)
      } else {
        push(0x80 + 32 * pick(3))
      }
      op(Opcode.mstore)
    case 3:
      flag()
      op(Opcode.add)
    case 4, 5:
      branch {
        $0.statement()
      } or: {
        $0.statement()
      }
    case 6: loop()
    case 7: tower()
    default: call()
    }
  }

  private mutating func branch(_ first: (inout Self) -> Void, or second: (inout Self) -> Void) {
    let (other, end) = (label(), label())
    flag()
    push(label: other)
    op(Opcode.jumpi)
    first(&self)
    push(label: end)
    op(Opcode.jump)
    place(other)
    second(&self)
    place(end)
  }

  /// A few rounds with their number above the word.
  private mutating func loop() {
    let (again, end) = (label(), label())
    push(1 + pick(3))
    place(again)
    op(Opcode.dup1, Opcode.iszero)
    push(label: end)
    op(Opcode.jumpi, Opcode.swap1)
    statement()
    op(Opcode.swap1)
    push(1)
    op(Opcode.swap1, Opcode.sub)
    push(label: again)
    op(Opcode.jump)
    place(end)
    op(Opcode.pop)
  }

  /// Words are put on the stack in one loop, each a place to go on at or just a number, and taken away in another.
  private mutating func tower() {
    let (up, down, end) = (label(), label(), label())
    let isOfLabels = pick(2) == 0
    let rest = label()
    // The floor of the tower tells the way out.
    push(label: end)
    flag()
    push(1 + pick(2))
    op(Opcode.add)
    place(up)
    // … floor, what is to come
    if isOfLabels { push(label: rest) } else { push(7) }
    op(Opcode.swap1)
    push(1)
    op(Opcode.swap1, Opcode.sub, Opcode.dup1)
    push(label: up)
    op(Opcode.jumpi, Opcode.pop)
    if isOfLabels {
      // Each of them leads to the next, the last to the floor.
      op(Opcode.jump)
      place(rest)
      op(Opcode.jump)
    } else {
      place(down)
      push(7)
      op(Opcode.eq)
      // Behind a number that is no 7 lies the way out; a wrong guess jumps nowhere.
      op(Opcode.dup1 + 1)
      push(7)
      op(Opcode.eq, Opcode.and)
      push(label: down)
      op(Opcode.jumpi, Opcode.jump)
    }
    place(end)
  }

  /// Hands the word to a function and takes what it returns.
  private mutating func call() {
    let end = label()
    if pick(5) == 0 {
      // Through another function first.
      push(label: end)
      push(label: functions[pick(functions.count)])
      op(Opcode.dup1 + 2)
      target()
      op(Opcode.jump)
    } else {
      push(label: end)
      op(Opcode.dup1 + 1)
      target()
      op(Opcode.jump)
    }
    place(end)
    op(Opcode.xor)
  }

  /// Leaves where a function begins.
  private mutating func target() {
    let (one, other) = (functions[pick(functions.count)], functions[pick(functions.count)])
    switch pick(9) {
    case 0:
      branch {
        $0.push(label: one)
      } or: {
        $0.push(label: other)
      }
    case 1:
      let slot = 0x100 + 32 * pick(2)
      push(label: one)
      code += [Opcode.push0 + 2, UInt8(slot >> 8), UInt8(slot & 0xFF), Opcode.mstore]
      code += [Opcode.push0 + 2, UInt8(slot >> 8), UInt8(slot & 0xFF), Opcode.mload]
    case 2:
      push(label: one)
      push(9)
      op(Opcode.sstore)
      push(9)
      op(Opcode.sload)
    case 3:
      // Two in a word.
      push(label: one)
      push(32)
      op(Opcode.shl)
      push(label: other)
      op(Opcode.or)
      flag()
      push(5)
      op(Opcode.shl, Opcode.shr)
      code += [Opcode.push0 + 4, 0xFF, 0xFF, 0xFF, 0xFF, Opcode.and]
    case 4:
      // From a table: codecopy(30, table + 2 * (word & 1), 2)
      push(0)
      op(Opcode.push0, Opcode.mstore)
      push(2)
      flag()
      push(1)
      op(Opcode.shl)
      code.append(Opcode.push0 + 2)
      tables.append((code.count, [one, other]))
      code += [0, 0]
      op(Opcode.add)
      push(30)
      op(Opcode.codecopy)
      push(0)
      op(Opcode.mload)
    default: push(label: one)
    }
  }
}
