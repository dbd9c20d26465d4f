import EthereumTypes
import Testing

@testable import ConflictScheduling

@Suite("JSON")
struct JSONTests {
  private func parse(_ text: String) -> JSON? { try? JSON(parsing: Array(text.utf8)) }

  @Test("values are read as RFC 8259 has them")
  func values() {
    let empty = JSON.object([JSON.Member]())
    #expect(parse(" null ") == .null)
    #expect(parse("[true,false]") == .array([.bool(true), .bool(false)]))
    #expect(parse("-0") == .integer(0))
    #expect(parse("9223372036854775807") == .integer(.max))
    #expect(parse("9223372036854775808") == .number("9223372036854775808"))
    #expect(parse("1e5") == .number("1e5"))
    #expect(parse("1.50") == .number("1.50"))
    #expect(parse("{}") == empty)
    #expect(
      parse("{\"a\" : [ 1 , {} ]}") == .object([JSON.Member(key: "a", value: .array([.integer(1), empty]))]))
    #expect(parse("\"a\\n\\u00e9\\ud83d\\ude00\\/\\\"\"") == .string("a\né😀/\""))
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", " ", "nul", "truee", "[1,]", "[1 2]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "{1:1}", "01", "-", "1.",
      ".5", "1e",
      "+1", "'a'", "\"a", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"",
      "\"\\udc00\"",
      "\"\n\"", "[", "{", "[[]", "1 1", "{\"a\":1,\"a\":2}", "NaN", "Infinity", "\u{feff}1", "//", "[1,,2]",
    ])
  func refused(text: String) {
    #expect(parse(text) == nil)
  }

  @Test("nesting ends at 64 levels, and bytes that are not UTF-8 are refused")
  func depth() {
    #expect(parse(String(repeating: "[", count: 64) + String(repeating: "]", count: 64)) != nil)
    #expect(parse(String(repeating: "[", count: 65) + String(repeating: "]", count: 65)) == nil)
    #expect((try? JSON(parsing: [0x22, 0xFF, 0x22])) == nil)
    #expect((try? JSON(parsing: [0x22, 0xC0, 0x80, 0x22])) == nil)
  }

  @Test("what is written is read back", arguments: 0..<50)
  func roundTrip(seed: Int) throws {
    var generator = SplitMix64(seed)
    func value(_ depth: Int) -> JSON {
      switch Int.random(in: 0..<(depth > 3 ? 5 : 7), using: &generator) {
      case 0: return .null
      case 1: return .bool(.random(using: &generator))
      case 2: return .integer(.random(in: .min ... .max, using: &generator))
      case 3: return .number("12.5e-3")
      case 4:
        let scalars = (0..<5).compactMap { _ in
          Unicode.Scalar(UInt32.random(in: 0..<0x11_0000, using: &generator))
        }
        return .string(String(String.UnicodeScalarView(scalars)))
      case 5: return .array((0..<3).map { _ in value(depth + 1) })
      default: return .object((0..<3).map { JSON.Member(key: "k\($0)\"\\\n", value: value(depth + 1)) })
      }
    }
    let original = value(0)
    #expect(try JSON(parsing: original.encoded) == original)
  }
}
