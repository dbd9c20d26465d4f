import EVMBytecode
import EVMState
import EthereumTypes
import Synchronization

/// Bytecode made ready to run: padded so that no instruction reads past its end, with its jump destinations.
@safe
final class TaintedCode: Sendable {
  // Invariant: `base` points to `count + 34` initialised bytes, written in `init` only and freed in `deinit`.
  nonisolated(unsafe) private let base: UnsafeMutablePointer<UInt8>
  let count: Int
  let bytes: Bytes
  let hash: Hash32
  let jumps: JumpDestinations

  init(_ bytes: Bytes, hash: Hash32) {
    self.bytes = bytes
    self.hash = hash
    count = bytes.count
    let base = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count + 34)
    unsafe base.initialize(repeating: 0, count: bytes.count + 34)
    unsafe bytes.withUnsafeBufferPointer { source in
      if let from = source.baseAddress { unsafe base.update(from: from, count: source.count) }
    }
    unsafe self.base = base
    jumps = JumpDestinations(code: bytes)
  }

  deinit { unsafe base.deallocate() }

  /// The account that `0xEF0100 ‖ address` delegates to (EIP-7702), nil for any other code.
  var delegate: Address? {
    guard count == 23, bytes[0] == 0xEF, bytes[1] == 0x01, bytes[2] == 0x00 else { return nil }
    return Address(bytes[3...])
  }

  /// The byte at `pc`, zero up to 33 bytes behind the end: the furthest a PUSH can carry the program counter.
  @inline(__always)
  func byte(_ pc: Int) -> UInt8 {
    assert(pc >= 0 && pc < count + 34)
    return unsafe base[pc]
  }

  /// The `size` bytes behind the instruction at `pc` as a word; `pc` lies inside the code, `size` is at most 32.
  @inline(__always)
  func immediate(_ pc: Int, _ size: Int) -> UInt256 {
    assert(pc >= 0 && pc < count && size >= 1 && size <= 32)
    let word = unsafe UInt256(bigEndianAt: UnsafeRawPointer(base + pc + 1))
    return word.shiftedRight(UInt64(truncatingIfNeeded: 256 &- 8 &* size))
  }

  func isJumpDestination(_ target: UInt256) -> Bool {
    guard let offset = target.asUInt64, offset < UInt64(count) else { return false }
    return jumps.contains(Int(offset))
  }

  /// The code of accounts without code.
  static let empty = TaintedCode([], hash: .emptyCode)

  // MARK: Sharing

  private static let shared = Mutex<[Hash32: TaintedCode]>([:])
  private static let maximumShared = 8192

  /// The prepared code with this hash: from the process-wide cache, or made from the bytes that `load` gives.
  static func of(
    _ hash: Hash32, load: () throws(StateReadError) -> Bytes
  ) throws(StateReadError) -> TaintedCode {
    if let known = shared.withLock({ $0[hash] }) { return known }
    let code = TaintedCode(try load(), hash: hash)
    shared.withLock {
      if $0.count >= maximumShared { $0.removeAll(keepingCapacity: true) }
      $0[hash] = code
    }
    return code
  }
}
