import EthereumTypes

/// Watches a machine run, instruction by instruction. The interpreter is specialised for each conforming type, so
/// the one that watches nothing costs nothing.
protocol InstructionTracer {
  /// Whether `step` and `halted` are called at all; a constant.
  static var isActive: Bool { get }
  /// Before an instruction is charged for and run.
  mutating func step(_ state: @autoclosure () -> InstructionState)
  /// After a frame ended, with the error if it failed.
  mutating func halted(depth: Int, exit: FrameExit, reason: ExceptionalHalt?)
}

/// What a tracer sees before an instruction.
public struct InstructionState: Sendable {
  /// The program counter.
  public var pc: Int
  /// The opcode byte.
  public var opcode: UInt8
  /// Gas left.
  public var gas: Int64
  /// The call depth, 1 for the transaction's own frame.
  public var depth: Int
  /// The stack, top last.
  public var stack: [UInt256]
  /// The size of the frame's memory in bytes.
  public var memorySize: Int
  /// The refund counter.
  public var refund: Int64
  /// The account whose storage is worked on.
  public var address: Address
}

/// Watches nothing.
struct NoTracer: InstructionTracer {
  static var isActive: Bool { false }
  mutating func step(_ state: @autoclosure () -> InstructionState) {}
  mutating func halted(depth: Int, exit: FrameExit, reason: ExceptionalHalt?) {}
}
