public import EVM

/// Why a fixture's transaction or block was refused, by whichever part of the program refused it.
public enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes do not decode.
  case malformed(ChainDecodingError)
  /// The signature leads to no account.
  case signature(SignatureError)
  /// The transaction is not valid in the state.
  case transaction(TransactionRejection)
  /// The block breaks a rule of its own.
  case block(BlockRejection)
  /// A system contract has no code.
  case systemContractMissing
  /// A system contract failed.
  case systemContractFailed
  /// A deposit event is malformed.
  case depositLayout
  /// Something else went wrong, such as a read of the state.
  case other(String)

  /// One line for a person.
  public var description: String {
    switch self {
    case .malformed(let error): error.description
    case .signature(let error): error.description
    case .transaction(let rejection): rejection.description
    case .block(let rejection): rejection.description
    case .systemContractMissing: "a system contract has no code"
    case .systemContractFailed: "a system contract failed"
    case .depositLayout: "a deposit event is malformed"
    case .other(let reason): reason
    }
  }
}
