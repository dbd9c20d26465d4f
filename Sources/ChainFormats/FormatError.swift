public import EVM

/// Why a file is not what it should be: which file, where in it, and what would have been right.
public struct FormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// The file cannot be read; the operating system's reason.
    case unreadable(String)
    /// The file has more bytes than are accepted.
    case tooLarge(bytes: Int, limit: Int)
    /// The text is not JSON; counted from 1.
    case syntax(line: Int, column: Int, reason: String)
    /// The field is not there.
    case missing(expected: String)
    /// The field holds something else than it should.
    case unexpected(expected: String, found: String)
    /// The field disagrees with another part of the file.
    case contradiction(expected: String, found: String)
    /// The bytes that the field holds do not decode.
    case undecodable(ChainDecodingError)
  }

  /// The path of the file as it was given.
  public var file: String
  /// The path of the field, such as `transactions[3]`; empty for the whole file.
  public var field: String
  /// What is wrong.
  public var problem: Problem

  /// Makes an error.
  public init(file: String, field: String = "", _ problem: Problem) {
    self.file = file
    self.field = field
    self.problem = problem
  }

  /// One line for a person.
  public var description: String {
    let place = field.isEmpty ? file : "\(file): \(field)"
    return switch problem {
    case .unreadable(let reason): "\(place): cannot be read: \(reason)"
    case .tooLarge(let bytes, let limit): "\(place): \(bytes) bytes are more than the accepted \(limit)"
    case .syntax(let line, let column, let reason): "\(place):\(line):\(column): not JSON: \(reason)"
    case .missing(let expected): "\(place): missing; expected \(expected)"
    case .unexpected(let expected, let found): "\(place): expected \(expected), found \(found)"
    case .contradiction(let expected, let found):
      "\(place): contradicts the rest of the file: expected \(expected), found \(found)"
    case .undecodable(let error): "\(place): \(error)"
    }
  }
}
