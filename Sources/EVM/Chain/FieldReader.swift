import EthereumTypes

/// Reads the fields of an RLP list in order, knowing each one's name for errors.
struct FieldReader {
  /// The structure being read: the first part of the path in errors.
  let structure: String
  private let items: ArraySlice<RLP>
  private var next: Int

  /// Starts at the first item of `value`, which must be a list.
  init(_ value: RLP, of structure: String) throws(ChainDecodingError) {
    guard case .list(let items) = value else {
      throw ChainDecodingError(structure, .wrongShape(expected: "a list"))
    }
    self.init(items[...], of: structure)
  }

  init(_ items: ArraySlice<RLP>, of structure: String) {
    self.structure = structure
    self.items = items
    next = items.startIndex
  }

  /// The number of fields.
  var count: Int { items.count }

  /// Whether every field has been read.
  var isAtEnd: Bool { next == items.endIndex }

  /// Throws unless the number of fields lies in `range`.
  func expectCount(_ range: ClosedRange<Int>) throws(ChainDecodingError) {
    guard !range.contains(count) else { return }
    let expected =
      range.lowerBound == range.upperBound
      ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    throw ChainDecodingError(structure, .wrongFieldCount(expected: expected, found: count))
  }

  /// An error about a field of this structure.
  func error(_ name: String, _ problem: ChainDecodingError.Problem) -> ChainDecodingError {
    ChainDecodingError(structure + (name.hasPrefix("[") ? "" : ".") + name, problem)
  }

  /// The next field as it is.
  mutating func value(_ name: String) throws(ChainDecodingError) -> RLP {
    guard next < items.endIndex else {
      throw error(name, .wrongFieldCount(expected: "more", found: count))
    }
    defer { next += 1 }
    return items[next]
  }

  /// The next field, which must be a byte string.
  mutating func bytes(_ name: String) throws(ChainDecodingError) -> Bytes {
    guard case .bytes(let bytes) = try value(name) else {
      throw error(name, .wrongShape(expected: "a byte string"))
    }
    return bytes
  }

  /// The next field, which must be a list.
  mutating func list(_ name: String) throws(ChainDecodingError) -> [RLP] {
    guard case .list(let items) = try value(name) else {
      throw error(name, .wrongShape(expected: "a list"))
    }
    return items
  }

  /// The next field as a number of at most 256 bits.
  mutating func word(_ name: String) throws(ChainDecodingError) -> UInt256 {
    let bytes = try bytes(name)
    if bytes.first == 0 { throw error(name, .leadingZero) }
    guard let word = UInt256(bigEndian: bytes) else {
      throw error(name, .outOfRange(maximumBits: 256, foundBytes: bytes.count))
    }
    return word
  }

  /// The next field as a number of at most 64 bits.
  mutating func uint64(_ name: String) throws(ChainDecodingError) -> UInt64 {
    let word = try word(name)
    guard let value = word.asUInt64 else {
      throw error(name, .outOfRange(maximumBits: 64, foundBytes: word.byteWidthUsed))
    }
    return value
  }

  /// The next field as a 32-byte hash.
  mutating func hash(_ name: String) throws(ChainDecodingError) -> Hash32 {
    let bytes = try bytes(name)
    guard let hash = Hash32(bytes) else {
      throw error(name, .wrongLength(expected: "32", found: bytes.count))
    }
    return hash
  }

  /// The next field as a 20-byte address.
  mutating func address(_ name: String) throws(ChainDecodingError) -> Address {
    let bytes = try bytes(name)
    guard let address = Address(bytes) else {
      throw error(name, .wrongLength(expected: "20", found: bytes.count))
    }
    return address
  }

  /// The next field as an address, or nil where it is empty.
  mutating func optionalAddress(_ name: String) throws(ChainDecodingError) -> Address? {
    let bytes = try bytes(name)
    if bytes.isEmpty { return nil }
    guard let address = Address(bytes) else {
      throw error(name, .wrongLength(expected: "0 or 20", found: bytes.count))
    }
    return address
  }

  /// The next field as 256 bytes of bloom.
  mutating func bloom(_ name: String) throws(ChainDecodingError) -> Bloom {
    let bytes = try bytes(name)
    guard let bloom = Bloom(bytes) else {
      throw error(name, .wrongLength(expected: "256", found: bytes.count))
    }
    return bloom
  }
}

extension RLP {
  /// Decodes bytes that must be one value, naming the structure in the error.
  init(_ bytes: Bytes, of structure: String) throws(ChainDecodingError) {
    guard !bytes.isEmpty else { throw ChainDecodingError(structure, .empty) }
    do throws(RLPError) {
      try self.init(decoding: bytes)
    } catch {
      throw ChainDecodingError(structure, .rlp(error))
    }
  }

  /// A hash as a byte string.
  static func hash(_ hash: Hash32) -> RLP { .bytes(hash.bytes) }

  /// An address as a byte string.
  static func address(_ address: Address) -> RLP { .bytes(address.bytes) }
}
