import Testing

@testable import WaveExecution

@Suite("A run without a plan is given up where running ahead does not pay")
struct FinalityTests {
  @Test("a few repetitions say nothing, whatever they took")
  func few() {
    #expect(!Finality.isLosing(5, of: 5, repeating: 100, elapsed: 100))
    #expect(Finality.isLosing(6, of: 6, repeating: 100, elapsed: 100))
  }

  @Test("a block that begins badly is given up where more than half of the time went for that")
  func halfOfTheTime() {
    #expect(!Finality.isLosing(6, of: 9, repeating: 39, elapsed: 100))
    #expect(!Finality.isLosing(8, of: 300, repeating: 50, elapsed: 100))
    #expect(Finality.isLosing(8, of: 300, repeating: 51, elapsed: 100))
  }

  @Test("one in which most have to run again is given up at a third")
  func thirdOfTheTime() {
    #expect(Finality.isLosing(13, of: 24, repeating: 34, elapsed: 100))
    #expect(!Finality.isLosing(13, of: 24, repeating: 33, elapsed: 100))
    #expect(!Finality.isLosing(12, of: 24, repeating: 34, elapsed: 100))
    #expect(!Finality.isLosing(13, of: 23, repeating: 34, elapsed: 100))
  }
}
