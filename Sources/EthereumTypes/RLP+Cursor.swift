/// One item of an encoded RLP list: where it lies, without copying it.
@frozen
public struct RLPItem: Hashable, Sendable, BitwiseCopyable {
  /// Whether the item is a list.
  public var isList: Bool
  /// The first byte of the item, header included.
  public var start: Int
  /// The first byte of the contents: a string's bytes, or a list's items.
  public var payloadStart: Int
  /// The byte after the item.
  public var end: Int

  @inlinable @inline(__always)
  init(isList: Bool, start: Int, payloadStart: Int, end: Int) {
    self.isList = isList
    self.start = start
    self.payloadStart = payloadStart
    self.end = end
  }

  /// The bytes of the contents.
  @inlinable public var payload: Range<Int> { payloadStart..<end }
  /// The bytes of the whole item.
  @inlinable public var encoded: Range<Int> { start..<end }
  /// The number of bytes of the contents.
  @inlinable public var payloadCount: Int { end - payloadStart }
}

/// Walks the items of an encoded RLP list one after the other without allocating: for the places that
/// decode thousands of nodes or transactions. Enforces the canonical form of every header it passes.
public struct RLPCursor {
  /// The bytes walked over.
  public let bytes: Bytes
  private var offset: Int
  private let end: Int

  /// Starts before the first of the values that lie one after the other in `bytes`.
  public init(_ bytes: Bytes) {
    self.bytes = bytes
    offset = 0
    end = bytes.count
  }

  /// Starts inside an item that this or an equal cursor returned: before the first item of a list.
  public init(_ bytes: Bytes, inside item: RLPItem) {
    self.bytes = bytes
    offset = min(item.payloadStart, bytes.count)
    end = min(item.end, bytes.count)
  }

  /// Whether no item is left.
  public var isAtEnd: Bool { offset >= end }

  /// The next item, whose contents lie wholly inside the bytes walked over.
  public mutating func next() throws(RLPError) -> RLPItem {
    let item = try RLP.item(of: bytes, at: offset, end: end)
    offset = item.end
    return item
  }
}

extension RLP {
  /// The item whose header starts at byte `start` of `bytes`. Checks that it lies before `end`, at most the
  /// number of bytes, and that no shorter header would do.
  @inlinable
  public static func item(of bytes: Bytes, at start: Int, end: Int) throws(RLPError) -> RLPItem {
    guard start >= 0, start < end, end <= bytes.count else { throw .truncated(offset: start) }
    let tag = bytes[start]
    if tag < 0x80 { return RLPItem(isList: false, start: start, payloadStart: start, end: start + 1) }
    let isList = tag >= 0xC0
    let code = Int(tag) - (isList ? 0xC0 : 0x80)
    var payloadStart = start + 1
    var count = code
    if code > 55 {
      let width = code - 55
      guard width <= end - payloadStart else { throw .truncatedHeader(offset: start) }
      guard bytes[payloadStart] != 0 else { throw .notCanonical(offset: start) }
      // Eight bytes always fit 64 bits; whether they fit the input is checked unsigned below.
      let length = bytes[payloadStart..<payloadStart + width].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      payloadStart += width
      guard length > 55 else { throw .notCanonical(offset: start) }
      guard length <= UInt64(end - payloadStart) else { throw .truncated(offset: start) }
      count = Int(length)
    }
    guard count <= end - payloadStart else { throw .truncated(offset: start) }
    if !isList, count == 1, bytes[payloadStart] < 0x80 { throw .notCanonical(offset: start) }
    return RLPItem(isList: isList, start: start, payloadStart: payloadStart, end: payloadStart + count)
  }
}
