import EVMBytecode
import EthereumTypes

/// A router that sends work to one of a hundred workers, by a rule that may change: what conflicts hangs on one slot.
extension GeneratedContracts {
  /// How many workers there are.
  static let workers: UInt64 = 100
  /// Where the router keeps its workers' addresses.
  static let firstWorkerSlot: UInt64 = 0x100

  /// With job n (one word): calls worker n / d mod 100, where slot 0 holds d. With two words: sets d to the second.
  static let router: Bytes = {
    var code = Assembly()
    code.push(0x40)
    code.op(Opcode.calldatasize, Opcode.eq)
    code.push(label: "set")
    code.op(Opcode.jumpi)
    for word in [0, 0, 0, 0, 0, workers] as [UInt64] { code.push(word) }
    code.push(0)
    code.op(Opcode.sload)
    code.push(0)
    code.op(Opcode.calldataload, Opcode.div, Opcode.mod)
    code.push(firstWorkerSlot)
    code.op(Opcode.add, Opcode.sload, Opcode.gas, Opcode.call, Opcode.iszero)
    code.push(label: "fail")
    code.op(Opcode.jumpi, Opcode.stop)
    code.label("set")
    code.push(0x20)
    code.op(Opcode.calldataload)
    code.push(0)
    code.op(Opcode.sstore, Opcode.stop)
    code.label("fail")
    code.push(0)
    code.push(0)
    code.op(Opcode.revert)
    return code.assembled
  }()

  /// Hashes slot 0 a hundred times and leaves the result there: some work that hangs on the last one's.
  static let worker: Bytes = {
    var code = Assembly()
    code.push(0)
    code.op(Opcode.sload)
    code.push(0)
    code.op(Opcode.mstore)
    for _ in 0..<100 {
      code.push(0x20)
      code.push(0)
      code.op(Opcode.keccak256)
      code.push(0)
      code.op(Opcode.mstore)
    }
    code.push(0)
    code.op(Opcode.mload)
    code.push(0)
    code.op(Opcode.sstore, Opcode.stop)
    return code.assembled
  }()
}
