public import ChainFormats

/// Why a transition could not be made, with the exit code that transition tools have agreed on.
public struct TransitionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The exit codes of transition tools.
  public enum Code: Int32, Sendable {
    /// The EVM could not finish the block.
    case evm = 2
    /// The fork is not known, or the environment lacks what the fork needs.
    case configuration = 3
    /// A transaction asked for a block hash that was not given.
    case missingBlockHash = 4
    /// An input is not JSON, or a field is not what it should be.
    case json = 10
    /// A file could not be read or written.
    case io = 11
    /// The transactions are not an RLP list.
    case rlp = 12
  }

  /// The exit code.
  public var code: Code
  /// What is wrong: file, field, what was expected and what found, as far as they apply.
  public var message: String

  /// Makes an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The error that a malformed input stands for.
  public init(_ error: FormatError) {
    switch error.problem {
    case .unreadable, .tooLarge: self.init(.io, "\(error)")
    default: self.init(.json, "\(error)")
    }
  }

  /// One line for a person, as `evm t8n` prints it.
  public var description: String { "ERROR(\(code.rawValue)): \(message)" }
}
