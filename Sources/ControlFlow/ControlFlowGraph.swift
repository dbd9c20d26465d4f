/// How the places that a jump can go to were found. The worst of all contexts counts.
public enum JumpResolution: Int, Sendable, Hashable, CaseIterable, Comparable {
  /// The destination is a constant in each context.
  case constant
  /// One of several constants: paths that were too many to be told apart, or a conditional choice.
  case choice
  /// Looked up in a table in the code, or calculated from a few bits: all of them were enumerated.
  case table
  /// Loaded from memory or storage: everything the code puts there.
  case stored
  /// Taken from what the caller sends: every destination that fits.
  case chosen
  /// Not found.
  case unresolved

  /// Whether all destinations are known.
  public var isResolved: Bool { self != .unresolved }

  /// By how well the destinations are known, best first.
  public static func < (a: JumpResolution, b: JumpResolution) -> Bool { a.rawValue < b.rawValue }
}

/// The control flow of one contract: what can be reached from its first instruction with any call data.
public struct ControlFlowGraph: Sendable {
  /// How a block ends.
  public enum Ending: String, Sendable, Hashable {
    case jump, branch, next, stop, `return`, revert, invalid, selfdestruct
  }

  /// Instructions that run one after the other, in every context they run in.
  public struct Block: Sendable, Hashable {
    /// The offset of its first instruction.
    public var start: Int
    /// The offset behind its last instruction. Where control runs off the end of the code, a block without
    /// instructions stands for the STOP there.
    public var end: Int
    /// How it ends.
    public var ending: Ending
    /// Where control can go on, sorted.
    public var successors: [Int]
    /// In how many contexts it was analysed.
    public var contexts: Int
  }

  /// A reachable jump or branch.
  public struct Jump: Sendable, Hashable {
    /// The offset of the JUMP or JUMPI.
    public var offset: Int
    /// How its destinations were found.
    public var resolution: JumpResolution
    /// The destinations found that are valid, sorted.
    public var destinations: [Int]
  }

  /// The reachable blocks by offset.
  public var blocks: [Block]
  /// The reachable jumps by offset.
  public var jumps: [Jump]
  /// The function selectors the code compares the call data with, sorted.
  public var selectors: [UInt32]
  /// Whether the analysis came to its end within its budget.
  public var isComplete: Bool
  /// Instructions executed symbolically.
  public var steps: Int
  /// Pairs of a block and a context.
  public var contexts: Int

  /// Whether all destinations of all reachable jumps are known.
  public var isResolved: Bool { isComplete && jumps.allSatisfy(\.resolution.isResolved) }

  /// Whether control can go from a jump, or on behind it, to `place`. Of a graph that is not
  /// resolved a no proves nothing.
  ///
  /// - Complexity: O(log n) in the number of blocks and of jumps.
  public func allows(jumpAt offset: Int, to place: Int) -> Bool {
    guard block(at: place) != nil, let jump = Self.find(offset, in: jumps, by: \.offset) else { return false }
    return place == offset + 1 || jump.destinations.contains(place)
  }

  /// The reachable block that begins at an offset.
  ///
  /// - Complexity: O(log n) in the number of blocks.
  public func block(at start: Int) -> Block? { Self.find(start, in: blocks, by: \.start) }

  private static func find<Row>(_ offset: Int, in rows: [Row], by key: KeyPath<Row, Int>) -> Row? {
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = (low + high) / 2
      if rows[middle][keyPath: key] < offset { low = middle + 1 } else { high = middle }
    }
    return low < rows.count && rows[low][keyPath: key] == offset ? rows[low] : nil
  }
}
