import Testing

@testable import ConflictScheduling

@Suite("Conflict graph")
struct ConflictGraphTests {
  @Test("agrees with the definition, pair by pair and listed", arguments: 0..<40)
  func definition(seed: Int) throws {
    let block = randomTransactions(
      40, locations: 2 + seed, accesses: 1 + seed % 5, unknownPercent: seed % 3 * 3, seed: seed)
    let graph = ConflictGraph(block)
    let adjacency = try #require(graph.adjacency())
    for a in block.indices {
      let expected = block.indices.filter { $0 != a && conflictByDefinition(block[a], block[$0]) }
      #expect(adjacency[a].map(Int.init) == expected)
      for b in block.indices {
        #expect(graph.conflicts(Int32(a), Int32(b)) == expected.contains(b), "\(a) and \(b)")
      }
    }
  }

  @Test("adds commute with adds, reads with reads, and nothing else commutes")
  func kinds() {
    let touches = [
      transaction(reads: [1]), transaction(writes: [1]), transaction(reads: [1], writes: [1]),
      transaction(adds: [1]), transaction(),
    ]
    let conflicting = touches.map { a in touches.map { b in ConflictGraph([a, b]).conflicts(0, 1) } }
    #expect(
      conflicting == [
        [false, true, true, true, false], [true, true, true, true, false], [true, true, true, true, false],
        [true, true, true, false, false], [false, false, false, false, false],
      ])
  }

  @Test("locations touched alike by the same transactions count once, uncontested ones not at all")
  func groups() {
    let block = [
      transaction(reads: [1, 2, 3, 9], writes: [1, 2, 3], adds: [7]),
      transaction(reads: [9], writes: [1, 2, 3]),
      transaction(reads: [9], writes: [4], adds: [7]),
    ]
    #expect(ConflictGraph(block).groups.count == 1)
  }

  @Test("a listing larger than the limit is not made")
  func limit() {
    let block = (0..<100).map { _ in transaction(writes: [1]) }
    #expect(ConflictGraph(block).adjacency(limit: 9899) == nil)
    #expect(ConflictGraph(block).adjacency(limit: 9900)?.values.count == 9900)
  }

  /// The cost of the most expensive clique, by trying all sets.
  private func heaviestClique(_ block: [ScheduledTransaction]) -> Int {
    var best = 0
    for set in 0..<(1 << block.count) {
      let members = block.indices.filter { set >> $0 & 1 == 1 }
      let isClique = members.allSatisfy { a in
        members.allSatisfy { b in a >= b || conflictByDefinition(block[a], block[b]) }
      }
      if isClique { best = max(best, members.reduce(0) { $0 + block[$1].cost }) }
    }
    return best
  }

  @Test("the clique found is a clique's cost: never above the heaviest, mostly equal to it")
  func clique() {
    var (found, heaviest) = (0, 0)
    for seed in 0..<40 {
      let block = randomTransactions(
        9, locations: 3 + seed % 6, accesses: 3, unknownPercent: seed % 4 * 4, seed: seed)
      let one = ConflictGraph(block).heaviestClique(costs: block.map(\.cost))
      let best = heaviestClique(block)
      #expect(one <= best)
      found += one
      heaviest += best
    }
    #expect(found * 100 >= heaviest * 90)
  }

  @Test("the hot spot bounds the critical path of every order", arguments: 0..<15)
  func hotSpot(seed: Int) {
    let block = randomTransactions(5, locations: 3, accesses: 3, unknownPercent: 5, seed: seed)
    let bound = ConflictGraph(block).heaviestHotSpot(costs: block.map(\.cost))
    func permute(_ rest: [Int], _ order: [Int]) {
      if rest.isEmpty {
        #expect(Schedule.ordered(order.map { block[$0] }).bounds.criticalPath >= bound)
      }
      for next in rest { permute(rest.filter { $0 != next }, order + [next]) }
    }
    permute(Array(block.indices), [])
  }
}
