import EthereumTypes

/// A value inside an RLP document that knows where it stands, so that every error names its field.
struct RLPField {
  let value: RLP
  let path: String

  /// A value at a path.
  init(_ value: RLP, path: String) {
    self.value = value
    self.path = path
  }

  /// Decodes a document of which the errors speak under `name`.
  init(decoding bytes: Bytes, name: String) throws(ScheduleFormatError) {
    do throws(RLPError) {
      self.init(try RLP(decoding: bytes), path: name)
    } catch {
      throw ScheduleFormatError(field: name, expected: "canonical RLP", found: error.description)
    }
  }

  /// An error about this field.
  func error(_ expected: String) -> ScheduleFormatError {
    let found =
      switch value {
      case .list(let items): "a list of \(items.count)"
      case .bytes(let bytes): bytes.count > 64 ? "\(bytes.count) bytes" : Hex.encodePrefixed(bytes)
      }
    return ScheduleFormatError(field: path, expected: expected, found: found)
  }

  /// The items of a list.
  func items() throws(ScheduleFormatError) -> [RLPField] {
    guard case .list(let items) = value else { throw error("a list") }
    return items.enumerated().map { RLPField($1, path: "\(path)[\($0)]") }
  }

  /// The items of a list of known shape, under their names.
  func items(named names: [String]) throws(ScheduleFormatError) -> [RLPField] {
    guard case .list(let items) = value, items.count == names.count else {
      throw error("a list of \(names.joined(separator: ", "))")
    }
    return zip(items, names).map { RLPField($0, path: "\(path).\($1)") }
  }

  /// A byte string.
  func bytes() throws(ScheduleFormatError) -> Bytes {
    guard case .bytes(let bytes) = value else { throw error("a byte string") }
    return bytes
  }

  /// A number: big-endian without leading zeros, at most 32 bytes.
  func word() throws(ScheduleFormatError) -> UInt256 {
    guard case .bytes(let bytes) = value, bytes.count <= 32, bytes.first != 0,
      let word = UInt256(bigEndian: bytes)
    else { throw error("a number of at most 32 bytes without leading zeros") }
    return word
  }

  /// A number up to a limit.
  func integer(upTo limit: Int = Int.max) throws(ScheduleFormatError) -> Int {
    guard let number = try word().asUInt64, number <= UInt64(max(limit, 0)) else {
      throw error("a number up to \(limit)")
    }
    return Int(number)
  }

  /// 20 bytes.
  func address() throws(ScheduleFormatError) -> Address {
    guard case .bytes(let bytes) = value, let address = Address(bytes) else { throw error("20 bytes") }
    return address
  }

  /// A list of numbers up to a limit.
  func integers(upTo limit: Int) throws(ScheduleFormatError) -> [Int32] {
    var numbers: [Int32] = []
    for item in try items() {
      numbers.append(Int32(truncatingIfNeeded: try item.integer(upTo: min(limit, Int(Int32.max)))))
    }
    return numbers
  }
}
