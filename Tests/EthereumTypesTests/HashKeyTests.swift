import Testing

@testable import EthereumTypes

@Suite("Mixed bits")
struct HashKeyTests {
  @Test("spread small numbers, multiples and single bits evenly over the cells of a table")
  func spread() {
    var keys = (0..<4096).map { UInt256(UInt64($0)) }
    keys += (1..<4096).map { UInt256(UInt64($0)) &* UInt256(limbs: 0, 1 << 32, 0, 1) }
    keys += (0..<256).map { UInt256.one.shiftedLeft(UInt64($0)) }
    var cells = [Int](repeating: 0, count: 1024)
    for key in keys { cells[Int(key.mixedBits & 1023)] += 1 }
    // 8,447 keys in 1,024 cells: 8.2 each; one with 40 would be a one-in-10^15 accident of an even spread.
    #expect((cells.max() ?? 0) < 40)
    #expect(Set(keys.map(\.mixedBits)).count >= Set(keys).count - 1)
  }

  @Test("differ between keys, so that collisions cannot be prepared")
  func keyed() {
    var random = SystemRandomNumberGenerator()
    let (a, b) = (HashKey(from: &random), HashKey(from: &random))
    let same = (0..<1000 as Range<UInt64>).filter { a.mix($0, 1, 2, 3) == b.mix($0, 1, 2, 3) }
    #expect(same.count <= 1)
  }

  @Test("do not collide where the limbs cancel each other")
  func cancellation() {
    let product = 0x9E37_79B9_7F4A_7C15 as UInt64
    let keys = (0..<1000 as Range<UInt64>).map { UInt256(limbs: $0 &* product, $0, 0, 0) }
    #expect(Set(keys.map { $0.mixedBits & 0xFFFF }).count > 900)
  }
}
