/// The words that DUPN, SWAPN or EXCHANGE works on, as its immediate byte gives them (EIP-8024). Depth 0 is the top of
/// the stack.
@frozen
public struct StackOperand: Hashable, Sendable, BitwiseCopyable {
  /// The depth of the upper word: 0 but for EXCHANGE.
  public let upper: Int
  /// The depth of the lower word, which the stack must reach to.
  public let deepest: Int

  /// Decodes the byte behind the opcode; nil where the instruction has no such operand. Bytes that are JUMPDEST or
  /// PUSH as instructions are never operands, so that no code changes its meaning.
  public init?(_ opcode: UInt8, immediate: UInt8) {
    switch opcode {
    case Opcode.dupn, Opcode.swapn:
      guard immediate <= 90 || immediate >= 128 else { return nil }
      // 17 to 235: one more than DUP16 and SWAP16 reach.
      let count = Int(immediate &+ 145)
      upper = 0
      deepest = opcode == Opcode.dupn ? count - 1 : count
    case Opcode.exchange:
      guard immediate <= 81 || immediate >= 128 else { return nil }
      let (high, low) = Int(immediate ^ 143).quotientAndRemainder(dividingBy: 16)
      (upper, deepest) = high < low ? (high + 1, low + 1) : (low + 1, 29 - high)
    default: return nil
    }
  }
}
