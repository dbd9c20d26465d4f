import EthereumTypes
import Testing

@Suite("Hashes of pairs of words are remembered, and never wrong")
struct PairHashesTests {
  static func hash(_ first: UInt256, _ second: UInt256) -> UInt256 {
    keccak256(first.bigEndianBytes + second.bigEndianBytes).word
  }

  @Test("a pair's hash is that of its 64 bytes")
  func pair() {
    // Published: the parent of two empty leaves in a Merkle tree of Keccak-256.
    #expect(
      HashedPair(.zero, .zero).hash
        == UInt256(hex: "0xad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5"))
    var random = SplitMix64(seed: 64)
    for _ in 0..<200 {
      let (first, second) = (random.word(), random.word())
      let pair = HashedPair(first, second)
      #expect(pair.first == first && pair.second == second && pair.hash == Self.hash(first, second))
    }
  }

  @Test("bytes are a pair where there are 64 of them", arguments: [0, 1, 32, 63, 64, 65, 128])
  func bytes(_ count: Int) {
    var random = SplitMix64(seed: UInt64(count))
    let bytes = random.bytes(count + 3)
    let pair = HashedPair(bytes[2..<count + 2])
    #expect((pair != nil) == (count == 64))
    if let pair { #expect(pair.hash == keccak256(bytes[2..<count + 2]).word) }
  }

  @Test(
    "whatever was asked for and forgotten before, each hash is right",
    arguments: [1, 2, 8, 256], [2, 20, 1000])
  func remembering(_ capacity: Int, _ words: Int) {
    var random = SplitMix64(seed: UInt64(capacity * words))
    var hashes = PairHashes(capacity: capacity)
    let pool = (0..<words).map { _ in random.word() }
    for step in 0..<2000 {
      let pairs = (0..<random.next() % 12).map { _ in
        (pool[Int(random.next() % UInt64(words))], pool[Int(random.next() % UInt64(words))])
      }
      switch step % 6 {
      case 0 where step % 20 == 0: hashes.removeAll()
      case 1:
        for (first, second) in pairs {
          let pair = hashes.pair(first, second)
          #expect(pair.first == first && pair.second == second && pair.hash == Self.hash(first, second))
        }
      default:
        for (first, second) in pairs { #expect(hashes.hash(first, second) == Self.hash(first, second)) }
      }
    }
  }
}
