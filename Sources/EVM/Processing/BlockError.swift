public import EVMState
public import EthereumTypes

/// Why a block is not valid, or could not be executed.
public enum BlockError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A transaction may not be in this block.
  case transaction(index: Int, TransactionRejection)
  /// The signature of a transaction does not lead to an account.
  case invalidSignature(index: Int)
  /// The state could not be read.
  case state(StateReadError)
  /// A system contract that must exist has no code (EIPs 7002, 7251).
  case missingSystemContract(Address)
  /// A system contract's call failed (EIPs 7002, 7251).
  case failedSystemCall(Address)
  /// The deposit contract logged something that is not a deposit (EIP-6110).
  case malformedDeposit(transaction: Int)

  /// One line for a person.
  public var description: String {
    switch self {
    case .transaction(let index, let rejection): "transaction \(index): \(rejection)"
    case .invalidSignature(let index): "transaction \(index): the signature is not valid"
    case .state(let error): error.description
    case .missingSystemContract(let address): "the system contract \(address) has no code"
    case .failedSystemCall(let address): "the call of the system contract \(address) failed"
    case .malformedDeposit(let index): "transaction \(index): the deposit contract's log is malformed"
    }
  }
}
