import EVMBytecode

/// What the interpreter's loop does for an opcode. 16 cases and no more: see there.
enum Operation: UInt8, BitwiseCopyable {
  /// Everything that is a call to a method, and everything that the fork does not have.
  case other
  case add, and
  /// Two words to one.
  case binary
  /// One word to one.
  case unary
  case mload, mstore, jump, jumpi, jumpdest, pop, push1
  /// PUSH2 to PUSH8.
  case pushShort
  /// The other PUSHes, and what pushes a word of the frame's.
  case push
  case dup, swap

  init(_ opcode: UInt8) {
    self =
      switch opcode {
      case Opcode.add: .add
      case Opcode.and: .and
      case Opcode.sub, Opcode.mul, Opcode.lt, Opcode.gt, Opcode.slt, Opcode.sgt, Opcode.eq, Opcode.or,
        Opcode.xor,
        Opcode.byte, Opcode.shl, Opcode.shr, Opcode.sar, Opcode.signextend:
        .binary
      case Opcode.iszero, Opcode.not, Opcode.calldataload: .unary
      case Opcode.mload: .mload
      case Opcode.mstore: .mstore
      case Opcode.jump: .jump
      case Opcode.jumpi: .jumpi
      case Opcode.jumpdest: .jumpdest
      case Opcode.pop: .pop
      case Opcode.push1: .push1
      case Opcode.push2...Opcode.push8: .pushShort
      case Opcode.push0, Opcode.push9...Opcode.push32, Opcode.caller, Opcode.callvalue, Opcode.calldatasize,
        Opcode.returndatasize, Opcode.pc, Opcode.msize, Opcode.gas:
        .push
      case Opcode.dup1...Opcode.dup16: .dup
      case Opcode.swap1...Opcode.swap16: .swap
      default: .other
      }
  }
}

/// What the interpreter looks up for each opcode. Plain old data.
struct InstructionRow: BitwiseCopyable {
  /// Constant gas.
  let gas: Int32
  /// The least and the greatest height the stack may have, in bytes.
  let minimumHeight: UInt16
  let maximumHeight: UInt16
  /// What to do.
  let operation: Operation

  init(_ opcode: UInt8, _ requirements: OpcodeRequirements) {
    gas = requirements.gas
    minimumHeight = UInt16(clamping: requirements.minimumHeight) * 32
    maximumHeight = UInt16(clamping: requirements.maximumHeight) * 32
    operation = requirements.gas < 0 ? .other : Operation(opcode)
  }

  /// Whether the instruction neither underflows nor overflows a stack of so many bytes.
  @inline(__always)
  func suits(height: UInt) -> Bool { height >= UInt(minimumHeight) && height <= UInt(maximumHeight) }
}

/// The rows of a fork's 256 opcodes, indexed by byte without a bounds check.
@safe
final class InstructionTable: Sendable {
  // Invariant: `rows` points to 256 initialised rows, one for each value of a byte, freed in `deinit`.
  nonisolated(unsafe) private let rows: UnsafeMutablePointer<InstructionRow>

  init(_ requirements: [OpcodeRequirements]) {
    unsafe rows = .allocate(capacity: 256)
    for index in 0..<256 {
      let required = index < requirements.count ? requirements[index] : .undefined
      unsafe (rows + index).initialize(to: InstructionRow(UInt8(index), required))
    }
  }

  deinit { unsafe rows.deallocate() }

  /// The rows, valid as long as the table lives.
  @inline(__always)
  var cursor: InstructionCursor { unsafe InstructionCursor(rows) }
}

/// Points to the 256 rows. Plain old data.
@safe
struct InstructionCursor: BitwiseCopyable {
  // Invariant: the `InstructionTable` outlives the cursor; a byte is always below 256.
  private let rows: UnsafeMutablePointer<InstructionRow>
  @inline(__always)
  init(_ rows: UnsafeMutablePointer<InstructionRow>) { unsafe self.rows = rows }
  @inline(__always)
  subscript(byte: UInt8) -> InstructionRow { unsafe rows[Int(byte)] }
}
