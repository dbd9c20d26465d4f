import EVMBytecode
import Synchronization

/// The places of a code where a segment can start, numbered: its beginning, jump destinations, and what follows a
/// branch, a call or a creation.
struct SegmentStarts: Sendable {
  private var bits: [UInt64]
  /// How many starts lie before each 64 bytes.
  private var ranks: [UInt32]
  /// How many there are.
  let count: Int

  init(code: [UInt8], destinations: JumpDestinations) {
    var bits = [UInt64](repeating: 0, count: code.count / 64 + 1)
    func mark(_ offset: Int) { if offset < code.count { bits[offset >> 6] |= 1 << UInt64(offset & 63) } }
    mark(0)
    var offset = 0
    while offset < code.count {
      let op = code[offset]
      switch op {
      case Opcode.jumpdest: mark(offset)
      case Opcode.jumpi, Opcode.call, Opcode.callcode, Opcode.delegatecall, Opcode.staticcall, Opcode.create,
        Opcode.create2:
        mark(offset + 1)
      case Opcode.push1...Opcode.push32: offset += Int(op - Opcode.push0)
      default: break
      }
      offset += 1
    }
    self.bits = bits
    var total: UInt32 = 0
    ranks = bits.map { word in
      defer { total += UInt32(word.nonzeroBitCount) }
      return total
    }
    count = Int(total)
  }

  /// The number of the start at `offset`; nil where none is.
  @inline(__always)
  func number(_ offset: Int) -> Int? {
    let index = offset >> 6
    guard offset >= 0, index < bits.count else { return nil }
    let word = bits[index]
    let bit = UInt64(offset & 63)
    guard word & (1 &<< bit) != 0 else { return nil }
    return Int(ranks[index]) + (word & ((1 &<< bit) &- 1)).nonzeroBitCount
  }
}

/// The segments of one contract by start and flavour: found without a lock, made once.
@safe
final class SegmentStore: @unchecked Sendable {
  // Invariant: `cells` points to `count` initialised atomics, owned by this object alone. A cell is 0 or the address
  // of a segment that was allocated here; it changes once, from 0, and what it points to lives until `deinit`.
  private let cells: UnsafeMutablePointer<Atomic<UInt>>
  private let count: Int

  private let starts: SegmentStarts
  private let foundCount = Atomic(0)
  /// How many segments there are.
  var found: Int { foundCount.load(ordering: .relaxed) }

  /// Makes an empty store. The last two cells stand for the end of the code.
  init(starts: SegmentStarts) {
    self.starts = starts
    count = 2 * (starts.count + 1)
    unsafe cells = .allocate(capacity: count)
    for index in 0..<count { unsafe (cells + index).initialize(to: Atomic(0)) }
  }

  deinit {
    for index in 0..<count {
      if let segment = unsafe pointer(cells[index].load(ordering: .relaxed)) {
        unsafe segment.pointee.deallocate()
        unsafe UnsafeMutablePointer(mutating: segment).deallocate()
      }
    }
    unsafe cells.deallocate()
  }

  private func pointer(_ bits: UInt) -> UnsafePointer<Segment>? { unsafe UnsafePointer(bitPattern: bits) }

  @inline(__always)
  private func cell(_ start: Int, _ assumes: Bool) -> Int {
    2 * (starts.number(start) ?? starts.count) + (assumes ? 1 : 0)
  }

  /// The segment at `start`, or nil where none was made yet.
  @inline(__always)
  func find(_ start: Int, assumes: Bool) -> SegmentReference? {
    guard let found = unsafe pointer(cells[cell(start, assumes)].load(ordering: .acquiring)) else {
      return nil
    }
    return unsafe SegmentReference(found)
  }

  /// Keeps a segment; another one made at the same time wins if it came first.
  func insert(_ segment: Segment, assumes: Bool) -> SegmentReference {
    let made = UnsafeMutablePointer<Segment>.allocate(capacity: 1)
    unsafe made.initialize(to: segment)
    let (exchanged, original) = unsafe cells[cell(segment.start, assumes)].compareExchange(
      expected: 0, desired: UInt(bitPattern: made), ordering: .acquiringAndReleasing)
    if !exchanged, let winner = unsafe pointer(original) {
      segment.deallocate()
      unsafe made.deallocate()
      return unsafe SegmentReference(winner)
    }
    foundCount.add(1, ordering: .relaxed)
    return unsafe SegmentReference(UnsafePointer(made))
  }

  /// Calls `body` with each segment and whether it assumes.
  func forEach(_ body: (Segment, Bool) -> Void) {
    for index in 0..<count {
      if let segment = unsafe pointer(cells[index].load(ordering: .acquiring)) {
        unsafe body(segment.pointee, index & 1 == 1)
      }
    }
  }
}

/// A segment without reference counting.
@safe
struct SegmentReference {
  // Invariant: a segment in a `SegmentStore`; whoever holds the reference keeps the contract summary that owns it.
  private let segment: UnsafePointer<Segment>

  @unsafe
  init(_ segment: UnsafePointer<Segment>) { unsafe self.segment = segment }

  /// The segment itself.
  @inline(__always)
  var pointee: Segment { unsafeAddress { unsafe segment } }
}
