import ChainFormats
import ConflictScheduling
import EVM
import EVMState

/// The exit codes of every command.
enum ExitStatus: Int32 {
  /// All is well.
  case success = 0
  /// A result is wrong, or a check failed.
  case wrongResult = 1
  /// The command line makes no sense.
  case badUsage = 2
  /// A file does.
  case badInput = 3
  /// Ctrl-C.
  case interrupted = 130
}

/// An error that ends a command: one line for the person, and the exit code.
struct CommandFailure: Error {
  let message: String
  let code: ExitStatus

  init(_ message: String, _ code: ExitStatus) {
    self.message = message
    self.code = code
  }

  /// The failure that an error of the library stands for, or nil for an error of another kind.
  init?(_ error: any Error) {
    switch error {
    case let failure as CommandFailure: self = failure
    case let error as FormatError: self.init("\(error)", .badInput)
    case let error as ScheduleFormatError: self.init("\(error)", .badInput)
    case let error as BlockError: self.init("the block is not valid: \(error)", .badInput)
    case let error as StateReadError: self.init("\(error)", .badInput)
    default: return nil
    }
  }
}
