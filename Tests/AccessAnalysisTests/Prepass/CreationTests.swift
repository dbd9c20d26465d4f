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

  @Test(
    "A creator whose nonce is at its end creates nothing",
    arguments: [UInt64.max - 1, UInt64.max] as [UInt64])
  func lastNonce(_ nonce: UInt64) throws {
    var fixture = Fixture(
      "PUSH 0 PUSH 0 PUSH 0 CREATE PUSH @made JUMPI PUSH 1 SLOAD POP STOP made: PUSH 2 SLOAD POP STOP")
    fixture.nonces[contract] = nonce
    let prediction = try fixture.expectCovered(exactly: false)
    #expect(prediction.access.reads.contains(.storage(contract, nonce == .max ? 1 : 2)))
    #expect(prediction.access.writes.contains(.nonce(contract)) == (nonce != .max))
  }

  @Test(
    "A delegate that gets its code between two calls, or gets it and loses it again",
    arguments: [false, true])
  func lateDelegate(isReverted: Bool) throws {
    let runtime = assemble("PUSH 1 PUSH 4 SSTORE STOP")
    let initCode = assemble(
      "PUSH \(runtime.count) PUSH 12 PUSH 0 CODECOPY PUSH \(runtime.count) PUSH 0 RETURN")
    let padded = initCode + Bytes(repeating: 0, count: 12 - initCode.count) + runtime
    let call = "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH \(other) GAS CALL POP"
    let create = "CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY CALLDATASIZE PUSH 0 PUSH 0 CREATE POP"
    var fixture = Fixture(
      """
      \(call) CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY
      PUSH 0 PUSH 0 CALLDATASIZE PUSH 0 PUSH 0 PUSH \(third) GAS CALL POP \(call) STOP
      """)
    fixture.data = padded
    fixture.codes[other] = [0xEF, 0x01, 0x00] + third.createAddress(nonce: 1).bytes
    fixture.codes[third] = assemble("\(create) \(call) \(isReverted ? "PUSH 0 PUSH 0 REVERT" : "STOP")")
    let prediction = try fixture.expectCovered(exactly: false)
    #expect(prediction.access.reads.contains(.storage(other, 4)))
    #expect(prediction.access.writes.contains(.storage(other, 4)) == !isReverted)
  }

  @Test("SELFDESTRUCT before and after EIP-6780", arguments: [Fork.frontier, .byzantium, .shanghai, .cancun])
  func selfdestruct(_ fork: Fork) throws {
    var fixture = Fixture("PUSH \(third) SELFDESTRUCT", fork: fork)
    fixture.balances = [contract: 10, third: 2]
    let prediction = try fixture.expectCovered(exactly: false)
    #expect(prediction.access.writes.contains(.code(contract)) == (fork < .cancun))
  }
}
