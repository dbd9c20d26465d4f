/// Why a document is not one of ours: where it is wrong, and what should stand there.
public struct ScheduleFormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The path of the field, such as `dependencies[12][0]`; empty for the document as a whole.
  public let field: String
  /// What should stand there.
  public let expected: String
  /// What stands there.
  public let found: String

  /// Names a field and what is wrong with it. Long findings are cut: they may come from a hostile document.
  public init(field: String, expected: String, found: String) {
    self.field = field
    self.expected = expected
    self.found = found.count > 200 ? found.prefix(200) + "…" : found
  }

  /// One line for a person.
  public var description: String {
    "\(field.isEmpty ? "document" : "field `\(field)`"): expected \(expected), found \(found)"
  }
}
