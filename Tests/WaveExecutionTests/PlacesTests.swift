import Testing

@testable import WaveExecution

@Suite("An array filled in any order")
struct PlacesTests {
  private struct Failure: Error, Equatable {}

  @Test("has its elements in their order in the end", arguments: [0, 1, 100])
  func order(_ count: Int) {
    let (elements, rest) = Places<String>.fill(count) { places in
      #expect(places.count == count)
      for index in (0..<count).reversed() { unsafe places[index].initialize(to: "element \(index)") }
      return "rest"
    }
    #expect(elements == (0..<count).map { "element \($0)" })
    #expect(rest == "rest")
  }

  @Test("is gone where that fails in the end")
  func failure() {
    #expect(throws: Failure()) {
      _ = try Places<String>.fill(3) { places throws(Failure) -> Int in
        unsafe places[1].initialize(to: "one of them")
        unsafe places[1].deinitialize(count: 1)
        throw Failure()
      }
    }
  }
}
