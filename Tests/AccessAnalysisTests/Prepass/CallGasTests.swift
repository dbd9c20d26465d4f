import AccessAnalysis
import EVM
import EVMState
import EthereumTypes
import Testing

@Suite("Whether a call has enough gas")
struct CallGasTests {
  @Test("Loading a slot again and again costs something each time", arguments: [4_500, 8_500, 20_000])
  func repeatedLoads(_ gas: Int) throws {
    var fixture = Fixture(
      """
      PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH \(other) PUSH \(gas) CALL PUSH @ok JUMPI PUSH 7 SLOAD POP STOP
      ok: PUSH 8 SLOAD POP STOP
      """)
    let load = "PUSH 1 SLOAD POP "
    fixture.codes[other] = assemble(String(repeating: load, count: 40) + "PUSH 2 SLOAD POP STOP")
    let prediction = fixture.bound().prediction
    guard prediction.trust.isVouchedFor else { return }
    let access = try fixture.actual().effects.accessSet
    #expect(prediction.access.missing(from: access).isEmpty)
  }
}
