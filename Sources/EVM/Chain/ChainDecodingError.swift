public import EthereumTypes

/// Why bytes are not the transaction, header, block or receipt that they should be, and where.
public struct ChainDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with the field.
  public enum Problem: Hashable, Sendable {
    /// The bytes are not RLP.
    case rlp(RLPError)
    /// A list stands where a byte string belongs, or the other way round.
    case wrongShape(expected: String)
    /// The structure has too few or too many fields.
    case wrongFieldCount(expected: String, found: Int)
    /// A byte string of fixed length has another one.
    case wrongLength(expected: String, found: Int)
    /// A number starts with a zero byte.
    case leadingZero
    /// A number exceeds its range.
    case outOfRange(maximumBits: Int, foundBytes: Int)
    /// A flag is neither 0 nor 1, or a value is not among those that exist.
    case unknownValue(expected: String, found: String)
    /// A transaction of a type that cannot create contracts has no recipient.
    case missingRecipient(type: UInt8)
    /// There are no bytes at all.
    case empty
  }

  /// The path of the field, such as `block.transactions[3].nonce`.
  public var field: String
  /// What is wrong with it.
  public var problem: Problem

  /// Makes an error.
  public init(_ field: String, _ problem: Problem) {
    self.field = field
    self.problem = problem
  }

  /// The same error with the first part of its path replaced: where in a larger structure the value stands.
  public func at(_ path: String) -> ChainDecodingError {
    ChainDecodingError(path + field.drop { $0 != "." && $0 != "[" }, problem)
  }

  /// One line for a person.
  public var description: String {
    switch problem {
    case .rlp(let error): "\(field): \(error)"
    case .wrongShape(let expected): "\(field): expected \(expected)"
    case .wrongFieldCount(let expected, let found): "\(field): expected \(expected) fields, found \(found)"
    case .wrongLength(let expected, let found): "\(field): expected \(expected) bytes, found \(found)"
    case .leadingZero: "\(field): a number may not start with a zero byte"
    case .outOfRange(let bits, let found):
      "\(field): expected a number of at most \(bits) bits, found one of \(found) bytes"
    case .unknownValue(let expected, let found): "\(field): expected \(expected), found \(found)"
    case .missingRecipient(let type): "\(field): a transaction of type \(type) must have a recipient"
    case .empty: "\(field): empty"
    }
  }
}
