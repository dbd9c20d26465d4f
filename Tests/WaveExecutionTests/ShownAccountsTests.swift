import AccessAnalysis
import EthereumTypes
import Testing

@testable import WaveExecution

@Suite("Changes of accounts are shown to those who look")
struct ShownAccountsTests {
  private let payer = Address(1)
  private let payee = Address(2)

  private func prediction(
    reads: [Location] = [], adds: [Location] = [], trust: PredictionClass = .certain
  ) -> Prediction {
    Prediction(trust: trust, access: AccessSet(reads: reads, writes: [], adds: adds))
  }

  @Test("only where one behind looks at what is changed")
  func lookingBehind() {
    let predictions = [
      prediction(adds: [.balance(payee)]),
      prediction(adds: [.balance(payer)]),
      prediction(reads: [.balance(payee)]),
      prediction(adds: [.balance(payee)]),
    ]
    #expect(ShownAccounts.find(predictions) == [true, false, false, false])
  }

  @Test("always before one that may look at anything")
  func unknownBehind() {
    let predictions = [
      prediction(adds: [.balance(payee)]), prediction(trust: .unknown), prediction(adds: [.balance(payee)]),
    ]
    #expect(ShownAccounts.find(predictions) == [true, true, false])
  }

  @Test("not for slots, which are shown anyway")
  func slots() {
    let slot = Location.storage(payee, UInt256(1 as UInt64))
    #expect(ShownAccounts.find([prediction(adds: [slot]), prediction(reads: [slot])]) == [false, false])
  }
}
