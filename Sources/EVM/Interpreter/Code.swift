import EVMBytecode
import EthereumTypes

/// Bytecode made ready to run: padded so that no instruction reads past its end, with its jump destinations.
@safe
final class Code: Sendable {
  /// Zero bytes that follow the code: the data of a PUSH32 at its very end, the STOP behind that, and what is read
  /// behind a STOP.
  static let padding = 66

  // Invariant: `base` points to `count + padding` initialised bytes and `jumps` to `count / 64 + 1` words; both
  // are owned by this object or by `owner`, written in `init` only, and freed in `deinit`.
  nonisolated(unsafe) private let base: UnsafeMutablePointer<UInt8>
  nonisolated(unsafe) private let jumps: UnsafeMutablePointer<UInt64>
  /// The number of bytes of code.
  let count: Int
  /// The code as the state has it.
  let bytes: Bytes
  /// Who owns the buffers, nil for this object itself.
  private let owner: Code?

  init(_ bytes: Bytes) {
    self.bytes = bytes
    owner = nil
    count = bytes.count
    unsafe base = .allocate(capacity: count + Self.padding)
    unsafe base.initialize(repeating: 0, count: count + Self.padding)
    for (offset, byte) in bytes.enumerated() { unsafe base[offset] = byte }
    let bitmap = JumpDestinations(code: bytes).bitmap
    unsafe jumps = .allocate(capacity: bitmap.count)
    for (index, word) in bitmap.enumerated() { unsafe (jumps + index).initialize(to: word) }
  }

  /// The same code under a reference count of its own: frames count references to what they run, and threads that
  /// count in one place wait for each other.
  init(sharing other: Code) {
    unsafe base = other.base
    unsafe jumps = other.jumps
    count = other.count
    bytes = other.bytes
    owner = other
  }

  deinit {
    guard owner == nil else { return }
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

  /// The instruction at `pc`.
  @inline(__always)
  func pointer(to pc: Int) -> InstructionPointer { unsafe InstructionPointer(base + pc) }

  /// Where the instruction stands.
  @inline(__always)
  func offset(of pointer: InstructionPointer) -> Int { unsafe pointer.address - UnsafePointer(base) }

  /// Whether `destination` is a JUMPDEST that is not PUSH data.
  @inline(__always)
  func isJumpDestination(_ destination: UInt256) -> Bool {
    guard destination.fitsUInt64, destination.l0 < UInt64(truncatingIfNeeded: count) else { return false }
    return unsafe jumps[Int(truncatingIfNeeded: destination.l0 >> 6)] & (1 &<< (destination.l0 & 63)) != 0
  }
}

/// Points to an instruction. Plain old data; the interpreter keeps it in a register.
@safe
struct InstructionPointer: BitwiseCopyable {
  // Invariant: `address` lies in a padded `Code` that is alive, at an instruction or in the padding, so that the
  // opcode and 32 bytes behind it can be read. A PUSH near the end may move it past the end by up to 32 bytes; the
  // padding's first byte that it can reach is a STOP.
  private(set) var address: UnsafePointer<UInt8>

  @inline(__always)
  init(_ address: UnsafePointer<UInt8>) { unsafe self.address = address }

  /// The instruction.
  @inline(__always)
  var opcode: UInt8 { unsafe address.pointee }

  @inline(__always)
  mutating func advance(_ count: Int) { unsafe address += count }

  /// The byte behind the opcode.
  @inline(__always)
  var immediateByte: UInt8 { unsafe address[1] }

  /// The two bytes behind the opcode as a number.
  @inline(__always)
  var immediatePair: UInt16 {
    unsafe UInt16(bigEndian: UnsafeRawPointer(address).loadUnaligned(fromByteOffset: 1, as: UInt16.self))
  }

  /// The 1 to 8 bytes behind the opcode as a number.
  @inline(__always)
  func shortImmediate(_ count: Int) -> UInt64 {
    let word = unsafe UnsafeRawPointer(address).loadUnaligned(fromByteOffset: 1, as: UInt64.self)
    return UInt64(bigEndian: word) &>> UInt64(truncatingIfNeeded: 64 &- 8 &* count)
  }

  /// The 20 bytes behind the opcode as a number.
  @inline(__always)
  var immediateAddress: UInt256 {
    let bytes = unsafe UnsafeRawPointer(address + 1)
    return unsafe UInt256(
      limbs: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 12, as: UInt64.self)),
      UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt64.self)),
      UInt64(UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))), 0)
  }

  /// The 32 bytes behind the opcode as a word.
  @inline(__always)
  var immediateWord: UInt256 { unsafe UInt256(bigEndianAt: UnsafeRawPointer(address + 1)) }
}
