import EVMBytecode
import EthereumTypes

/// Bytecode made ready to run: padded so that no instruction reads past its end, with its jump destinations.
@safe
final class Code: Sendable {
  /// 33 zero bytes follow the code: a PUSH32 at its very end and the STOP that ends every code.
  static let padding = 33

  // Invariant: `base` points to `count + padding` initialised bytes and `jumps` to `count / 64 + 1` words; both
  // are owned by this object, written in `init` only, and freed in `deinit`.
  nonisolated(unsafe) private let base: UnsafeMutablePointer<UInt8>
  nonisolated(unsafe) private let jumps: UnsafeMutablePointer<UInt64>
  /// The number of bytes of code.
  let count: Int
  /// The code as the state has it.
  let bytes: Bytes

  init(_ bytes: Bytes) {
    self.bytes = bytes
    count = bytes.count
    unsafe base = .allocate(capacity: count + Self.padding)
    unsafe base.initialize(repeating: 0, count: count + Self.padding)
    for (offset, byte) in bytes.enumerated() { unsafe base[offset] = byte }
    let bitmap = JumpDestinations(code: bytes).bitmap
    unsafe jumps = .allocate(capacity: bitmap.count)
    for (index, word) in bitmap.enumerated() { unsafe (jumps + index).initialize(to: word) }
  }

  deinit {
    unsafe base.deallocate()
    unsafe jumps.deallocate()
  }

  /// The instructions, valid as long as the code lives.
  @inline(__always)
  var cursor: CodeCursor { unsafe CodeCursor(base: base, jumps: jumps, count: count) }

  /// The code an EIP-7702 designator points to, nil for any other code.
  var delegate: Address? { Self.delegate(of: bytes) }

  /// The account that `0xEF0100 ‖ address` delegates to, nil for any other code.
  static func delegate(of code: Bytes) -> Address? {
    guard code.count == 23, code[0] == 0xEF, code[1] == 0x01, code[2] == 0x00 else { return nil }
    return Address(code[3...])
  }
}

/// The instruction pointer's view of a code. Plain old data.
@safe
struct CodeCursor: BitwiseCopyable {
  // Invariant: whoever holds a cursor keeps its `Code` alive. The program counter stays within 0 … count: it moves
  // by 1 + immediate bytes from an instruction inside the code, or to a valid destination; at `count` stands a STOP.
  private let base: UnsafeMutablePointer<UInt8>
  private let jumps: UnsafeMutablePointer<UInt64>
  let count: Int

  @inline(__always)
  init(base: UnsafeMutablePointer<UInt8>, jumps: UnsafeMutablePointer<UInt64>, count: Int) {
    unsafe self.base = base
    unsafe self.jumps = jumps
    self.count = count
  }

  @inline(__always)
  func byte(_ pc: Int) -> UInt8 {
    // A PUSH near the end may move the counter past it; the padding catches up to 32 bytes.
    unsafe base[pc]
  }

  /// The 1 to 8 bytes behind the instruction at `pc` as a number.
  @inline(__always)
  func shortImmediate(_ pc: Int, _ count: Int) -> UInt64 {
    let word = unsafe UnsafeRawPointer(base + pc + 1).loadUnaligned(as: UInt64.self)
    return UInt64(bigEndian: word) &>> UInt64(64 &- 8 &* count)
  }

  /// The 1 to 32 bytes behind the instruction at `pc` as a word.
  @inline(__always)
  func immediate(_ pc: Int, _ count: Int) -> UInt256 {
    let word = unsafe UInt256(bigEndianAt: UnsafeRawPointer(base + pc + 1))
    return word.shiftedRight(UInt64(256 &- 8 &* count))
  }

  /// Whether `destination` is a JUMPDEST that is not PUSH data.
  @inline(__always)
  func isJumpDestination(_ destination: UInt256) -> Bool {
    guard destination.fitsUInt64, destination.l0 < UInt64(truncatingIfNeeded: count) else { return false }
    return unsafe jumps[Int(truncatingIfNeeded: destination.l0 >> 6)] & (1 &<< (destination.l0 & 63)) != 0
  }
}
