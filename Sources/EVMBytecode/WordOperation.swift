public import EthereumTypes

/// The pure arithmetic of the EVM on known words (Yellow Paper, appendix H, groups 0s and 10s).
public enum WordOperation {
  /// How many operands `op` takes where it is pure arithmetic; 0 where it is not.
  @inlinable
  public static func operandCount(_ op: UInt8) -> Int {
    switch op {
    case Opcode.iszero, Opcode.not, Opcode.clz: 1
    case Opcode.addmod, Opcode.mulmod: 3
    case Opcode.add...Opcode.signextend, Opcode.lt...Opcode.clz: 2
    default: 0
    }
  }

  /// The result of `op`; zero for an opcode that is not arithmetic.
  @inlinable @inline(__always)
  public static func evaluate(_ op: UInt8, _ a: UInt256, _ b: UInt256, _ c: UInt256) -> UInt256 {
    switch op {
    case Opcode.add: a &+ b
    case Opcode.mul: a &* b
    case Opcode.sub: a &- b
    case Opcode.div: a.divided(by: b)
    case Opcode.sdiv: a.dividedSigned(by: b)
    case Opcode.mod: a.remainder(dividingBy: b)
    case Opcode.smod: a.remainderSigned(dividingBy: b)
    case Opcode.addmod: a.addingModulo(b, c)
    case Opcode.mulmod: a.multipliedModulo(b, c)
    case Opcode.exp: a.power(b)
    case Opcode.signextend: b.signExtended(fromByte: a)
    case Opcode.lt: truth(a < b)
    case Opcode.gt: truth(b < a)
    case Opcode.slt: truth(a.isLessSigned(b))
    case Opcode.sgt: truth(b.isLessSigned(a))
    case Opcode.eq: truth(a == b)
    case Opcode.iszero: truth(a.isZero)
    case Opcode.and: a & b
    case Opcode.or: a | b
    case Opcode.xor: a ^ b
    case Opcode.not: ~a
    case Opcode.byte: b.byte(a)
    case Opcode.shl: b << a
    case Opcode.shr: b >> a
    case Opcode.sar: b.shiftedRightSigned(a)
    case Opcode.clz: UInt256(UInt64(a.leadingZeroBitCount))
    default: .zero
    }
  }

  /// 1 for true, 0 for false.
  @inlinable @inline(__always)
  public static func truth(_ value: Bool) -> UInt256 { UInt256(limbs: value ? 1 : 0, 0, 0, 0) }
}
