import EVMBytecode
import EthereumTypes

/// The contracts of generated blocks, with the storage layout and the instructions of what compilers make of them.
enum GeneratedContracts {
  /// `transfer(address,uint256)`.
  static let transferSelector: UInt64 = 0xA905_9CBB

  /// An ERC-20 token: balances in mapping 0, `transfer` with its check and its event.
  static let token: Bytes = {
    var code = Assembly()
    code.push(0)
    code.op(Opcode.calldataload)
    code.push(0xE0)
    code.op(Opcode.shr)
    code.push(transferSelector)
    code.op(Opcode.eq)
    code.push(label: "transfer")
    code.op(Opcode.jumpi)
    code.label("fail")
    code.push(0)
    code.push(0)
    code.op(Opcode.revert)
    code.label("transfer")
    // balances[msg.sender] −= amount, if that is possible
    code.op(Opcode.caller)
    code.hashOfMappingZero()
    code.op(Opcode.dup1, Opcode.sload)
    code.push(0x24)
    code.op(Opcode.calldataload, Opcode.dup1, Opcode.dup1 + 2, Opcode.lt)
    code.push(label: "fail")
    code.op(Opcode.jumpi, Opcode.dup1, Opcode.dup1 + 2, Opcode.sub, Opcode.dup1 + 3, Opcode.sstore)
    // balances[to] += amount
    code.push(4)
    code.op(Opcode.calldataload)
    code.hashOfMappingZero()
    code.op(Opcode.dup1, Opcode.sload, Opcode.dup1 + 2, Opcode.add, Opcode.swap1, Opcode.sstore)
    // emit Transfer(msg.sender, to, amount)
    code.push(0)
    code.op(Opcode.mstore)
    code.push(4)
    code.op(Opcode.calldataload, Opcode.caller)
    code.push(word: keccak256(Bytes("Transfer(address,address,uint256)".utf8)).word)
    code.push(0x20)
    code.push(0)
    code.op(Opcode.log0 + 3)
    code.push(1)
    code.push(0)
    code.op(Opcode.mstore)
    code.push(0x20)
    code.push(0)
    code.op(Opcode.return)
    return code.assembled
  }()

  /// A constant-product pool of ether (reserve in slot 0) and a token (slot 1): sells tokens for the ether sent along.
  static func pool(of token: Address) -> Bytes {
    var code = Assembly()
    // out = reserve1 · in · 997 / (reserve0 · 1000 + in · 997)
    code.push(997)
    code.op(Opcode.callvalue, Opcode.mul)
    code.push(1)
    code.op(Opcode.sload, Opcode.dup1 + 1, Opcode.mul)
    code.push(0)
    code.op(Opcode.sload, Opcode.dup1)
    code.push(1000)
    code.op(Opcode.mul, Opcode.dup1 + 3, Opcode.add, Opcode.dup1 + 2, Opcode.div)
    code.op(Opcode.swap1, Opcode.callvalue, Opcode.add)
    code.push(0)
    code.op(Opcode.sstore, Opcode.dup1)
    code.push(1)
    code.op(Opcode.sload, Opcode.sub)
    code.push(1)
    code.op(Opcode.sstore)
    // token.transfer(msg.sender, out)
    code.push(word: UInt256(limbs: 0, 0, 0, transferSelector << 32))
    code.push(0)
    code.op(Opcode.mstore, Opcode.caller)
    code.push(4)
    code.op(Opcode.mstore)
    code.push(0x24)
    code.op(Opcode.mstore)
    for word in [0x20, 0, 0x44, 0, 0] as [UInt64] { code.push(word) }
    code.push(word: token.word)
    code.op(Opcode.gas, Opcode.call, Opcode.iszero)
    code.push(label: "fail")
    code.op(Opcode.jumpi, Opcode.stop)
    code.label("fail")
    code.push(0)
    code.push(0)
    code.op(Opcode.revert)
    return code.assembled
  }

  /// The slot of `mapping(address => …)` 0 for a key.
  static func slot(of key: Address) -> UInt256 {
    keccak256(key.word.bigEndianBytes + UInt256.zero.bigEndianBytes).word
  }
}

extension Assembly {
  /// Replaces a key on the stack by its slot in mapping 0.
  fileprivate mutating func hashOfMappingZero() {
    push(0)
    op(Opcode.mstore)
    push(0)
    push(0x20)
    op(Opcode.mstore)
    push(0x40)
    push(0)
    op(Opcode.keccak256)
  }
}
