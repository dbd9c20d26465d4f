/// Why a transaction's access set could not be bound from summaries, so that a run has to find it.
public enum FallbackReason: String, Error, Hashable, Sendable, CaseIterable {
  /// Whether a call has enough gas decides the path, and the bounds known leave it open.
  case gas
  /// A value the bytecode takes from GAS or MSIZE decides the path or a key.
  case gasDependentValue
  /// The step, depth or memory budget is used up.
  case budget
  /// A frame's stack under- or overflows in the middle of a path.
  case stack
  /// An instruction the summaries do not express.
  case unsupportedInstruction
  /// The state could not be read.
  case state
  /// Return data or memory of unknown extent decides the path.
  case unknownExtent
  /// Too many calls whose failure the caller survives.
  case survivedFailures
  /// Self-destruction under rules where it removes the account.
  case selfdestruct
  /// A contract creation the summaries do not follow.
  case creation
  /// Delegations set by the transaction itself (EIP-7702).
  case authorizations
  /// A precompile that is not available.
  case precompile
}
