import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@Suite("Contract creation and removal")
struct CreationTests {
  /// Init code: one SSTORE, then returns one byte of code (STOP).
  static let initCode = "PUSH 5 PUSH 1 SSTORE PUSH 1 PUSH 0 RETURN"

  @Test("A creating transaction", arguments: [Fork.frontier, .homestead, .byzantium, .london, .osaka])
  func creatingTransaction(_ fork: Fork) throws {
    var fixture = Fixture(Self.initCode, fork: fork)
    fixture.creates = true
    let prediction = try fixture.expectCovered()
    let created = alice.createAddress(nonce: 3)
    #expect(prediction.access.writes.contains(.code(created)))
    #expect(prediction.access.writes.contains(.storage(created, 1)))
  }

  @Test("CREATE and CREATE2 addresses, and a call into the new contract", arguments: ["CREATE", "CREATE2"])
  func factory(_ op: String) throws {
    // Runtime code 600154600055 00: sload(1) → slot 0, behind an init code that returns it.
    let runtime = assemble("PUSH 1 SLOAD PUSH 0 SSTORE STOP")
    let prefix = assemble("PUSH \(runtime.count) DUP1 PUSH 11 PUSH 0 CODECOPY PUSH 0 RETURN")
    let padded = prefix + Bytes(repeating: 0x5B, count: max(0, 11 - prefix.count)) + runtime
    var fixture = Fixture(
      """
      CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY \(op == "CREATE2" ? "PUSH 9" : "") CALLDATASIZE PUSH 0 PUSH 0 \(op)
      DUP1 PUSH @ok JUMPI PUSH 0 PUSH 0 REVERT
      ok: PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 DUP6 GAS CALL PUSH @done JUMPI PUSH 0 PUSH 0 REVERT done: STOP
      """)
    fixture.data = padded
    let prediction = try fixture.expectCovered(exactly: false)
    let created =
      op == "CREATE"
      ? contract.createAddress(nonce: 1)
      : contract.create2Address(salt: 9, initCodeHash: keccak256(padded))
    #expect(prediction.access.writes.contains(.code(created)))
    #expect(prediction.access.writes.contains(.nonce(contract)))
  }

  @Test("SELFDESTRUCT before and after EIP-6780", arguments: [Fork.frontier, .byzantium, .shanghai, .cancun])
  func selfdestruct(_ fork: Fork) throws {
    var fixture = Fixture("PUSH \(third) SELFDESTRUCT", fork: fork)
    fixture.balances = [contract: 10, third: 2]
    let prediction = try fixture.expectCovered(exactly: false)
    #expect(prediction.access.writes.contains(.code(contract)) == (fork < .cancun))
  }
}
