import EthereumTypes
import Testing

@Suite("Access set laws")
struct AccessSetTests {
  static let locations: [Location] = (UInt64(1)...3).flatMap { number in
    [
      .balance(Address(number)), .nonce(Address(number)), .storage(Address(number), 0),
      .storage(Address(number), 7),
    ]
  }

  static func random(_ generator: inout SplitMix64) -> AccessSet {
    func some() -> [Location] {
      (0..<Int(generator.next() % 6)).map { _ in locations[Int(generator.next() % UInt64(locations.count))] }
    }
    return AccessSet(reads: some(), writes: some(), adds: some())
  }

  static func isOrdered(_ list: [Location]) -> Bool { zip(list, list.dropFirst()).allSatisfy { $0 < $1 } }

  @Test("Lists are sorted, free of duplicates, and an add is neither read nor written")
  func normalForm() {
    var generator = SplitMix64(seed: 9)
    for _ in 0..<300 {
      let set = Self.random(&generator)
      #expect(Self.isOrdered(set.reads) && Self.isOrdered(set.writes) && Self.isOrdered(set.adds))
      #expect(Set(set.adds).isDisjoint(with: set.reads) && Set(set.adds).isDisjoint(with: set.writes))
      #expect(AccessSet(reads: set.reads.reversed(), writes: set.writes, adds: set.adds + set.adds) == set)
    }
  }

  @Test("An add that is also read or written becomes a read and a write")
  func observedAdds() {
    let location = Self.locations[0]
    for set in [
      AccessSet(reads: [location], writes: [], adds: [location]),
      AccessSet(reads: [], writes: [location], adds: [location]),
    ] {
      #expect(set.reads == [location] && set.writes == [location] && set.adds.isEmpty)
    }
  }

  @Test("Union is commutative, associative and idempotent, with the empty set for neutral")
  func union() {
    var generator = SplitMix64(seed: 10)
    for _ in 0..<300 {
      let (a, b, c) = (Self.random(&generator), Self.random(&generator), Self.random(&generator))
      #expect(a.union(b) == b.union(a))
      #expect(a.union(b).union(c) == a.union(b.union(c)))
      #expect(a.union(a) == a && a.union(.empty) == a)
    }
  }

  @Test("A union covers its parts, and what covers misses nothing")
  func cover() {
    var generator = SplitMix64(seed: 11)
    for _ in 0..<300 {
      let (a, b) = (Self.random(&generator), Self.random(&generator))
      #expect(a.covers(a) && a.covers(.empty))
      #expect(a.union(b).covers(a) && a.union(b).covers(b))
      #expect(a.covers(b) == a.missing(from: b).isEmpty)
      #expect(Self.isOrdered(a.missing(from: b)))
      #expect(
        a.covers(b)
          == (b.reads.allSatisfy(a.reads.contains) && b.writes.allSatisfy(a.writes.contains)
            && b.adds.allSatisfy { a.adds.contains($0) || a.writes.contains($0) }))
    }
  }

  @Test("An add is covered by an add or a write, a read or write by its like only")
  func kinds() {
    let l = Self.locations[0]
    let read = AccessSet(reads: [l], writes: [], adds: [])
    let write = AccessSet(reads: [], writes: [l], adds: [])
    let add = AccessSet(reads: [], writes: [], adds: [l])
    #expect(write.covers(add) && !add.covers(write) && !read.covers(add) && !add.covers(read))
    #expect(!read.covers(write) && !write.covers(read))
    #expect(AccessSet.empty.missing(from: add) == [l] && AccessSet.empty.missing(from: read) == [l])
  }
}
