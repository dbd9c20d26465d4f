public import EVMState

/// How much a tainted run may use.
public struct TaintedRunLimits: Hashable, Sendable {
  /// The most memory of all frames together, in bytes.
  public var maximumMemory: Int
  /// The most instructions; and the most that is spent on hashing, copying and precompiles, in the time of as many.
  public var maximumSteps: Int
  /// The most taint sets; beyond it values make the prediction conditional on all they depend on.
  public var maximumTaints: Int
  /// The most instructions spent on showing that branches not taken only fail.
  public var maximumProbeSteps: Int

  /// Makes limits.
  public init(
    maximumMemory: Int = 64 << 20, maximumSteps: Int = 50_000_000, maximumTaints: Int = 1 << 20,
    maximumProbeSteps: Int = 1 << 20
  ) {
    self.maximumMemory = maximumMemory
    self.maximumSteps = maximumSteps
    self.maximumTaints = maximumTaints
    self.maximumProbeSteps = maximumProbeSteps
  }

  /// Enough for any transaction of a mainnet block.
  public static let standard = TaintedRunLimits()
}

/// Why a tainted run gave no prediction.
public enum TaintedRunFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The state could not be read.
  case state(StateReadError)
  /// More instructions than `TaintedRunLimits.maximumSteps`.
  case tooManySteps
  /// More memory than `TaintedRunLimits.maximumMemory`.
  case tooMuchMemory
  /// The fork's rules are not modelled here.
  case unsupportedFork
  /// The transaction cannot be valid: its gas limit does not pay for its own data.
  case invalidTransaction

  /// One line for a person.
  public var description: String {
    switch self {
    case .state(let error): "\(error)"
    case .tooManySteps: "the transaction ran longer than the limit for a prediction"
    case .tooMuchMemory: "the transaction used more memory than the limit for a prediction"
    case .unsupportedFork: "predictions by running do not know this fork's rules"
    case .invalidTransaction: "the transaction's gas limit does not cover its intrinsic gas"
    }
  }
}
