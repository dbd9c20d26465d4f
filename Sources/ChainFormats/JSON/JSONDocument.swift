public import EthereumTypes
import StrictJSON

/// A parsed JSON text: its bytes, and one 16-byte node for each value in the order of the text.
///
/// Fixtures are tens of megabytes of hexadecimal strings that are looked at once, so a string stays where it
/// lies in the text and nothing is allocated for it. Reading 120 MB of fixtures into a tree of allocated nodes
/// (as libjansson does, at 60 MB/s) took longer than executing them.
public final class JSONDocument: Sendable {
  /// Where the text came from; for errors.
  public let file: String
  /// The text.
  let text: Bytes
  /// The values, each followed by its parts; an object's part is a key node followed by a value.
  let nodes: [JSONNode]

  /// Parses a text, strictly by RFC 8259; duplicate keys are refused. Linear, but for sorting the keys of
  /// large objects.
  ///
  /// - Parameters:
  ///   - text: UTF-8 without byte-order mark.
  ///   - file: what errors call the text.
  public init(_ text: Bytes, file: String) throws(FormatError) {
    guard text.count <= FileContents.maximumSize else {
      throw FormatError(file: file, .tooLarge(bytes: text.count, limit: FileContents.maximumSize))
    }
    var parser = JSONParser(text)
    do throws(JSONSyntaxError) {
      try parser.parse()
    } catch {
      let before = text[..<min(error.offset, text.count)]
      let line = before.count { $0 == 0x0A } + 1
      let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
      throw FormatError(file: file, .syntax(line: line, column: column, reason: error.reason))
    }
    self.file = file
    self.text = text
    nodes = parser.nodes
  }

  /// Reads and parses a file; `-` is standard input.
  public convenience init(contentsOf file: String) throws(FormatError) {
    try self.init(FileContents.read(file), file: file)
  }

  /// The outermost value.
  public var root: JSONValue { JSONValue(document: self, index: 0) }
}
