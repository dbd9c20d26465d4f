import EthereumTypes
import Testing

@Suite("Logs bloom")
struct BloomTests {
  static let items: [Bytes] = [
    Address(1).bytes, keccak256(Bytes("Transfer(address,address,uint256)".utf8)).bytes,
    Bytes(repeating: 0, count: 32), [],
  ]

  @Test("An item sets the three bits of its hash")
  func insertion() {
    var bloom = Bloom()
    for item in Self.items { bloom.insert(item) }
    let bits = (0..<2048).filter { bloom.bytes[255 - $0 / 8] >> UInt8($0 % 8) & 1 == 1 }
    // Computed in Python with pycryptodome.
    #expect(bits == [128, 269, 481, 1060, 1128, 1163, 1241, 1443, 1490, 1537, 1585, 1783])
    #expect(
      Hex.encode(keccak256(bloom.bytes).bytes)
        == "a7216496e459f2ed7558fb25a6fe0fc2fc1bdea34175a45d979551a9aacdc6e1")
  }

  @Test("A union is the bloom of all items")
  func union() {
    var all = Bloom()
    var union = Bloom()
    for item in Self.items {
      all.insert(item)
      var one = Bloom()
      one.insert(item)
      union.formUnion(one)
      union.formUnion(one)
    }
    #expect(union == all && union.description == Hex.encodePrefixed(all.bytes))
  }

  @Test("A bloom has 256 bytes")
  func size() {
    #expect(Bloom(Bytes(repeating: 1, count: 256))?.bytes == Bytes(repeating: 1, count: 256))
    #expect(Bloom(Bytes(repeating: 1, count: 255)) == nil && Bloom(Bytes(repeating: 1, count: 257)) == nil)
    #expect(Bloom().bytes == Bytes(repeating: 0, count: 256))
  }
}
