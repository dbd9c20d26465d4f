import StrictJSON

extension JSON {
  /// Larger documents are refused unread: a tree takes some ten times the space of its text.
  static let byteLimit: Int = 1 << 27
  /// Deeper documents are refused: nothing we read nests deeper than a handful, and making the tree recurses.
  static let depthLimit = 64

  /// Parses one value that fills `bytes`. Linear in time.
  ///
  /// - Throws: `ScheduleFormatError` with the offset of the first byte that is wrong.
  init(parsing bytes: [UInt8]) throws(ScheduleFormatError) {
    guard bytes.count <= Self.byteLimit else {
      throw ScheduleFormatError(
        field: "", expected: "at most \(Self.byteLimit) bytes", found: "\(bytes.count) bytes")
    }
    var parser = JSONParser(
      bytes, maximumDepth: Self.depthLimit, refusesUnpairedSurrogates: true)
    do throws(JSONSyntaxError) {
      try parser.parse()
    } catch {
      throw ScheduleFormatError(
        field: "", expected: "JSON (RFC 8259)", found: "\(error.reason) at byte \(error.offset)")
    }
    var index = 0
    self.init(bytes, parser.nodes, &index)
  }

  /// The tree of the value at `index`, which moves behind it.
  private init(_ text: [UInt8], _ nodes: [JSONNode], _ index: inout Int) {
    let node = nodes[index]
    let raw = text[Int(node.start)..<Int(node.start) + Int(node.count)]
    index += 1
    switch node.kind {
    case .null: self = .null
    case .true: self = .bool(true)
    case .false: self = .bool(false)
    case .number:
      let number = String(decoding: raw, as: UTF8.self)
      self = Int(number).map { .integer($0) } ?? .number(number)
    case .string: self = .string(String(decoding: raw, as: UTF8.self))
    case .escapedString: self = .string(String(decoding: JSONEscapes.decode(raw), as: UTF8.self))
    case .array: self = .array((0..<node.count).map { _ in JSON(text, nodes, &index) })
    case .object:
      self = .object(
        (0..<node.count).map { _ in
          Member(key: JSON(text, nodes, &index).string ?? "", value: JSON(text, nodes, &index))
        })
    }
  }

  private var string: String? {
    if case .string(let text) = self { text } else { nil }
  }
}
