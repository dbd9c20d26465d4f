import ChainFormats
import EthereumTypes
import Foundation
import Testing

@Suite("JSON")
struct JSONDocumentTests {
  static func parse(_ text: String) throws -> JSONValue {
    try JSONDocument(Bytes(text.utf8), file: "test.json").root
  }

  @Test(
    "texts that RFC 8259 allows are accepted",
    arguments: [
      "0", "-0", "1.5e+3", "\"\"", "[]", "{}", " [ 1 , 2 ] ", "{\"a\":{\"b\":[true,false,null]}}",
      #""\"\\\/\b\f\n\r\t\u00e9""#, "\"é😀\"", "[[[[]]]]", "1E400",
    ])
  func accepted(text: String) throws {
    _ = try Self.parse(text)
    #expect(
      (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil
        || text == "1E400")
  }

  @Test(
    "texts that RFC 8259 does not allow, and duplicate keys, are refused",
    arguments: [
      "", " ", "01", "+1", "1.", ".5", "1e", "--1", "tru", "nul", "[", "]", "[1", "[1,", "[1,]", "[,1]", "{",
      "}",
      "{1:2}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "\"", "\"\\", "\"\\x\"",
      "\"\\u12g4\"",
      "\"\u{01}\"", "\"\n\"", "1 2", "[1}", "{\"a\":1]", "'a'", "NaN", "\u{FEFF}1", "\0", "[\0]",
      "{\"a\":1,\"a\":2}",
      "{\"a\":1,\"\\u0061\":2}",
    ])
  func refused(text: String) {
    #expect(throws: FormatError.self) { _ = try Self.parse(text) }
  }

  @Test("bytes that are not UTF-8 are refused")
  func notUTF8() {
    for bytes: Bytes in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] {
      #expect(throws: FormatError.self) { _ = try JSONDocument(bytes, file: "test.json") }
    }
  }

  @Test("a duplicate among many keys is found")
  func manyKeys() throws {
    let members = (0..<5000).map { "\"key\($0)\":\($0)" }
    #expect(try Self.parse("{\(members.joined(separator: ","))}").members().count == 5000)
    #expect(throws: FormatError.self) {
      _ = try Self.parse("{\((members + ["\"key17\":0"]).joined(separator: ","))}")
    }
  }

  @Test("deep nesting is refused without recursion")
  func deep() {
    let text = String(repeating: "[", count: 1_000_000)
    let error = #expect(throws: FormatError.self) { _ = try Self.parse(text) }
    #expect(error.map { "\($0)".contains("nested deeper") } == true)
  }

  @Test("errors name the path of the field")
  func paths() throws {
    let root = try Self.parse(#"{"a":[{"b":1},{"c":{"d e":"0xzz"}}],"f":[[],[7]]}"#)
    let value = try root.member("a").elements()[1].member("c").member("d e")
    #expect(value.path == "a[1].c.d e")
    #expect(try root.member("f").elements()[1].elements()[0].path == "f[1][0]")
    #expect(throws: FormatError.self) { _ = try root.member("a").members() }
  }

  @Test("strings unescape to what they stand for")
  func escapes() throws {
    #expect(try Self.parse(#""a\u0062\n\ud83d\ude00\"""#).string() == "ab\n😀\"")
    #expect(try Self.parse(#""\ud83d x""#).string() == "\u{FFFD} x")
    #expect(try Self.parse(#"{"\u0061":1}"#).member("a").integer() == 1)
  }

  @Test("numbers, hashes and addresses refuse what does not fit")
  func scalars() throws {
    #expect(try Self.parse("\"0xff\"").uint64() == 255)
    #expect(try Self.parse("\"0x1ffffffffffffffff\"").word() == UInt256(limbs: .max, 1, 0, 0))
    for text in ["\"0x\"", "\"ff\"", "\"0x1ffffffffffffffff\"", "255", "\"0x-1\"", "\"\"", "null"] {
      #expect(throws: FormatError.self) { _ = try Self.parse(text).uint64() }
    }
    for text in ["1.0", "-1", "18446744073709551616", "1e3", "\"1\""] {
      #expect(throws: FormatError.self) { _ = try Self.parse(text).integer() }
    }
    #expect(throws: FormatError.self) { _ = try Self.parse("\"0x0\"").bytes() }
    #expect(throws: FormatError.self) { _ = try Self.parse("\"0x00\"").address() }
    #expect(throws: FormatError.self) { _ = try Self.parse("\"0x00\"").hash() }
    #expect(throws: FormatError.self) {
      _ = try Self.parse("\"0x\(String(repeating: "f", count: 65))\"").word()
    }
  }

  @Test("random damage to a document never crashes and agrees with an independent parser")
  func fuzz() throws {
    var generator = SystemRandomNumberGenerator()
    let seed = Bytes(#"{"a":[1,-2.5e3,"x\n\u0041é"],"b":{"c":null,"d":true,"e":false},"f":"0x00ff"}"#.utf8)
    let alphabet = Bytes("\"\\{}[],:0123456789.eE+-tfn ulras\u{00}\u{80}".utf8)
    for _ in 0..<20_000 {
      var text = seed
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        text[Int.random(in: text.indices, using: &generator)] = alphabet.randomElement(using: &generator) ?? 0
      }
      let ours = (try? JSONDocument(text, file: "fuzz")) != nil
      let theirs =
        (try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil
      // Foundation takes duplicate keys and a few looser forms; whatever we accept, it must accept. But it refuses
      // numbers that a Double cannot hold, which are JSON all the same: we keep a number's text.
      let shown = String(decoding: text, as: UTF8.self)
      if ours, !shown.contains(/[eE][+-]?[0-9]{3}/) { #expect(theirs, "\(shown)") }
    }
  }
}
