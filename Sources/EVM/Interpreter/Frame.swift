import EVMState
import EthereumTypes

/// What stays the same while a frame runs. Plain old data: the machine keeps a copy of the running frame's.
struct FrameContext: BitwiseCopyable {
  /// Whose storage and balance the frame works on.
  var account: Journal.AccountHandle
  /// The address of `account`.
  var address: Address
  /// Who called.
  var caller: Address
  /// CALLVALUE in wei.
  var value: UInt256
  /// State must not change (EIP-214).
  var isStatic: Bool
  /// The frame runs init code, and what it returns becomes code.
  var isCreation: Bool
  /// Where the state is put back to on failure.
  var checkpoint: Journal.Checkpoint
  /// The refund counter to put back on failure.
  var refundAtEntry: Int64
  /// The input: a range of the caller's memory, as absolute offsets into the arena.
  var inputStart: Int
  var inputCount: Int
  /// Where the caller wants the output, relative to its own memory.
  var returnOffset = 0
  var returnCount = 0
}

extension FrameContext {
  /// A context to stand in until the first frame runs.
  init(outermostIn journal: inout Journal) {
    self.init(
      account: journal.handle(for: .zero), address: .zero, caller: .zero, value: .zero, isStatic: false,
      isCreation: false, checkpoint: journal.checkpoint, refundAtEntry: 0, inputStart: 0, inputCount: 0)
  }
}

/// One message call or creation in progress. Frames are suspended and resumed, never recursed into, so the
/// native stack does not grow with the call depth.
struct Frame {
  /// The code that runs.
  let code: Code
  let context: FrameContext
  /// Where this frame's stack and memory start in their arenas.
  let stackBase: Int
  let memoryStart: Int

  // What the interpreter keeps in registers while the frame runs, and saves here while it waits.
  var pc = 0
  var gas: Int64
  var stackTop: Int
  var memorySize = 0
}

/// Why the interpreter stopped running a frame.
enum FrameExit: UInt8 {
  /// A new frame was pushed and runs first.
  case suspended
  /// STOP, RETURN or SELFDESTRUCT.
  case succeeded
  /// REVERT: the state is put back, the rest of the gas is returned.
  case reverted
  /// An exceptional halt: the state is put back, the gas is gone.
  case failed
}

/// Why a frame failed, for traces and tests.
public enum ExceptionalHalt: String, Sendable {
  case outOfGas = "out of gas"
  case stackBounds = "stack underflow or overflow"
  case undefinedInstruction = "invalid opcode"
  case invalidJump = "invalid jump destination"
  case staticViolation = "write protection"
  case returnDataOutOfBounds = "return data out of bounds"
  case precompileFailure = "precompile failed"
  case addressCollision = "contract address collision"
  case codeSizeExceeded = "max code size exceeded"
  case invalidCode = "invalid code: must not begin with 0xef"
  case initCodeSizeExceeded = "max initcode size exceeded"
}
