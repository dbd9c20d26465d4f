import AccessAnalysis
import EVM
import EVMBytecode
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

  @Test(
    "What ends a frame is paid for, too",
    arguments: [
      "PUSH \(contract) SELFDESTRUCT", "PUSH 20000 PUSH 0 RETURN", "PUSH 20000 PUSH 0 REVERT",
      "PUSH 0xf3 PUSH 0 MSTORE8 PUSH 1 PUSH 0 PUSH 0 CREATE PUSH 4 SSTORE STOP",
    ], [Fork.byzantium, .cancun])
  func ends(_ ending: String, _ fork: Fork) throws {
    for gas in [0, 500, 2_000, 4_900, 5_500, 8_000, 34_000, 60_000] {
      var fixture = Fixture(
        """
        PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH \(other) PUSH \(gas) CALL PUSH 0 SSTORE
        RETURNDATASIZE PUSH 1 SSTORE STOP
        """, fork: fork)
      fixture.codes[other] = assemble(ending)
      fixture.balances[other] = 1_000
      for value: UInt256 in [0, 1] {
        fixture.storage[contract] = [0: value, 1: value]
        let report = fixture.bound()
        guard report.prediction.trust.isVouchedFor else { continue }
        let access = try fixture.actual().effects.accessSet
        #expect(report.prediction.access.missing(from: access).isEmpty, "gas \(gas)")
      }
    }
  }
}
