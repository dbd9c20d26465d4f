import EVMBytecode
import EthereumTypes

/// What is known of the bits of expressions, so that paths need not compute what compilers make sure of over and over:
/// that an address has no more than 160 bits, that a selector is the one that was called.
extension PathRecorder {
  /// The trace of an operation that changes nothing: its operand, or 0 where the result is always the same. Nil where it
  /// may change something.
  func unchanged(_ op: UInt8, _ x: PathOperand, _ y: PathOperand) -> PathOperand? {
    switch op {
    case Opcode.eq where x == y: return 0
    case Opcode.and:
      for (mask, rest) in [(x, y), (y, x)] where mask < 0 && rest > 0 {
        let word = constants[Int(~mask)]
        guard (word & (word &+ .one)).isZero else { continue }
        if width(rest, depth: 4) <= word.bitWidthUsed { return rest }
      }
      return nil
    default: return nil
    }
  }

  /// How many bits an operand has at most.
  private func width(_ operand: PathOperand, depth: Int) -> Int {
    if operand < 0 { return constants[Int(~operand)].bitWidthUsed }
    guard operand > 0, depth > 0 else { return 256 }
    let node = expressions[Int(operand)]
    switch node.op {
    case PathCode.accountAddress, Opcode.address, Opcode.coinbase: return 160
    case Opcode.lt, Opcode.gt, Opcode.slt, Opcode.sgt, Opcode.eq, Opcode.iszero, PathCode.recovers:
      return 1
    case Opcode.byte: return 8
    case Opcode.timestamp, Opcode.number, Opcode.gaslimit, Opcode.chainid: return 64
    case Opcode.and: return min(width(node.a, depth: depth - 1), width(node.b, depth: depth - 1))
    case Opcode.or, Opcode.xor: return max(width(node.a, depth: depth - 1), width(node.b, depth: depth - 1))
    case Opcode.shr where node.a < 0:
      let shift = Int(constants[Int(~node.a)].clampedToUInt64 & 0x1FF)
      return constants[Int(~node.a)].bitWidthUsed > 8 ? 0 : 256 - shift
    default: return 256
    }
  }

  /// Whether the bits of an operand from `bit` on, counted from the lowest, are the same whenever the path is taken.
  func hasConstantBits(from bit: UInt64, _ operand: PathOperand, depth: Int) -> Bool {
    guard operand > 0, depth > 0 else { return operand < 0 }
    let node = expressions[Int(operand)]
    switch node.op {
    // The selector is part of the path's key.
    case PathCode.callDataWord: return node.aux == 0 && bit >= 224
    case PathCode.bytes:
      let firstPart = texts[Int(node.aux)].parts.first?.offset ?? 32
      return firstPart >= (256 - Int(min(bit, 256)) + 7) / 8
    case Opcode.and where node.a < 0 && constants[Int(~node.a)].bitWidthUsed <= bit: return true
    case Opcode.and where node.b < 0 && constants[Int(~node.b)].bitWidthUsed <= bit: return true
    case Opcode.and, Opcode.or:
      return hasConstantBits(from: bit, node.a, depth: depth - 1)
        && hasConstantBits(from: bit, node.b, depth: depth - 1)
    default: return false
    }
  }
}
