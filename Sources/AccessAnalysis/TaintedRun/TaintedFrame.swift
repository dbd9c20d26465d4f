import EthereumTypes

/// What a frame knows about its own failure: whether the transaction then fails too, with nothing new accessed.
enum FailureOutcome: UInt8, BitwiseCopyable { case notAsked, failsTransaction, goesOn }

/// A message call or creation in progress. Plain old data: stacks and memories lie in arenas.
struct TaintedFrame: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable { case call, create }

  var kind: Kind
  /// The row of the code among the codes of the run.
  var code: Int
  var pc = 0
  var gas: Int64
  var stackBase: Int
  var height = 0
  var memoryBase: Int
  var memorySize = 0
  /// The input: a range of the memory arena, in the caller's part of it.
  var inputStart: Int
  var inputCount: Int
  /// The row of the account whose storage and balance are used.
  var account: Int
  var caller: Address
  var value: UInt256
  var isStatic: Bool
  var depth: Int
  /// Where the caller wants the output, in the caller's memory.
  var outputOffset = 0
  var outputSize = 0
  /// The undo log when the frame began, before any value was moved.
  var checkpoint: Int
  var refundAtStart: Int64
  /// The first of the uncertain prices that bear on this frame's gas.
  var firstPrice: Int
  /// What this frame's gas depends on.
  var gasTaint: Taint
  /// Distinguishes frames; GAS results are only compared within one.
  var serial: Int
  var failure = FailureOutcome.notAsked
}

/// A price that depends on state: what was paid, and how far it can be off.
struct UncertainPrice: BitwiseCopyable {
  var taint: Taint
  /// How much more it may be.
  var more: Int64
  /// How much less it may be.
  var less: Int64
  /// The sum of `more` of all prices up to this one.
  var moreSoFar: Int64
}

/// A result of GAS that depends on state.
struct GasReading: BitwiseCopyable {
  var frame: Int
  /// How many uncertain prices had been paid.
  var priceCount: Int
}

/// How a frame ends, or why its loop is left.
enum FrameExit: UInt8, BitwiseCopyable {
  /// Another frame was entered.
  case entered
  /// STOP, RETURN, SELFDESTRUCT.
  case done
  /// REVERT.
  case reverted
  /// Out of gas.
  case outOfGas
  /// Any other exceptional halt.
  case failed
  /// The run was given up.
  case aborted
}
