import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@Suite("Why an access set is what it is")
struct ExplanationTests {
  private static let mapping = KeyTests.mapping

  private static func explain(_ fixture: Fixture) -> BindingExplanation? {
    AccessAnalyzer().explain(
      fixture.transaction, from: alice, environment: fixture.environment, state: fixture.state)
  }

  @Test("Keys are told by the expressions they come from, of contracts called from within too")
  func keys() throws {
    // Passes its first argument on to another contract, which looks that up in a mapping.
    var fixture = Fixture(
      """
      PUSH 4 CALLDATALOAD PUSH 0 MSTORE
      PUSH 0 PUSH 0 PUSH 0x20 PUSH 0 PUSH 0 PUSH \(other) GAS CALL POP STOP
      """)
    fixture.codes[other] = assemble(
      "PUSH 0 CALLDATALOAD \(Self.mapping) SLOAD POP CALLER \(Self.mapping) SLOAD STOP")
    fixture.data = [1, 2, 3, 4] + word(0xBEEF)
    let explanation = try #require(Self.explain(fixture))
    #expect(explanation.accounts.first == alice)
    #expect(
      explanation.keys[.storage(other, mappingKey(0xBEEF, 5))] == "keccak(calldata[0x4] . 0x5)",
      "\(explanation.keys)")
    #expect(explanation.keys[.storage(other, mappingKey(contract.word, 5))] == "keccak(account 1 . 0x5)")
  }

  @Test("What a condition decides is told, and what hangs on nothing is not")
  func decisions() throws {
    var fixture = Fixture(
      "PUSH 3 SLOAD PUSH 1 AND PUSH @yes JUMPI STOP yes: PUSH 1 PUSH 2 SSTORE STOP")
    fixture.data = [0, 0, 0, 0] + word(8)
    fixture.storage[contract] = [3: 5]
    let explanation = try #require(Self.explain(fixture))
    let lines = explanation.uses(of: .storage(contract, 3), limit: 9)
    #expect(lines == ["(0x1 & sload(0x3)) is not 0"])
    #expect(explanation.decisions.contains("(0x1 & sload(0x3)) is not 0"))
    #expect(explanation.uses(of: .storage(contract, 2), limit: 9).isEmpty)
  }

  @Test("Masks that change nothing are left out, others are not")
  func masks() throws {
    let mask = "PUSH 0xffffffffffffffffffffffffffffffffffffffff AND"
    var fixture = Fixture(
      "CALLER \(mask) \(Self.mapping) SLOAD POP PUSH 4 CALLDATALOAD \(mask) \(Self.mapping) SLOAD POP STOP")
    fixture.data = [0, 0, 0, 0] + word(UInt256.max)
    let explanation = try #require(Self.explain(fixture))
    #expect(Set(explanation.keys.values) == ["keccak(sender . 0x5)", "keccak(address(calldata[0x4]) . 0x5)"])
    // Along the known path the mask works as ever.
    let analyzer = AccessAnalyzer()
    for data in [UInt256.max, 7, UInt256(1).shiftedLeft(160)] {
      fixture.data = [0, 0, 0, 0] + word(data)
      let prediction = fixture.bound(analyzer).prediction
      #expect(prediction.access == (try fixture.actual()).effects.accessSet)
    }
  }

  @Test("The selector that a contract calls another one with decides nothing anew")
  func innerSelector() throws {
    var fixture = Fixture(
      """
      PUSH 0xa9059cbb00000000000000000000000000000000000000000000000000000000 PUSH 0 MSTORE
      PUSH 4 CALLDATALOAD PUSH 4 MSTORE
      PUSH 0 PUSH 0 PUSH 0x24 PUSH 0 PUSH 0 PUSH \(other) GAS CALL POP STOP
      """)
    fixture.codes[other] = assemble(
      """
      PUSH 0 CALLDATALOAD PUSH 0xe0 SHR PUSH 0xa9059cbb EQ PUSH @yes JUMPI STOP
      yes: PUSH 4 CALLDATALOAD SLOAD POP STOP
      """)
    fixture.data = [0, 0, 0, 0] + word(0xBEEF)
    let explanation = try #require(Self.explain(fixture))
    #expect(!explanation.decisions.contains { $0.contains("a9059cbb") }, "\(explanation.decisions)")
    #expect(explanation.keys[.storage(other, 0xBEEF)] == "calldata[0x4]")
  }
}
