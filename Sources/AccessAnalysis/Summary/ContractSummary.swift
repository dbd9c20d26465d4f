import EVMBytecode
import EthereumTypes
import Synchronization

/// The summary of one contract: its segments, found on demand and kept.
///
/// Two flavours of each segment exist. In a frame whose failure fails the whole transaction, branches to
/// places that can only fail are assumptions (`Step` `assume…`); in a frame whose failure somebody survives,
/// they are branches like any other.
final class ContractSummary: Sendable {
  /// The bytecode.
  let code: [UInt8]
  /// Its valid jump destinations.
  let destinations: JumpDestinations
  /// The rules it is read under.
  let fork: Fork
  /// Decides what the failing sides of branches are.
  let failures: FailureAnalysis
  /// Whether the code looks at the size of its memory, so that every expansion counts.
  let usesMemorySize: Bool

  let segments: SegmentStore
  /// How many segments were known when the summary was last restored or saved.
  let segmentsRestored = Atomic(0)
  /// About how many steps all segments hold, of 24 bytes each.
  let stepCount = Atomic(0)
  private let closures = Mutex<[UInt64: Bool]>([:])
  /// Makes closure keys unpredictable: code must not be able to choose two that collide.
  private static let seed = UInt64.random(in: 1...UInt64.max)

  init(code: [UInt8], fork: Fork) {
    self.code = code
    self.fork = fork
    destinations = JumpDestinations(code: code)
    failures = FailureAnalysis(code: code, destinations: destinations, fork: fork)
    segments = SegmentStore(starts: SegmentStarts(code: code, destinations: destinations))
    usesMemorySize = Self.contains(Opcode.msize, in: code)
  }

  private static func contains(_ wanted: UInt8, in code: [UInt8]) -> Bool {
    var offset = 0
    while offset < code.count {
      let op = code[offset]
      if op == wanted { return true }
      offset += op >= Opcode.push1 && op <= Opcode.push32 ? Int(op - Opcode.push0) + 1 : 1
    }
    return false
  }

  /// The segment that starts at `start`.
  ///
  /// - Parameter assumes: whether sides that can only fail are left out.
  ///
  /// Nil where nobody asked for it yet: make it then.
  @inline(__always)
  func segment(at start: Int, assumes: Bool) -> SegmentReference? { segments.find(start, assumes: assumes) }

  /// What was spent on this code so far, in units of `Binder.spend`.
  var workDone: Int { failures.instructionsDone >> 1 + stepCount.load(ordering: .relaxed) << 3 }

  /// Makes the segment that starts at `start`.
  @inline(never)
  func makeSegment(at start: Int, assumes: Bool) -> SegmentReference {
    // Code that needs more steps than this is out to fill memory: it gets short segments from then on.
    let isBloated = stepCount.load(ordering: .relaxed) > 500_000
    var builder = SegmentBuilder(
      summary: self, start: start, assumes: assumes,
      maximumInstructions: isBloated ? 16 : SegmentBuilder.maximumInstructions)
    return keep(builder.build(), assumes: assumes)
  }

  /// Keeps a segment.
  @discardableResult
  func keep(_ segment: Segment, assumes: Bool) -> SegmentReference {
    stepCount.add(segment.stepCount + segment.pushCount + 16, ordering: .relaxed)
    return segments.insert(segment, assumes: assumes)
  }

  /// Stack words that `onlyFails` looks at.
  static let closureDepth = 32

  /// Whether control at `offset` with this stack can only fail; remembered.
  ///
  /// - Parameters:
  ///   - count: how many words there are.
  ///   - word: the word at a depth from the top; nil where it is not known.
  func onlyFails(from offset: Int, count: Int, word: (Int) -> UInt256?) -> Bool {
    // Only jump destinations and small flags steer the way to a failure; other words would only defeat the memory.
    func relevant(_ depth: Int) -> UInt64? {
      guard let word = word(depth), word.fitsUInt64, word.l0 < 0x10000,
        word.l0 <= 1 || destinations.contains(Int(word.l0))
      else { return nil }
      return word.l0
    }
    let depths = min(count, Self.closureDepth)
    var key = (UInt64(offset) ^ Self.seed) &* 0x9E37_79B9_7F4A_7C15
    for depth in 0..<depths {
      guard let word = relevant(depth) else { continue }
      key ^= (word &+ UInt64(depth) &<< 32 &+ 1) &* Self.seed
      key = (key ^ (key >> 29)) &* 0xBF58_476D_1CE4_E5B9
      key ^= key >> 32
    }
    if let known = closures.withLock({ $0[key] }) { return known }
    let stack = (0..<depths).reversed().map { relevant($0).map { UInt256($0) } }
    let result = failures.onlyFails(afterCall: offset, stack: stack)
    closures.withLock {
      // Code that comes here in ever new ways does not get ever more memory for it.
      if $0.count >= 16_384 { $0.removeAll() }
      $0[key] = result
    }
    return result
  }
}
