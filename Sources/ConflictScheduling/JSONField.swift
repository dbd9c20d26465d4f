/// A value inside a JSON document that knows where it stands, so that every error names its field.
struct JSONField {
  let value: JSON
  let path: String

  /// The document as a whole.
  init(_ value: JSON, path: String = "") {
    self.value = value
    self.path = path
  }

  /// Parses a document.
  init(parsing bytes: [UInt8]) throws(ScheduleFormatError) { self.init(try JSON(parsing: bytes)) }

  /// An error about this field.
  func error(_ expected: String) -> ScheduleFormatError {
    ScheduleFormatError(field: path, expected: expected, found: value.summary)
  }

  private func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The field of an object under `key`, or nil where it is absent or null.
  func optional(_ key: String) throws(ScheduleFormatError) -> JSONField? {
    guard case .object(let members) = value else { throw error("an object") }
    guard let member = members.first(where: { $0.key == key }), member.value != .null else { return nil }
    return JSONField(member.value, path: path(of: key))
  }

  /// The field of an object under `key`.
  func required(_ key: String) throws(ScheduleFormatError) -> JSONField {
    if let field = try optional(key) { return field }
    throw ScheduleFormatError(field: path(of: key), expected: "a value", found: "nothing")
  }

  /// An integer.
  func integer(in range: ClosedRange<Int> = Int.min...Int.max) throws(ScheduleFormatError) -> Int {
    guard case .integer(let number) = value, range.contains(number) else {
      throw error(
        range.upperBound == .max
          ? range.lowerBound == .min ? "an integer" : "an integer from \(range.lowerBound)"
          : "an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A string.
  func string() throws(ScheduleFormatError) -> String {
    guard case .string(let text) = value else { throw error("a string") }
    return text
  }

  /// One of the names of an enumeration.
  func name<Name: RawRepresentable<String> & CaseIterable>(
    _ type: Name.Type
  ) throws(ScheduleFormatError) -> Name {
    guard case .string(let text) = value, let name = Name(rawValue: text) else {
      throw error(Name.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or "))
    }
    return name
  }

  /// The items of an array.
  func items() throws(ScheduleFormatError) -> [JSONField] {
    guard case .array(let items) = value else { throw error("an array") }
    return items.enumerated().map { JSONField($1, path: "\(path)[\($0)]") }
  }

  /// An array of integers. Paths are only made up where something is wrong: these arrays are long.
  func integers<Number: FixedWidthInteger>(
    _ range: ClosedRange<Number> = Number.min...Number.max
  ) throws(ScheduleFormatError) -> [Number] {
    guard case .array(let items) = value else { throw error("an array of integers") }
    var numbers: [Number] = []
    numbers.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      guard case .integer(let wide) = item, let number = Number(exactly: wide), range.contains(number) else {
        throw JSONField(item, path: "\(path)[\(index)]").error(
          "an integer from \(range.lowerBound) to \(range.upperBound)")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// An array of arrays of integers.
  func integerRows() throws(ScheduleFormatError) -> [[Int32]] {
    var rows: [[Int32]] = []
    for item in try items() { rows.append(try item.integers()) }
    return rows
  }
}
