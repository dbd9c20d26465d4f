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

  private struct SegmentKey: Hashable {
    var start: Int
    var assumes: Bool
  }
  private struct Closure: Hashable {
    var offset: Int
    var stack: [UInt256?]
  }
  private struct Tables {
    var segments: [SegmentKey: Segment] = [:]
    var closures: [Closure: Bool] = [:]
  }
  private let tables = Mutex(Tables())

  init(code: [UInt8], fork: Fork) {
    self.code = code
    self.fork = fork
    destinations = JumpDestinations(code: code)
    failures = FailureAnalysis(code: code, destinations: destinations, fork: fork)
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
  func segment(at start: Int, assumes: Bool) -> Segment {
    let key = SegmentKey(start: start, assumes: assumes)
    if let segment = tables.withLock({ $0.segments[key] }) { return segment }
    var builder = SegmentBuilder(summary: self, start: start, assumes: assumes)
    let segment = builder.build()
    return tables.withLock {
      if let other = $0.segments[key] { return other }
      $0.segments[key] = segment
      return segment
    }
  }

  /// Whether control at `offset` with this stack can only fail; remembered.
  func onlyFails(from offset: Int, stack: [UInt256?]) -> Bool {
    // Only jump destinations and small flags steer the way to a failure; other words would only defeat the memory.
    let relevant = Array(
      stack.suffix(32).map { word -> UInt256? in
        guard let word, word.fitsUInt64, word.l0 <= 1 || destinations.contains(Int(min(word.l0, 0xFFFF_FFFF)))
        else { return nil }
        return word
      }.drop { $0 == nil })
    let key = Closure(offset: offset, stack: relevant)
    if let known = tables.withLock({ $0.closures[key] }) { return known }
    let result = failures.onlyFails(from: offset, stack: relevant)
    tables.withLock { $0.closures[key] = result }
    return result
  }
}
