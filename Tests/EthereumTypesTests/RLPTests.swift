import EthereumTypes
import Foundation
import TestFiles
import Testing

@Suite("RLP")
struct RLPTests {
  static let folder = TestFiles.fixture("ethereum-tests/RLPTests")

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    /// Nil where the bytes are not RLP, or not said what they are.
    let value: RLP?
    let isValid: Bool
    let encoded: Bytes
    var testDescription: String { name }
  }

  static let cases: [Case] = ["rlptest", "invalidRLPTest", "RandomRLPTests/example"].flatMap {
    file -> [Case] in
    guard let folder, let data = FileManager.default.contents(atPath: "\(folder)/\(file).json"),
      let tests = try? JSONSerialization.jsonObject(with: data) as? [String: [String: Any]]
    else { return [] }
    return tests.sorted { $0.key < $1.key }.compactMap { name, test in
      guard let encoded = (test["out"] as? String).flatMap({ Hex.decode($0) }), let input = test["in"] else {
        return nil
      }
      let word = input as? String
      let isKnown = word != "INVALID" && word != "VALID"
      return Case(
        name: "\(file)/\(name)", value: isKnown ? value(input) : nil, isValid: word != "INVALID",
        encoded: encoded)
    }
  }

  /// A value as the tests write it: text, `#` before a decimal number, numbers, arrays.
  static func value(_ json: Any) -> RLP? {
    switch json {
    case let text as String where text.hasPrefix("#"):
      // One of them is 2^256, just too large for a word.
      let digits = text.dropFirst()
      if let word = UInt256(decimal: digits) { return .quantity(word) }
      return UInt256(decimal: digits.dropLast() + "5") == .max
        ? .bytes([1] + Bytes(repeating: 0, count: 32)) : nil
    case let text as String: return .bytes(Bytes(text.utf8))
    case let number as NSNumber: return .quantity(number.uint64Value)
    case let list as [Any]:
      let items = list.compactMap(value)
      return items.count == list.count ? .list(items) : nil
    default: return nil
    }
  }

  @Test("The fixtures are complete", .enabled(if: folder != nil, "RLPTests fixtures are absent"))
  func complete() {
    #expect(Self.cases.count { $0.value != nil } == 28)
    #expect(Self.cases.count { !$0.isValid } == 26)
  }

  @Test("Official vectors encode, decode and are refused as they should", arguments: cases)
  func official(_ test: Case) throws {
    if let value = test.value { #expect(value.encoded == test.encoded) }
    if test.isValid {
      let value = try RLP(decoding: test.encoded)
      #expect(test.value == nil || value == test.value)
      #expect(value.encoded == test.encoded)
    } else {
      #expect(throws: RLPError.self) { try RLP(decoding: test.encoded) }
    }
  }

  static func random(_ generator: inout SplitMix64, depth: Int) -> RLP {
    if depth == 0 || generator.next() % 3 == 0 {
      let counts = [0, 1, 1, 2, 31, 32, 54, 55, 56, 57, 255, 256, 300]
      return .bytes(generator.bytes(counts[Int(generator.next() % UInt64(counts.count))]))
    }
    return .list((0..<Int(generator.next() % 6)).map { _ in random(&generator, depth: depth - 1) })
  }

  /// Every item a cursor passes, taken apart again.
  static func walk(_ bytes: Bytes) throws -> RLP {
    var cursor = RLPCursor(bytes)
    let item = try cursor.next()
    #expect(cursor.isAtEnd)
    return try walk(bytes, item)
  }

  private static func walk(_ bytes: Bytes, _ item: RLPItem) throws -> RLP {
    #expect(
      item.encoded.lowerBound <= item.payload.lowerBound && item.encoded.upperBound == item.payload.upperBound
    )
    guard item.isList else { return .bytes(Bytes(bytes[item.payload])) }
    var items: [RLP] = []
    var cursor = RLPCursor(bytes, inside: item)
    while !cursor.isAtEnd { items.append(try walk(bytes, try cursor.next())) }
    return .list(items)
  }

  @Test("Random values come back, from the decoder and from the cursor", arguments: UInt64(0)..<20)
  func roundTrip(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<40 {
      let value = Self.random(&generator, depth: 5)
      let encoded = value.encoded
      #expect(try RLP(decoding: encoded) == value)
      #expect(try Self.walk(encoded) == value)
      let prefix = try RLP.decodePrefix(of: encoded + [0x01, 0x02])
      #expect(prefix.value == value && prefix.end == encoded.count)
      #expect(throws: RLPError.trailingBytes(offset: encoded.count)) { try RLP(decoding: encoded + [0x80]) }
      #expect(throws: RLPError.self) { try RLP(decoding: Bytes(encoded.dropLast())) }
    }
  }

  @Test("Any bytes decode to a value that encodes to them, or to an error", arguments: UInt64(100)..<120)
  func hostile(_ seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<300 {
      var bytes = generator.bytes(Int(generator.next() % 12))
      if !bytes.isEmpty, generator.next() & 1 == 0 { bytes[0] |= 0xC0 }
      guard let value = try? RLP(decoding: bytes) else { continue }
      #expect(value.encoded == bytes)
      #expect(try Self.walk(bytes) == value)
    }
  }

  @Test("Lengths that no memory holds are refused at once")
  func hugeLengths() {
    for base in [0xB7, 0xF7] as [UInt8] {
      for width in UInt8(1)...8 {
        let bytes = [base + width] + Bytes(repeating: 0xFF, count: Int(width)) + [1, 2, 3]
        #expect(throws: RLPError.truncated(offset: 0)) { try RLP(decoding: bytes) }
      }
      #expect(throws: RLPError.truncated(offset: 0)) {
        try RLP(decoding: [base + 8, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
      }
    }
  }

  @Test("Deep nesting is decoded up to the limit, refused beyond, and encoded in linear time")
  func depth() throws {
    func nested(_ depth: Int) -> Bytes {
      (0..<depth).reduce([0xC0] as Bytes) { inner, _ in
        let count = UInt256(inner.count)
        return inner.count < 56
          ? [0xC0 + UInt8(inner.count)] + inner
          : [0xF7 + UInt8(count.byteWidthUsed)] + count.minimalBigEndianBytes + inner
      }
    }
    let deepest = try RLP(decoding: nested(RLP.maximumDepth))
    #expect(deepest.encoded == nested(RLP.maximumDepth))
    #expect(throws: RLPError.self) { try RLP(decoding: nested(RLP.maximumDepth + 1)) }
    #expect(throws: RLPError.self) { try RLP(decoding: Bytes(repeating: 0xC1, count: 100_000) + [0xC0]) }
  }

  @Test("Quantities have no leading zeros")
  func quantities() {
    #expect(RLP.quantity(UInt64(0)).encoded == [0x80] && RLP.quantity(UInt64(127)).encoded == [0x7F])
    #expect(
      RLP.quantity(UInt64(128)).encoded == [0x81, 0x80] && RLP.quantity(UInt64(256)).encoded == [0x82, 1, 0])
    #expect(RLP.quantity(UInt256.max).encoded == [0xA0] + Bytes(repeating: 0xFF, count: 32))
  }

  @Test("A cursor outside its bytes ends in an error")
  func strayCursor() {
    var cursor = RLPCursor([])
    #expect(cursor.isAtEnd && fails(&cursor))
    #expect(throws: RLPError.self) { try RLP.item(of: [0x80], at: -1, end: 1) }
    #expect(throws: RLPError.self) { try RLP.item(of: [0x80], at: 1, end: 1) }
    #expect(throws: RLPError.self) { try RLP.item(of: [0x80], at: 0, end: 2) }
  }

  private func fails(_ cursor: inout RLPCursor) -> Bool {
    do {
      _ = try cursor.next()
      return false
    } catch { return true }
  }
}
