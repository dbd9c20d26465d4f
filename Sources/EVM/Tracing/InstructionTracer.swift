public import EthereumTypes

/// Watches a machine run, instruction by instruction. The interpreter is specialised for each conforming type, so
/// the one that watches nothing costs nothing.
protocol InstructionTracer {
  /// Whether anything below is called at all; a constant.
  static var isActive: Bool { get }
  /// Whether `InstructionState.memory` is wanted, which takes long.
  var wantsMemory: Bool { get }
  /// Whether `InstructionState.returnData` is wanted.
  var wantsReturnData: Bool { get }
  /// Before the instruction at `pc` of `code` is charged for and run, in a frame `depth` calls deep, 1 for the
  /// transaction's own. Making `state` takes long.
  mutating func step(_ pc: Int, of code: Code, depth: Int, _ state: @autoclosure () -> InstructionState)
  /// After a frame ended, before its changes are undone if it failed.
  mutating func halted(_ end: FrameEnd)
  /// After the outermost frame ended.
  mutating func finished(_ end: ExecutionEnd)
}

/// What a tracer sees before an instruction.
public struct InstructionState: Sendable {
  /// The program counter.
  public var pc: Int
  /// The opcode byte.
  public var opcode: UInt8
  /// Its name, nil where the fork has no such instruction.
  public var name: String?
  /// Gas left.
  public var gas: Int64
  /// What the instruction costs, with the gas that a call hands on; nil beyond 64 bits.
  public var gasCost: UInt64?
  /// The call depth, 1 for the transaction's own frame.
  public var depth: Int
  /// The stack, top last.
  public var stack: [UInt256]
  /// The size of the frame's memory in bytes.
  public var memorySize: Int
  /// The frame's memory, where wanted.
  public var memory: Bytes = []
  /// What the last call returned, where wanted.
  public var returnData: Bytes = []
  /// The refund counter.
  public var refund: Int64
  /// What the instruction adds to the refund counter.
  public var refundChange: Int64
  /// The account whose storage is worked on.
  public var address: Address
}

/// How a frame ended.
struct FrameEnd {
  /// Its depth, 1 for the transaction's own frame.
  var depth: Int
  /// Success, revert or failure.
  var exit: FrameExit
  /// Why it failed.
  var reason: ExceptionalHalt?
  /// The gas left.
  var gas: Int64
  /// The refund counter.
  var refund: Int64
}

/// How the whole execution of a transaction ended.
struct ExecutionEnd {
  /// What the outermost frame returned; for a creation the code.
  var output: Bytes
  /// The gas it used.
  var gasUsed: UInt64
  /// Success, revert or failure.
  var exit: FrameExit
  /// Why it failed.
  var reason: ExceptionalHalt?
}

/// Watches nothing.
struct NoTracer: InstructionTracer {
  static var isActive: Bool { false }
  var wantsMemory: Bool { false }
  var wantsReturnData: Bool { false }
  mutating func step(_ pc: Int, of code: Code, depth: Int, _ state: @autoclosure () -> InstructionState) {}
  mutating func halted(_ end: FrameEnd) {}
  mutating func finished(_ end: ExecutionEnd) {}
}
