import EthereumTypes

/// The places a failure analysis still has to look at, each with the small constants known to lie on the stack.
///
/// Words are numbers below 2³¹ or `unknown`: jump destinations and flags, which is what steers jumps. Below the
/// words kept lie unknown ones without end.
struct Exploration {
  /// A word that may be anything.
  static let unknown: Int32 = -1
  private static let maximumDepth = 64

  /// The places, last in first out, with the sizes of their stacks, which lie one behind the other in `words`.
  private var places: [(offset: Int, depth: Int)]
  private var words: [Int32]
  /// The stack of the place taken last.
  private var stack: [Int32] = []
  private var visits: [(offset: Int, count: Int)] = []
  private var seen: [UInt64] = []

  init(offset: Int, stack: some Collection<UInt256?>) {
    places = [(offset, stack.count)]
    words = stack.map { $0.map(Self.word) ?? Self.unknown }
    self.stack.reserveCapacity(Self.maximumDepth)
  }

  /// A word as far as it is followed.
  static func word(_ word: UInt256) -> Int32 {
    word.fitsUInt64 && word.l0 < 1 << 31 ? Int32(truncatingIfNeeded: word.l0) : unknown
  }

  // MARK: Places

  /// Takes the next place; its stack becomes the current one.
  mutating func take() -> Int? {
    guard let place = places.popLast() else { return nil }
    stack.removeAll(keepingCapacity: true)
    stack.append(contentsOf: words[(words.count - place.depth)...])
    words.removeLast(place.depth)
    return place.offset
  }

  /// Adds a place with the current stack.
  mutating func add(_ offset: Int) {
    places.append((offset, stack.count))
    words.append(contentsOf: stack)
  }

  /// Counts a visit and returns how many there were before.
  mutating func visit(_ offset: Int) -> Int {
    for index in visits.indices where visits[index].offset == offset {
      visits[index].count += 1
      return visits[index].count - 1
    }
    visits.append((offset, 1))
    return 0
  }

  /// How many different states were seen.
  var seenCount: Int { seen.count }

  /// Whether the place was not seen with this stack before; it has been now.
  mutating func isNew(_ offset: Int, seed: UInt64) -> Bool {
    var hash = (UInt64(offset) ^ seed) &* 0x9E37_79B9_7F4A_7C15
    for (depth, word) in stack.reversed().enumerated() where word != Self.unknown {
      hash ^= (UInt64(UInt32(bitPattern: word)) &+ UInt64(depth + 1) &<< 40) &* seed
      hash = (hash ^ (hash >> 29)) &* 0xBF58_476D_1CE4_E5B9
      hash ^= hash >> 32
    }
    if seen.contains(hash) { return false }
    seen.append(hash)
    return true
  }

  // MARK: The current stack

  mutating func pop() -> Int32 { stack.popLast() ?? Self.unknown }

  mutating func push(_ word: Int32) {
    if stack.count == Self.maximumDepth { stack.removeFirst() }
    stack.append(word)
  }

  /// DUP of the word at `depth` from the top.
  mutating func duplicate(_ depth: Int) {
    push(depth < stack.count ? stack[stack.count - 1 - depth] : Self.unknown)
  }

  /// SWAP of the top with the word `depth` below it.
  mutating func exchange(_ depth: Int) {
    while stack.count <= depth { stack.insert(Self.unknown, at: 0) }
    stack.swapAt(stack.count - 1, stack.count - 1 - depth)
  }

  /// Makes the words for which `isUseless` holds unknown.
  mutating func forget(_ isUseless: (Int32) -> Bool) {
    for index in stack.indices where stack[index] != Self.unknown && isUseless(stack[index]) {
      stack[index] = Self.unknown
    }
  }
}
