import EthereumTypes

/// A call frame of a binding.
struct Frame {
  /// What a frame runs for.
  enum Purpose {
    /// A message call; output goes to the caller's memory.
    case call(outputOffset: Int, outputSize: Int)
    /// A contract creation at this account row.
    case create(Int)
  }

  var summary: ContractSummary
  var purpose: Purpose
  /// Whether somebody survives this frame's failure, so that it must be known whether it fails.
  var isStrict: Bool
  var isStatic: Bool
  /// ADDRESS: whose storage and balance.
  var account: Int
  var address: Address
  var caller: Address
  /// The row of the account that `caller` is.
  var callerRow: Int
  var value: Value
  var input: Text
  /// Where control is.
  var next = 0
  /// The height of the binder's stack below this frame.
  var stackBase: Int
  /// Where the state goes back to if the frame fails.
  var checkpoint: Int
  var memory = Text()
  var returnData = Text()
  /// The symbol of an ECRECOVER result whose presence has not been decided, 0 for none.
  var undecidedRecovery: UInt32 = 0
  /// At least this much gas is there at the start.
  var gasAvailable: Int
  /// At most this much was used, memory aside.
  var gasUsed = 0
  /// Where memory ends at least that only steps left out would have read.
  var memoryFloor = 0
  /// How much less it was in fact.
  var gasSpared = 0
  /// How many prices were noted before the frame began.
  var firstPrice = 0

  /// What its memory costs at most.
  var memoryPrice: Int { GasBound.memory(max(memory.count, memoryFloor)) }
  /// At least this much gas is left.
  var gasLeft: Int { max(0, gasAvailable - gasUsed - memoryPrice) }
}
