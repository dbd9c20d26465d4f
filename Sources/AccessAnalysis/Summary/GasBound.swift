import EVMBytecode

/// Upper bounds of gas that hold in every fork: enough to prove that a call cannot run out of gas.
enum GasBound {
  /// The constant part of an instruction, without what `Binder` adds for accesses, calls, copies and memory.
  static func constant(_ op: UInt8) -> Int {
    switch op {
    case Opcode.exp: 10 + 50 * 32
    case 0xA0...0xA4: 375 * (1 + Int(op - 0xA0))
    case Opcode.keccak256: 30
    case Opcode.tload, Opcode.tstore: 100
    case Opcode.blockhash: 20
    case Opcode.sload, Opcode.sstore, Opcode.balance, Opcode.selfbalance, Opcode.extcodesize,
      Opcode.extcodecopy, Opcode.extcodehash, Opcode.call, Opcode.callcode, Opcode.delegatecall,
      Opcode.staticcall, Opcode.create, Opcode.create2, Opcode.selfdestruct:
      0
    case Opcode.jumpi: 10
    case Opcode.jump, Opcode.addmod, Opcode.mulmod: 8
    case Opcode.mul, Opcode.div, Opcode.sdiv, Opcode.mod, Opcode.smod, Opcode.signextend, Opcode.clz: 5
    case Opcode.jumpdest: 1
    default: 3
    }
  }

  /// Memory of `size` bytes in whole (Yellow Paper, equation 318).
  static func memory(_ size: Int) -> Int {
    let words = (size + 31) / 32
    return 3 * words + words * words / 512
  }
}
