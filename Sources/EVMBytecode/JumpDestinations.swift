/// The valid jump destinations of a bytecode: every JUMPDEST that is not PUSH data (Yellow Paper, section 9.4.3).
public struct JumpDestinations: Sendable {
  /// One bit for each byte of code, least significant first.
  @usableFromInline let bits: [UInt64]

  /// Scans the code once. Linear in its size.
  public init(code: [UInt8]) {
    var bits = [UInt64](repeating: 0, count: code.count / 64 + 1)
    var offset = 0
    while offset < code.count {
      let byte = code[offset]
      if byte == Opcode.jumpdest {
        bits[offset >> 6] |= 1 << UInt64(offset & 63)
      } else if byte >= Opcode.push1 && byte <= Opcode.push32 {
        offset += Int(byte - Opcode.push0)
      }
      offset += 1
    }
    self.bits = bits
  }

  /// Whether a jump to `offset` is valid.
  @inlinable
  public func contains(_ offset: Int) -> Bool {
    offset >= 0 && offset >> 6 < bits.count && bits[offset >> 6] & (1 << UInt64(offset & 63)) != 0
  }

  /// The bitmap, least significant bit first: for an interpreter that keeps its own copy.
  public var bitmap: [UInt64] { bits }
}
