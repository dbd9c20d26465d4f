import StrictJSON

/// A value in a parsed document. It knows where it stands, so that an error can name the field.
public struct JSONValue: Sendable {
  /// The document.
  public let document: JSONDocument
  let index: Int

  /// The kinds of values.
  public enum Kind: String, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool
    /// A number.
    case number
    /// A string.
    case string
    /// An array.
    case array
    /// An object.
    case object
  }

  /// What kind of value this is.
  public var kind: Kind {
    switch node.kind {
    case .null: .null
    case .true, .false: .bool
    case .number: .number
    case .string, .escapedString: .string
    case .array: .array
    case .object: .object
    }
  }

  /// Whether this is `null`.
  public var isNull: Bool { node.kind == .null }

  var node: JSONNode { document.nodes[index] }

  /// The bytes of a string or number as they stand in the text.
  var raw: ArraySlice<UInt8> {
    let node = node
    return document.text[Int(node.start)..<Int(node.start) + Int(node.count)]
  }

  // MARK: Objects

  /// A key and its value.
  public struct Member: Sendable {
    let keyValue: JSONValue
    /// The value.
    public let value: JSONValue
    /// The key.
    public var key: String { keyValue.text }
    /// Whether the key is this one.
    public func hasKey(_ key: String) -> Bool { keyValue.isText(key) }
    /// The key as a string value, to be read as a number, address or hash.
    public var keyAsValue: JSONValue { keyValue }
  }

  /// The members in the order of the text. Linear.
  public func members() throws(FormatError) -> [Member] {
    guard node.kind == .object else { throw unexpected("an object") }
    var members: [Member] = []
    members.reserveCapacity(Int(node.count))
    var key = index + 1
    while key < Int(node.end) {
      let value = JSONValue(document: document, index: key + 1)
      members.append(Member(keyValue: JSONValue(document: document, index: key), value: value))
      key = Int(value.node.end)
    }
    return members
  }

  /// The value of a member, nil where there is none or this is no object. Linear in the members before it.
  public subscript(key: String) -> JSONValue? {
    guard node.kind == .object else { return nil }
    let end = Int(node.end)
    var position = index + 1
    while position < end {
      if JSONValue(document: document, index: position).isText(key) {
        return JSONValue(document: document, index: position + 1)
      }
      position = Int(document.nodes[position + 1].end)
    }
    return nil
  }

  /// The value of a member, nil where it is absent or null.
  public func optional(_ key: String) throws(FormatError) -> JSONValue? {
    guard node.kind == .object else { throw unexpected("an object") }
    guard let value = self[key], !value.isNull else { return nil }
    return value
  }

  /// The value of a member that must be there.
  public func member(_ key: String) throws(FormatError) -> JSONValue {
    guard node.kind == .object else { throw unexpected("an object") }
    guard let value = self[key] else {
      let path = path.isEmpty ? key : "\(path).\(key)"
      throw FormatError(file: document.file, field: path, .missing(expected: "a member of this name"))
    }
    return value
  }

  // MARK: Arrays

  /// The elements in the order of the text. Linear.
  public func elements() throws(FormatError) -> [JSONValue] {
    guard node.kind == .array else { throw unexpected("an array") }
    var elements: [JSONValue] = []
    elements.reserveCapacity(Int(node.count))
    var position = index + 1
    while position < Int(node.end) {
      elements.append(JSONValue(document: document, index: position))
      position = Int(document.nodes[position].end)
    }
    return elements
  }

  // MARK: Scalars

  /// A string with its escapes replaced.
  public func string() throws(FormatError) -> String {
    guard kind == .string else { throw unexpected("a string") }
    return text
  }

  /// True or false.
  public func bool() throws(FormatError) -> Bool {
    switch node.kind {
    case .true: true
    case .false: false
    default: throw unexpected("true or false")
    }
  }

  /// A JSON number that is a whole number from 0 to 2⁶⁴ − 1.
  public func integer() throws(FormatError) -> UInt64 {
    guard node.kind == .number, let value = UInt64(String(decoding: raw, as: UTF8.self)) else {
      throw unexpected("a whole number from 0 to 2^64 - 1")
    }
    return value
  }

  /// The string without escapes, or the text of a number or word.
  var text: String {
    let raw = raw
    return node.kind == .escapedString
      ? String(decoding: JSONEscapes.decode(raw), as: UTF8.self) : String(decoding: raw, as: UTF8.self)
  }

  func isText(_ other: String) -> Bool {
    let node = node
    if node.kind == .escapedString { return text == other }
    return node.kind == .string && Int(node.count) == other.utf8.count && raw.elementsEqual(other.utf8)
  }

  // MARK: Errors

  /// An error about this value: what belongs here; what was found is added.
  public func unexpected(_ expected: String) -> FormatError {
    FormatError(file: document.file, field: path, .unexpected(expected: expected, found: excerpt))
  }

  /// An error about this value: it disagrees with another part of the file.
  public func contradiction(expected: String, found: String) -> FormatError {
    FormatError(file: document.file, field: path, .contradiction(expected: expected, found: found))
  }

  /// The value in a few words.
  private var excerpt: String {
    switch node.kind {
    case .null, .true, .false: "\(node.kind)"
    case .array: "an array of \(node.count)"
    case .object: "an object of \(node.count)"
    case .number: "the number \(text.prefix(40))"
    case .string, .escapedString:
      node.count <= 48
        ? JSONEscapes.quoted(text) : JSONEscapes.quoted(text.prefix(40) + "…") + " (\(node.count) characters)"
    }
  }

  /// The path from the root, such as `transactions[3].nonce`. Only errors ask for it: it walks the document.
  public var path: String {
    var path = ""
    var position = 0
    while position < index {
      let node = document.nodes[position]
      var part = position + 1
      var count = 0
      if node.kind == .object {
        while part + 1 != index, part != index, Int(document.nodes[part + 1].end) <= index {
          part = Int(document.nodes[part + 1].end)
        }
        path += (path.isEmpty ? "" : ".") + JSONValue(document: document, index: part).text
        if part == index { return path }
        position = part + 1
      } else {
        while Int(document.nodes[part].end) <= index {
          part = Int(document.nodes[part].end)
          count += 1
        }
        path += "[\(count)]"
        position = part
      }
    }
    return path
  }
}
