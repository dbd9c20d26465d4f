import EthereumTypes
import Testing

@testable import ConflictScheduling

@Suite("Schedule document")
struct ScheduleDocumentTests {
  private let block = randomTransactions(30, locations: 8, maximumCost: 100, seed: 5).enumerated().map {
    var transaction = $1
    transaction.hash = Hash32(word: UInt256(UInt64($0 + 1)))
    return transaction
  }

  private var document: ScheduleDocument {
    ScheduleDocument(
      Schedule.ordered(block), block: .init(number: 17, hash: .emptyCode), transactions: block)
  }

  private func text(_ document: ScheduleDocument) -> String {
    String(decoding: document.encoded(), as: UTF8.self)
  }

  private func failure(_ text: String) -> ScheduleFormatError? {
    do throws(ScheduleFormatError) {
      _ = try ScheduleDocument(decoding: Bytes(text.utf8)).schedule()
      return nil
    } catch {
      return error
    }
  }

  @Test("decoding gives back what was encoded, and equal documents are equal bytes", arguments: 0..<20)
  func roundTrip(seed: Int) throws {
    let block = randomTransactions(seed * 5, locations: 10, unknownPercent: 3, maximumCost: 999, seed: seed)
    let schedule = Schedule.ordered(block)
    let document = ScheduleDocument(schedule, costUnit: seed % 2 == 0 ? .gas : .nanoseconds)
    let decoded = try ScheduleDocument(decoding: document.encoded())
    #expect(decoded == document)
    #expect(try decoded.schedule() == schedule)
    #expect(decoded.encoded() == document.encoded())
    #expect(try decoded.violations(against: block) == [])
  }

  @Test("another version is called another version")
  func version() throws {
    let error = failure(text(document).replacing("wavefront-schedule/1", with: "wavefront-schedule/2"))
    #expect(error?.field == "format")
    #expect(error?.found == "\"wavefront-schedule/2\"")
    #expect(failure("{\"format\":\"wavefront-schedule/7\"}")?.field == "format")
  }

  @Test("every truncation and every flipped byte is refused or still a safe schedule")
  func damage() throws {
    let small = ScheduleDocument(Schedule.ordered(Array(block.prefix(6))), workers: [2])
    let bytes = small.encoded()
    for count in bytes.indices {
      #expect(failure(String(decoding: bytes.prefix(count), as: UTF8.self)) != nil)
    }
    var generator = SplitMix64(1)
    for place in bytes.indices {
      var damaged = bytes
      damaged[place] = UInt8.random(in: 0...255, using: &generator)
      do throws(ScheduleFormatError) {
        let schedule = try ScheduleDocument(decoding: damaged).schedule()
        #expect(Simulator(schedule).makespan(workers: 2) >= 0)
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }

  @Test("documents that are no JSON object, or of wrong types, are refused by field")
  func types() throws {
    for hostile in [
      "", "[", "null", "[]", "\u{0}", "{}", "{\"format\":3}", String(repeating: "[", count: 100_000),
    ] {
      #expect(failure(hostile) != nil)
    }
    let good = text(document)
    #expect(
      failure(good.replacing("\"order\":[0", with: "\"order\":[1e99"))?.field.hasPrefix("order") == true)
    #expect(failure(good.replacing("\"order\":[0", with: "\"order\":[99999999999"))?.field == "order[0]")
    #expect(failure(good.replacing("\"order\":[0", with: "\"order\":[\"x\""))?.field == "order[0]")
    #expect(failure(good.replacing("\"order\":[0", with: "\"order\":[null"))?.field == "order[0]")
    #expect(failure(good.replacing("\"order\":[0", with: "\"order\":[-1"))?.field == "order[0]")
    #expect(failure(good.replacing("\"order\":", with: "\"ordre\":"))?.field == "order")
    #expect(failure(good.replacing("\"kind\":\"ordered\"", with: "\"kind\":\"odd\""))?.field == "kind")
  }

  @Test("contradictions between fields are refused by field")
  func structure() throws {
    func error(_ change: (inout ScheduleDocument) -> Void) -> String? {
      var changed = document
      change(&changed)
      do throws(ScheduleFormatError) {
        _ = try changed.schedule()
        return nil
      } catch {
        return error.field
      }
    }
    #expect(error { _ in } == nil)
    #expect(error { $0.costs[3] = -1 } == "costs[3]")
    #expect(error { $0.costs[3] = .max } == "costs[3]")
    #expect(error { $0.costs.removeLast() } == "dependencies")
    #expect(error { $0.priorities = [] } == "priorities")
    #expect(error { $0.transactionHashes = [] } == "transactionHashes")
    #expect(error { $0.order.removeLast() } == "order")
    #expect(error { $0.order.swapAt(0, 1) } == "order[0]")
    #expect(
      error {
        $0.kind = .free; $0.order[1] = 0
      } == "order[1]")
    #expect(
      error { $0.bounds = LowerBounds(criticalPath: 0, total: 0, largest: 0, clique: .max, hotSpot: 0) }
        == "bounds.clique")
    // Cycles: on itself, forward, and out of range.
    #expect(error { $0.dependencies[4] = [4] } == "dependencies[4][0]")
    #expect(error { $0.dependencies[4] = [5] } == "dependencies[4][0]")
    #expect(error { $0.dependencies[4] = [30] } == "dependencies[4][0]")
    #expect(error { $0.dependencies[4] = [-1] } == "dependencies[4][0]")
    #expect(error { $0.dependencies[4] = [1, 1] }?.hasPrefix("dependencies[4]") == true)
    #expect(error { $0.waves.append([]) } == "waves[\(document.waves.count)]")
    #expect(error { $0.waves.removeLast() } == "waves")
    #expect(error { $0.waves.append([0]) } == "waves[\(document.waves.count)][0]")
    #expect(error { $0.waves[0].reverse() } == "waves[0][1]")
    #expect(error { $0.waves.reverse() }?.hasPrefix("dependencies") == true)
  }

  @Test("each kind of falsehood is named")
  func violations() throws {
    func found(_ change: (inout ScheduleDocument) -> Void) throws -> [ScheduleViolation] {
      var changed = document
      change(&changed)
      return try changed.violations(against: block, limit: 1000)
    }
    let schedule = Schedule.ordered(block)
    let (later, earlier) = try #require(
      (0..<block.count).lazy.compactMap { t in schedule.graph.predecessors[t].first.map { (t, $0) } }.first)

    #expect(try found { _ in } == [])
    #expect(
      try document.violations(against: Array(block.dropLast())) == [
        .transactionCount(expected: 29, found: 30)
      ])
    #expect(
      try found { $0.dependencies[later].removeFirst() }.contains { violation in
        if case .missingDependency(Int32(later), earlier, .some) = violation { true } else { false }
      })
    // All in one wave without dependencies: both the missing waits and the wrong waves are named.
    let flat = try found {
      $0.dependencies = $0.dependencies.map { _ in [] }
      $0.waves = [$0.order]
    }
    #expect(flat.contains { if case .waveOrder = $0 { true } else { false } })
    #expect(flat.contains { if case .missingDependency = $0 { true } else { false } })
    let raised = try found { $0.costs[2] += 1 }
    #expect(raised.contains(.cost(2, expected: block[2].cost, found: block[2].cost + 1)))
    let hash = try found { $0.transactionHashes?[7] = .zero }
    #expect(hash == [.transactionHash(7, expected: Hash32(word: 8), found: .zero)])
    #expect(try found { $0.priorities[1] += 1 }.map(\.description).first?.contains("priorities[1]") == true)
    #expect(try found { $0.makespans[2].barriers -= 1 }.count == 1)
    #expect(try found { $0.makespans[2].barrierFree -= 1 }.count == 1)
    #expect(
      try found { $0.bounds = LowerBounds(criticalPath: 1, total: 2, largest: 3, clique: 0, hotSpot: 0) }
        .count == 3)
    #expect(flat.allSatisfy { !$0.description.isEmpty })
  }

  @Test("limits of the block are checked")
  func limits() throws {
    let block = [transaction(cost: 5), transaction(cost: 7)]
    let schedule = Schedule.ordered(block)
    let limits = BlockLimits(gas: 11, transactionGas: 6)
    #expect(
      schedule.violations(against: block, blockLimits: limits)
        == [.transactionGas(1, limit: 6, found: 7), .blockGas(limit: 11, found: 12)])
  }

  @Test("an unknown transaction needs its place alone")
  func unknown() throws {
    let block = [transaction(), ScheduledTransaction(access: nil, cost: 1), transaction()]
    var document = ScheduleDocument(Schedule.ordered(block))
    #expect(document.waves == [[0], [1], [2]])
    document.dependencies[2] = []
    document.waves = [[0], [1, 2]]
    let found = try document.violations(against: block)
    #expect(found.contains(.missingDependency(2, on: 1, at: nil)))
    #expect(found.contains(.waveOrder(2, on: 1, at: nil)))
  }
}
