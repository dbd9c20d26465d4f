import EVMBytecode
import Testing

@Suite("Jump destinations")
struct JumpDestinationTests {
  /// The offsets at which instructions start, by the Yellow Paper's N(i, w): each follows the one before and its data.
  private static func instructionStarts(_ code: [UInt8]) -> [Int] {
    Array(
      sequence(first: 0) { offset in
        let byte = code[offset]
        let next = offset + 1 + (0x60...0x7F ~= byte ? Int(byte) - 0x5F : 0)
        return next < code.count ? next : nil
      })
  }

  @Test("are the JUMPDESTs among the instructions of random code", arguments: 0..<200)
  func random(size: Int) {
    var generator = SystemRandomNumberGenerator()
    let alphabet: [UInt8] = [0x5B, 0x5B, 0x5B, 0x60, 0x61, 0x6F, 0x7F, 0x00, 0x56, 0x5F, 0xE6, 0xE7, 0xE8]
    let code = (0..<size).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
    let starts = size == 0 ? [] : Set(Self.instructionStarts(code))
    let found = JumpDestinations(code: code)
    for offset in -1...size + 130 {
      let expected = starts.contains(offset) && code[offset] == 0x5B
      #expect(found.contains(offset) == expected, "offset \(offset) of \(code)")
    }
  }

  @Test("never lie outside the code", arguments: [Int.min, -64, -1, 64, 65, 1 << 32, Int.max])
  func outside(offset: Int) {
    #expect(!JumpDestinations(code: [UInt8](repeating: 0x5B, count: 64)).contains(offset))
  }

  @Test("are hidden by PUSH data that the code's end cuts off")
  func truncatedPush() {
    let found = JumpDestinations(code: [0x5B, 0x7F, 0x5B, 0x5B])
    #expect((0..<40).filter(found.contains) == [0])
  }
}
