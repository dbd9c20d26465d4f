import EthereumTypes
import Testing

@testable import ConflictScheduling

@Suite("Dependency graph")
struct DependencyGraphTests {
  private func predecessors(_ transactions: [ScheduledTransaction]) -> [[Int32]] {
    let graph = DependencyGraph(transactions)
    return (0..<graph.count).map { Array(graph.predecessors[$0]) }
  }

  @Test("a read depends on the last write, not on earlier ones")
  func lastWrite() {
    let block = [
      transaction(writes: [1]), transaction(writes: [1]), transaction(reads: [1]), transaction(reads: [1]),
    ]
    #expect(predecessors(block) == [[], [], [1], [1]])
  }

  @Test("writes without reads depend on nothing, whatever was read or written before")
  func blindWrites() {
    let block = [transaction(reads: [1]), transaction(writes: [1]), transaction(writes: [1])]
    #expect(predecessors(block) == [[], [], []])
  }

  @Test("adds depend on nothing, and a later read depends on all of them back to the last write")
  func adds() {
    let block = [
      transaction(adds: [1]), transaction(writes: [1]), transaction(adds: [1]), transaction(adds: [1]),
      transaction(reads: [1]), transaction(adds: [1]), transaction(reads: [1], writes: [1]),
      transaction(reads: [1]),
    ]
    #expect(predecessors(block) == [[], [], [], [], [1, 2, 3], [], [1, 2, 3, 5], [6]])
  }

  @Test("an unknown transaction waits for all before it, and all after it wait for it")
  func unknown() {
    let unknown = ScheduledTransaction(access: nil, cost: 1)
    let block = [
      transaction(writes: [1]), transaction(), unknown, transaction(reads: [1]), transaction(), unknown,
      unknown,
    ]
    #expect(predecessors(block) == [[], [], [0, 1], [2], [2], [3, 4], [5]])
  }

  @Test("two parts of one account are two locations")
  func fields() {
    let address = Address(7)
    let writer = ScheduledTransaction(
      access: AccessSet(reads: [], writes: [.balance(address)], adds: []), cost: 1)
    for other in [Location.nonce(address), .code(address), .liveness(address), .storage(address, 0)] {
      let reader = ScheduledTransaction(access: AccessSet(reads: [other], writes: [], adds: []), cost: 1)
      #expect(DependencyGraph([writer, reader]).edgeCount == 0)
    }
  }

  @Test("agrees with the definition on random blocks", arguments: 0..<60)
  func definition(seed: Int) {
    let block = randomTransactions(
      40, locations: 3 + seed % 17, accesses: 1 + seed % 6, unknownPercent: seed % 4 == 0 ? 10 : 0, seed: seed
    )
    let expected = dependenciesByDefinition(block)
    let graph = DependencyGraph(block)
    for (found, allowed) in zip(graph.asSets, expected) { #expect(found.isSubset(of: allowed)) }
    #expect(closure(graph.asSets) == closure(expected))
    if seed % 4 != 0 { #expect(graph.asSets == expected) }
    #expect(graph.successors.transposed() == graph.predecessors)
  }

  @Test("past the edge budget nothing is lost and edges stay few", arguments: 0..<2)
  func budget(seed: Int) {
    let adders = (0..<300).map { _ in transaction(adds: [1]) }
    let readers = (0..<300).map { _ in transaction(reads: [1]) }
    let block = adders + readers + randomTransactions(50, locations: 4, seed: seed) + adders + readers
    let exact = closure(dependenciesByDefinition(block))
    let bounded = DependencyGraph(AccessIndex(block), edgeBudget: 0)
    for (found, expected) in zip(closure(bounded.asSets), exact) { #expect(expected.isSubset(of: found)) }
    #expect(bounded.edgeCount < 3 * block.count)
    #expect(DependencyGraph(block).edgeCount > 100_000)
  }

  @Test("the reduction keeps what is reachable and no edge that another path implies", arguments: 0..<40)
  func reduction(seed: Int) {
    let block = randomTransactions(
      150, locations: 4 + seed, accesses: 4, unknownPercent: seed % 3, seed: seed)
    let graph = DependencyGraph(block)
    let reduced = graph.reduced()
    let reachable = closure(graph.asSets)
    #expect(closure(reduced.asSets) == reachable)
    for row in reduced.asSets {
      for edge in row { #expect(!row.contains { $0 != edge && reachable[$0].contains(edge) }) }
    }
  }

  @Test(
    "the reduction keeps what is reachable however little effort it may spend", arguments: [0, 1, 2000, 9000])
  func boundedReduction(effort: Int) {
    for seed in 0..<5 {
      let block = randomTransactions(400, locations: 12, accesses: 4, seed: seed)
      let graph = DependencyGraph(block)
      let reduced = graph.reduced(effort: effort)
      #expect(closure(reduced.asSets) == closure(graph.asSets))
      #expect(reduced.edgeCount <= graph.edgeCount)
    }
  }

  @Test("required edges that no path stands for are found, across chunks of sources", arguments: 0..<3)
  func missing(seed: Int) {
    var generator = SplitMix64(seed)
    let count = 5000
    // Two chains: 0 … 4499 and 4500 … 4999.
    var links: [[Int32]] = []
    for to in 0..<count { links.append(to == 0 || to == 4500 ? [] : [Int32(to - 1)]) }
    let chain = DependencyGraph(predecessors: CompactRows(links))
    var expected: Set<[Int32]> = []
    var rows: [[Int32]] = [[]]
    for to in 1..<count {
      let from = Int.random(in: 0..<to, using: &generator)
      if from < 4500 && to >= 4500 { expected.insert([Int32(from), Int32(to)]) }
      rows.append([Int32(from)])
    }
    let required = DependencyGraph(predecessors: CompactRows(rows))
    let found = chain.missing(required, order: Array(0..<Int32(count)), limit: .max)
    #expect(Set(found.map { [$0.from, $0.to] }) == expected)
  }

  @Test("locations get numbers in order of first appearance, whatever touches them")
  func interning() {
    var generator = SplitMix64(3)
    var numbers: [Location: Int] = [:]
    var order: [Location] = []
    let block =
      randomTransactions(3000, locations: 5000, accesses: 20, unknownPercent: 2, seed: 4)
      + (0..<500).map { _ in transaction(reads: [Int.random(in: 0..<1_000_000, using: &generator)]) }
    let index = AccessIndex(block)
    for (row, transaction) in block.enumerated() {
      var kinds: [Location: AccessIndex.Kind] = [:]
      for location in transaction.access?.reads ?? [] { kinds[location] = .read }
      for location in transaction.access?.writes ?? [] {
        kinds[location] = kinds[location] == nil ? .write : .readWrite
      }
      for location in transaction.access?.adds ?? [] { kinds[location] = .add }
      var found: [Location: AccessIndex.Kind] = [:]
      for access in index.accesses[row] {
        let location = index.location(Int(access >> 2))
        if let location, numbers[location] == nil {
          numbers[location] = order.count
          order.append(location)
        }
        #expect(location.map { numbers[$0] } == Int(access >> 2))
        if let location { found[location] = AccessIndex.Kind(rawValue: access & 3) }
      }
      #expect(found == kinds)
      #expect(index.accesses[row].count == kinds.count)
      #expect(index.isUnknown[row] == (transaction.access == nil))
    }
    #expect(index.locationCount == order.count)
    #expect(index.location(order.count) == nil)
  }
}
