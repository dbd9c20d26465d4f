import EVMBytecode

/// Upper bounds of gas that hold in every fork: enough to prove that a call cannot run out of gas.
enum GasBound {
  /// The constant part of an instruction, without what `Binder` adds for accesses, calls, exponents, copies and memory.
  static func constant(_ op: UInt8, _ table: OpcodeTable) -> Int {
    switch op {
    case Opcode.exp: 10
    case Opcode.sload, Opcode.sstore, Opcode.balance, Opcode.extcodesize,
      Opcode.extcodecopy, Opcode.extcodehash, Opcode.call, Opcode.callcode, Opcode.delegatecall,
      Opcode.staticcall, Opcode.create, Opcode.create2, Opcode.selfdestruct:
      0
    default: max(0, Int(table.requirements[Int(op)].gas))
    }
  }

  /// SLOAD of a slot that was loaded before (EIP-150, EIP-1884, EIP-2929).
  static func repeatedLoad(_ fork: Fork) -> Int {
    switch fork {
    case .berlin...: 100
    case .istanbul...: 800
    case .tangerineWhistle...: 200
    default: 50
    }
  }

  /// What EXP costs for the bytes of its exponent (EIP-160).
  static func exponent(_ byteCount: Int) -> Int { 50 * byteCount }

  /// Memory of `size` bytes in whole (Yellow Paper, equation 318).
  static func memory(_ size: Int) -> Int {
    let words = (size + 31) / 32
    return 3 * words + words * words / 512
  }
}
