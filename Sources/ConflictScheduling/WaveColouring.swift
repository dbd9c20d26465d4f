/// A partial assignment of transactions to waves in which no two of a wave conflict and each sender's nonces
/// ascend along the waves: the state that the colouring heuristics work on.
///
/// The objective is the sum over waves of `max(largest cost, total cost / workers)`, the time of a run with
/// barriers up to packing. Waves have an identity (a bit) and a rank (their place in time), so that a wave can be
/// put between two others.
struct WaveColouring {
  let graph: ConflictGraph
  let costs: [Int]
  let workers: Int
  /// The same sender's transaction with the next lower and the next higher nonce, or -1.
  let previous: [Int32]
  let next: [Int32]

  /// The wave of each transaction, or -1.
  private(set) var waveOf: [Int32]
  /// The transactions of each wave.
  private(set) var members: [[Int32]] = []
  /// The waves in order of time.
  private(set) var ranked: [Int32] = []
  /// The sum of all waves' spans.
  private(set) var span = 0

  private var rank: [Int32] = []
  private var totals: [Int] = []
  private var largest: [Int] = []
  private var unused: [Int32] = []
  /// Groups larger than this keep the waves of their members as bits; smaller ones are looked through.
  private static let scanLimit = 24
  /// For each group its place among the large ones, or -1.
  private let largeIndex: [Int32]
  /// For each large group three sets of waves: with an add, a read, a write; `words` words each.
  private var occupied: [UInt64]
  private var words = 1
  /// The waves there are.
  private var inUse: [UInt64] = [0]
  /// The waves that hold an unknown transaction.
  private var sealed: [UInt64] = [0]
  /// The waves closed to the transaction looked at last.
  private(set) var forbidden: [UInt64] = [0]

  /// Starts with no transaction placed. `chains` are the senders' transactions in nonce order.
  init(_ graph: ConflictGraph, costs: [Int], chains: [[Int32]], workers: Int) {
    self.graph = graph
    self.costs = costs
    self.workers = max(workers, 1)
    waveOf = [Int32](repeating: -1, count: graph.count)
    var previous = waveOf
    var next = waveOf
    for chain in chains {
      for (earlier, later) in zip(chain, chain.dropFirst()) {
        previous[Int(later)] = earlier
        next[Int(earlier)] = later
      }
    }
    self.previous = previous
    self.next = next
    var large: Int32 = 0
    largeIndex = (0..<graph.groups.count).map { group in
      guard graph.groups.range(group).count > Self.scanLimit else { return -1 }
      large += 1
      return large - 1
    }
    occupied = [UInt64](repeating: 0, count: Int(large) * 3)
  }

  /// The number of waves.
  var waveCount: Int { ranked.count }

  /// The transactions that are not placed though what they need is.
  var heads: [Int32] {
    waveOf.indices.filter { waveOf[$0] < 0 && (previous[$0] < 0 || waveOf[Int(previous[$0])] >= 0) }
      .map { Int32(truncatingIfNeeded: $0) }
  }

  /// What placing a transaction may do: go to a wave there is, or open one at a rank.
  enum Choice {
    case wave(Int32)
    case new(rank: Int)
  }

  /// The wave for a transaction that lengthens the run least, at most `reserve` waves from the end if possible
  /// (its followers need those); the earliest such wave, or with `first` the earliest of all that are open to it.
  /// What it needs must have been placed. O(groups + waves).
  mutating func choose(_ transaction: Int32, reserve: Int = 0, first: Bool = false) -> Choice {
    findForbidden(transaction)
    let t = Int(transaction)
    let low = previous[t] < 0 ? 0 : Int(rank[Int(waveOf[Int(previous[t])])])
    var high = ranked.count - 1
    var follower = next[t]
    while follower >= 0 && waveOf[Int(follower)] < 0 { follower = next[Int(follower)] }
    if follower >= 0 {
      // Where transactions in between are still to be placed there must stay room for a wave in between.
      high = Int(rank[Int(waveOf[Int(follower)])]) - (follower == next[t] ? 0 : 1)
    }
    var best: (wave: Int32, growth: Int)?
    // In a run of transactions that all conflict there is nothing to look through.
    let isAnyOpen = inUse.indices.contains { inUse[$0] & ~forbidden[$0] != 0 }
    var place = isAnyOpen ? low : high + 1
    while place <= high {
      let wave = ranked[place]
      place += 1
      if forbidden[Int(wave) / 64] >> UInt64(wave % 64) & 1 != 0 { continue }
      let growth = spanGrowth(of: Int(wave), by: costs[t])
      if best.map({ growth < $0.growth }) ?? true {
        best = (wave, growth)
        if first || growth == 0 { break }
      }
      if place > high - reserve { break }
    }
    if let best { return .wave(best.wave) }
    return .new(rank: follower >= 0 ? Int(rank[Int(waveOf[Int(follower)])]) : ranked.count)
  }

  /// Puts a transaction where it was decided; returns its wave.
  @discardableResult
  mutating func place(_ transaction: Int32, _ choice: Choice) -> Int32 {
    let wave =
      switch choice {
      case .wave(let wave): wave
      case .new(let rank): open(rank)
      }
    let (t, w) = (Int(transaction), Int(wave))
    span += spanGrowth(of: w, by: costs[t])
    waveOf[t] = wave
    members[w].append(transaction)
    totals[w] += costs[t]
    largest[w] = max(largest[w], costs[t])
    if graph.isUnknown[t] { sealed[w / 64] |= 1 << UInt64(w % 64) }
    for membership in graph.memberships[t] {
      let large = Int(largeIndex[Int(membership >> 2)])
      if large >= 0 { occupied[slot(large, membership & 3) + w / 64] |= 1 << UInt64(w % 64) }
    }
    return wave
  }

  /// Takes all transactions out of a wave and closes it.
  mutating func dissolve(_ wave: Int32) {
    let w = Int(wave)
    for transaction in members[w] {
      waveOf[Int(transaction)] = -1
      for membership in graph.memberships[Int(transaction)] {
        let large = Int(largeIndex[Int(membership >> 2)])
        if large >= 0 { occupied[slot(large, membership & 3) + w / 64] &= ~(1 << UInt64(w % 64)) }
      }
    }
    sealed[w / 64] &= ~(1 << UInt64(w % 64))
    inUse[w / 64] &= ~(1 << UInt64(w % 64))
    span -= max(largest[w], LowerBounds.share(totals[w], workers))
    members[w] = []
    totals[w] = 0
    largest[w] = 0
    unused.append(wave)
    ranked.remove(at: Int(rank[w]))
    renumber()
  }

  private mutating func open(_ place: Int) -> Int32 {
    let wave = unused.popLast() ?? Int32(truncatingIfNeeded: members.count)
    if Int(wave) == members.count {
      members.append([])
      totals.append(0)
      largest.append(0)
      rank.append(0)
      if Int(wave) >= words * 64 { widen() }
    }
    inUse[Int(wave) / 64] |= 1 << UInt64(wave % 64)
    ranked.insert(wave, at: place)
    if place + 1 == ranked.count { rank[Int(wave)] = Int32(truncatingIfNeeded: place) } else { renumber() }
    return wave
  }

  private mutating func renumber() {
    for (place, wave) in ranked.enumerated() { rank[Int(wave)] = Int32(truncatingIfNeeded: place) }
  }

  private func spanGrowth(of wave: Int, by cost: Int) -> Int {
    max(largest[wave], cost, LowerBounds.share(totals[wave] + cost, workers))
      - max(largest[wave], LowerBounds.share(totals[wave], workers))
  }

  /// Where the bits of a large group for a kind of access start: reads and writes at once are writes.
  private func slot(_ large: Int, _ kind: Int32) -> Int { (large * 3 + Int(min(kind, 2))) * words }

  /// Doubles the number of waves that there are bits for.
  private mutating func widen() {
    var wider = [UInt64](repeating: 0, count: occupied.count * 2)
    for index in occupied.indices where occupied[index] != 0 {
      wider[index / words * words * 2 + index % words] = occupied[index]
    }
    occupied = wider
    inUse += [UInt64](repeating: 0, count: words)
    sealed += [UInt64](repeating: 0, count: words)
    forbidden += [UInt64](repeating: 0, count: words)
    words *= 2
  }

  private mutating func findForbidden(_ transaction: Int32) {
    if graph.isUnknown[Int(transaction)] {
      for word in 0..<words { forbidden[word] = .max }
      return
    }
    for word in 0..<words { forbidden[word] = sealed[word] }
    for membership in graph.memberships[Int(transaction)] {
      let (group, kind) = (Int(membership >> 2), membership & 3)
      let large = Int(largeIndex[group])
      if large >= 0 {
        for other: Int32 in 0...2 where ConflictGraph.conflict(kind, other) {
          let start = slot(large, other)
          for word in 0..<words { forbidden[word] |= occupied[start + word] }
        }
      } else {
        for position in graph.groups.range(group) {
          let touch = graph.groups.values[position]
          let wave = Int(waveOf[Int(touch >> 2)])
          if wave >= 0 && ConflictGraph.conflict(kind, touch & 3) {
            forbidden[wave / 64] |= 1 << UInt64(wave % 64)
          }
        }
      }
    }
  }
}
