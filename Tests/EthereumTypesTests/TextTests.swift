import EthereumTypes
import Testing

@Suite("Text forms")
struct TextTests {
  @Test("Hexadecimal reads what it writes, in either case")
  func hex() {
    let bytes = Bytes(0...255)
    #expect(Hex.decode(Hex.encode(bytes)) == bytes)
    #expect(Hex.decode(Hex.encodePrefixed(bytes).uppercased()) == bytes)
    #expect(Hex.encodePrefixed([0x00, 0xAB] as Bytes) == "0x00ab")
    #expect(Hex.decode("") == [] && Hex.decode("0x") == [])
  }

  @Test(
    "Text that is not whole bytes of hexadecimal is refused",
    arguments: ["0", "0x1", "0xg0", "zz", "0x0x", "x0", " 00", "00 ", "0x00\n", "٠٠", "é", "00é", "0x1٠"])
  func notHex(_ text: String) { #expect(Hex.decode(text) == nil) }

  @Test("Words are read from and written as hexadecimal and decimal")
  func words() {
    var generator = SplitMix64(seed: 5)
    for word in edgeWords + (0..<200).map({ _ in generator.word() }) {
      #expect(UInt256(hex: word.minimalHex) == word)
      #expect(UInt256(hex: word.paddedHex) == word)
      #expect(UInt256(hex: word.paddedHex.dropFirst(2).uppercased()) == word)
      #expect(UInt256(decimal: word.decimal) == word)
      #expect(word.paddedHex.count == 66)
      #expect(!word.minimalHex.hasPrefix("0x0") || word.isZero)
    }
    #expect(UInt256.zero.minimalHex == "0x0" && UInt256.zero.decimal == "0")
    #expect(UInt256(10).minimalHex == "0xa" && UInt256(0x1234).minimalHex == "0x1234")
    // 2^256 - 1 and 2^256.
    let maximum = "115792089237316195423570985008687907853269984665640564039457584007913129639935"
    #expect(UInt256.max.decimal == maximum && UInt256(decimal: maximum) == .max)
    #expect(UInt256(decimal: maximum.dropLast() + "6") == nil)
  }

  @Test(
    "Text that is no word is refused",
    arguments: [
      "", "0x", "x", "-1", "0x-1", "0xg", "1 ", " 1", "0x" + String(repeating: "0", count: 65), "٣",
    ])
  func notWords(_ text: String) {
    #expect(UInt256(hex: text) == nil)
    #expect(UInt256(decimal: text) == nil)
  }

  @Test("Decimal text beyond 256 bits is refused")
  func decimalOverflow() {
    #expect(UInt256(decimal: String(repeating: "9", count: 78)) == nil)
    #expect(UInt256(decimal: "1" + String(repeating: "0", count: 78)) == nil)
    #expect(UInt256(decimal: String(repeating: "9", count: 77)) != nil)
  }

  @Test("Addresses are 20 bytes and convert to words and back")
  func addresses() throws {
    let text = "0x00112233445566778899aabbccddeeff01234567"
    let address = try #require(Address(hex: text))
    #expect(address.description == text)
    #expect(Address(hex: text.dropFirst(2).uppercased()) == address)
    #expect(address.bytes == Hex.decode(text) && Address(address.bytes) == address)
    #expect(address.word.paddedHex == "0x000000000000000000000000" + text.dropFirst(2))
    #expect(Address(truncating: address.word) == address)
    #expect(Address(truncating: address.word | UInt256.max << 160) == address)
    #expect(Address(1).description == "0x0000000000000000000000000000000000000001")
    #expect(Address(hex: "0x" + String(repeating: "0", count: 38)) == nil)
    #expect(Address(hex: "0x" + String(repeating: "0", count: 42)) == nil)
    #expect(Address(hex: "0x" + String(repeating: "0", count: 39) + "g") == nil)
    #expect(Address(Bytes(repeating: 0, count: 32)) == nil)
  }

  @Test("Addresses and hashes sort as their bytes do")
  func order() {
    var generator = SplitMix64(seed: 6)
    let addresses = (0..<100).map { _ in Address(truncating: generator.word()) }
    #expect(
      addresses.sorted().map(\.bytes) == addresses.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) })
    let hashes = (0..<100).map { _ in Hash32(word: generator.word()) }
    #expect(hashes.sorted().map(\.bytes) == hashes.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) })
  }

  @Test("Hashes are 32 bytes")
  func hashes() throws {
    let text = "0x" + String(repeating: "0123456789abcdef", count: 4)
    let hash = try #require(Hash32(hex: text))
    #expect(hash.description == text && Hash32(hash.bytes) == hash && hash.bytes == Hex.decode(text))
    #expect(Hash32(hex: text.dropLast(2)) == nil && Hash32(hex: text + "00") == nil)
    #expect(Hash32(Bytes(repeating: 1, count: 31)) == nil)
  }

  @Test("Locations read what they write")
  func locations() throws {
    let address = try #require(Address(hex: "0x00112233445566778899aabbccddeeff01234567"))
    let prefix = "0x00112233445566778899aabbccddeeff01234567/"
    let named: [(Location, String)] = [
      (.balance(address), "balance"), (.nonce(address), "nonce"), (.code(address), "code"),
      (.liveness(address), "liveness"), (.storage(address, 0), "0x" + String(repeating: "0", count: 64)),
      (.storage(address, .max), "0x" + String(repeating: "f", count: 64)),
    ]
    for (location, name) in named {
      #expect(location.description == prefix + name)
      #expect(Location(prefix + name) == location)
    }
    #expect(Location(prefix + "0x5") == .storage(address, 5))
    #expect(Set(named.map(\.0)).count == named.count)
    #expect(named.map(\.0).shuffled().sorted() == named.map(\.0))
  }

  @Test(
    "Text that is no location is refused",
    arguments: [
      "", "/", "balance", "0x00/balance", "0x0000000000000000000000000000000000000001",
      "0x0000000000000000000000000000000000000001/", "0x0000000000000000000000000000000000000001/storage",
      "0x0000000000000000000000000000000000000001/5", "0x0000000000000000000000000000000000000001/Balance",
      "0x0000000000000000000000000000000000000001/nonce/", "0x0000000000000000000000000000000000000001/0x",
    ])
  func notLocations(_ text: String) { #expect(Location(text) == nil) }
}
