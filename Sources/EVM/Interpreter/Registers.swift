/// What the interpreter's loop keeps in registers while a frame runs.
struct Registers: BitwiseCopyable {
  /// The instruction that runs.
  var next: InstructionPointer
  /// Gas left.
  var gas: Int64
  /// The stack.
  var stack: StackPointer
  /// Where the frame's stack begins.
  let base: StackPointer
  /// The fork's prices and stack bounds.
  let rows: InstructionCursor

  // Every instruction begins with one of these charges. Each checks what the instruction can violate and pays its
  // constant price; false means that the frame halts.

  /// For an instruction that leaves the stack alone.
  @inline(__always)
  mutating func charge(free opcode: UInt8) -> Bool { pay(rows[opcode]) }

  /// For an instruction that takes words and leaves no more than it took: the stack cannot overflow.
  @inline(__always)
  mutating func charge(taking opcode: UInt8) -> Bool {
    let row = rows[opcode]
    return stack.byteHeight(above: base) >= UInt(row.minimumHeight) && pay(row)
  }

  /// For an instruction that only pushes: the stack cannot underflow.
  @inline(__always)
  mutating func charge(pushing opcode: UInt8) -> Bool {
    let row = rows[opcode]
    return stack.byteHeight(above: base) <= UInt(row.maximumHeight) && pay(row)
  }

  /// For any instruction.
  @inline(__always)
  mutating func charge(_ opcode: UInt8) -> Bool {
    let row = rows[opcode]
    return row.suits(height: stack.byteHeight(above: base)) && pay(row)
  }

  @inline(__always)
  private mutating func pay(_ row: InstructionRow) -> Bool {
    gas &-= Int64(row.gas)
    return gas >= 0
  }

  /// Whether the stack's height suits the instruction.
  var suitsStack: Bool { rows[next.opcode].suits(height: stack.byteHeight(above: base)) }
}
