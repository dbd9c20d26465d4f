/// Why a transaction's access set could not be bound from summaries, so that a run has to find it.
public enum FallbackReason: String, Error, Hashable, Sendable, CaseIterable {
  /// Whether a call has enough gas decides the path, and the bounds known leave it open.
  case gas
  /// A value the bytecode takes from GAS or MSIZE decides the path or a key.
  case gasDependentValue
  /// The work, depth or memory budget is used up.
  case budget
  /// A frame's stack under- or overflows in the middle of a path.
  case stack
  /// An instruction the summaries do not express.
  case unsupportedInstruction
  /// The state could not be read.
  case state
  /// A contract creation the summaries do not follow.
  case creation
  /// Rules the summaries do not know.
  case unsupportedFork
}
