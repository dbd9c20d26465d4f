import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("The order in which transactions start")
struct StartOrderTests {
  private func order(_ costs: [Int], _ priorities: [Int]? = nil) -> [Int] {
    StartOrder.order(costs: costs, priorities: priorities ?? costs, workers: 2).map { Int($0) }
  }

  @Test("is block order for many small ones, whatever their sizes, up to the last few")
  func smallOnes() {
    var draw = SplitMix64(seed: 1)
    let costs = (0..<1000).map { _ in 2_000 + Int(draw.next(1_000)) }
    #expect(order(costs).prefix(985) == Array(0..<985)[...])
  }

  @Test("has what takes long early enough not to be the last to end")
  func largeOne() {
    var costs = [Int](repeating: 10, count: 200)
    costs[199] = 500
    // Two workers take 1,245 for all: the large one must start before 745, that is, behind fewer than 149 of the others.
    let place = order(costs).firstIndex(of: 199) ?? 200
    #expect(place < 149)
  }

  @Test("has what a long chain hangs on first")
  func chain() {
    let costs = [Int](repeating: 10, count: 100)
    var priorities = costs
    priorities[90] = 500
    #expect(order(costs, priorities).first == 90)
  }
}
