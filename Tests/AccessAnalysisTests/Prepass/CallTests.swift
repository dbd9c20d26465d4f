import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes
import Testing

@testable import AccessAnalysis

@Suite("Calls between contracts")
struct CallTests {
  /// Calls `op` on `target` with the 32 bytes at 0 and its result at 32; leaves the success flag.
  static func call(_ target: Address, op: String = "CALL", value: String = "PUSH 0") -> String {
    let transfers = op == "CALL" || op == "CALLCODE"
    return "PUSH 32 PUSH 32 PUSH 32 PUSH 0 \(transfers ? value : "") PUSH \(target) GAS \(op)"
  }
  static let orRevert = "PUSH @ok JUMPI PUSH 0 PUSH 0 REVERT ok:"

  @Test("Return data flows into a key, call data into the callee's")
  func returnData() throws {
    var fixture = Fixture(
      "PUSH 7 PUSH 0 MSTORE \(Self.call(other)) \(Self.orRevert) PUSH 32 MLOAD SLOAD POP STOP")
    fixture.codes[other] = assemble(
      "PUSH 0 CALLDATALOAD DUP1 SLOAD POP PUSH 3 ADD PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN")
    let prediction = try fixture.expectCovered()
    #expect(prediction.access.reads.contains(.storage(other, 7)))
    #expect(prediction.access.reads.contains(.storage(contract, 10)))
    #expect(prediction.conditionalOn == [.code(contract), .code(other)].sorted())
  }

  @Test("A delegate proxy runs in its own storage and hangs on the implementation slot")
  func proxy() throws {
    let slot = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
    var fixture = Fixture(
      """
      CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY PUSH 0 PUSH 0 CALLDATASIZE PUSH 0 PUSH \(slot) SLOAD GAS DELEGATECALL
      RETURNDATASIZE PUSH 0 PUSH 0 RETURNDATACOPY PUSH @ok JUMPI RETURNDATASIZE PUSH 0 REVERT
      ok: RETURNDATASIZE PUSH 0 RETURN
      """)
    let implementation = UInt256(hex: slot) ?? .zero
    fixture.storage[contract] = [implementation: other.word]
    fixture.codes[other] = assemble("CALLER SLOAD PUSH 0 CALLDATALOAD SSTORE PUSH 0 PUSH 0 RETURN")
    fixture.data = word(0x42)
    fixture.storage[contract]?[alice.word] = 5
    let prediction = try fixture.expectCovered()
    #expect(prediction.access.writes.contains(.storage(contract, 0x42)))
    #expect(prediction.conditionalOn.contains(.storage(contract, implementation)))
  }

  @Test("An EIP-1167 clone")
  func minimalProxy() throws {
    var fixture = Fixture("")
    fixture.codes[contract] =
      assemble("CALLDATASIZE RETURNDATASIZE RETURNDATASIZE CALLDATACOPY RETURNDATASIZE RETURNDATASIZE")
      + assemble("RETURNDATASIZE CALLDATASIZE RETURNDATASIZE 73") + other.bytes
      + (Hex.decode("5af43d82803e903d91602b57fd5bf3") ?? [])
    fixture.codes[other] = assemble("PUSH 1 PUSH 0 CALLDATALOAD SSTORE STOP")
    fixture.data = word(0x51)
    #expect(try fixture.expectCovered().access.writes.contains(.storage(contract, 0x51)))
  }

  @Test("Where the caller survives a failure, what makes the callee fail is a condition", arguments: [0, 1])
  func survivedFailure(_ value: Int) throws {
    var fixture = Fixture(
      "\(Self.call(other)) PUSH @ok JUMPI PUSH 5 SLOAD POP STOP ok: PUSH 6 SLOAD POP STOP")
    fixture.codes[other] = assemble(
      "PUSH 1 PUSH 2 SSTORE PUSH 1 SLOAD PUSH @ok JUMPI PUSH 0 PUSH 0 REVERT ok: STOP")
    fixture.storage[other] = [1: UInt256(value)]
    let prediction = try fixture.expectCovered()
    #expect(prediction.conditionalOn.contains(.storage(other, 1)))
    #expect(prediction.access.reads.contains(.storage(contract, value == 0 ? 5 : 6)))
  }

  @Test("An ignored failure undoes the callee's writes before they are read again", arguments: [0, 1])
  func ignoredFailure(_ value: Int) throws {
    var fixture = Fixture(
      "PUSH 1 PUSH 0 MSTORE \(Self.call(other)) POP PUSH 0 PUSH 0 MSTORE \(Self.call(other)) POP PUSH 32 MLOAD SLOAD POP STOP"
    )
    fixture.codes[other] = assemble(
      """
      PUSH 0 CALLDATALOAD ISZERO PUSH @read JUMPI PUSH 0x77 PUSH 2 SSTORE
      PUSH 1 SLOAD PUSH @ok JUMPI PUSH 0 PUSH 0 REVERT ok: STOP
      read: PUSH 2 SLOAD PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN
      """)
    fixture.storage[other] = [1: UInt256(value), 2: 0x33]
    let prediction = try fixture.expectCovered()
    #expect(prediction.access.reads.contains(.storage(contract, value == 0 ? 0x33 : 0x77)))
  }

  @Test("Reentrant calls see the frame's own writes")
  func reentrancy() throws {
    var fixture = Fixture(
      """
      CALLER PUSH \(other) EQ PUSH @inner JUMPI PUSH 8 PUSH 1 SSTORE \(Self.call(other)) \(Self.orRevert) STOP
      inner: PUSH 1 SLOAD SLOAD POP STOP
      """)
    fixture.codes[other] = assemble("\(Self.call(contract)) \(Self.orRevert) STOP")
    #expect(try fixture.expectCovered().access.reads.contains(.storage(contract, 8)))
  }

  @Test("Value calls: debit, credit, liveness; what is passed on is not observed")
  func valueCall() throws {
    var fixture = Fixture("\(Self.call(third, value: "CALLVALUE")) \(Self.orRevert) STOP")
    fixture.value = 9
    fixture.balances[third] = 1
    let passed = try fixture.expectCovered()
    #expect(passed.access.adds.contains(.balance(third)))
    #expect(!passed.access.reads.contains(.balance(contract)))
    var paying = Fixture("\(Self.call(third, value: "PUSH 4")) \(Self.orRevert) STOP")
    paying.balances[contract] = 10
    #expect(try paying.expectCovered().access.writes.contains(.balance(contract)))
  }

  @Test("A send whose failure is survived hangs on the balance", arguments: [3, 10])
  func survivedSend(_ balance: Int) throws {
    var fixture = Fixture(
      "\(Self.call(third, value: "PUSH 4")) PUSH @ok JUMPI PUSH 1 SLOAD POP STOP ok: PUSH 2 SLOAD POP STOP")
    fixture.balances = [contract: UInt256(balance), third: 1]
    #expect(try fixture.expectCovered(exactly: false).conditionalOn.contains(.balance(contract)))
  }

  @Test("A balance is read where it decides, and only noted where it does not")
  func balances() throws {
    var fixture = Fixture("SELFBALANCE SLOAD POP PUSH \(third) BALANCE PUSH 1 SSTORE STOP")
    fixture.balances = [contract: 7, third: 8]
    let prediction = try fixture.expectCovered()
    #expect(prediction.conditionalOn.contains(.balance(contract)))
    #expect(!prediction.conditionalOn.contains(.balance(third)))
  }

  @Test("The code of other accounts: size, hash and bytes")
  func foreignCode() throws {
    var fixture = Fixture(
      """
      PUSH \(other) EXTCODESIZE SLOAD POP PUSH \(other) EXTCODEHASH SLOAD POP
      PUSH 2 PUSH 0 PUSH 0 PUSH \(other) EXTCODECOPY PUSH 0 MLOAD SLOAD POP PUSH \(third) EXTCODESIZE POP STOP
      """)
    fixture.codes[other] = assemble("PUSH 1 POP STOP")
    let prediction = try fixture.expectCovered()
    #expect(prediction.conditionalOn.contains(.code(other)))
    #expect(!prediction.conditionalOn.contains(.code(third)))
  }

  @Test("Precompiles are functions: a recovered signer as key, an identity copy, a hash")
  func precompiles() throws {
    // A signature from EIP-155's example, as ecrecover takes it.
    var fixture = Fixture(
      """
      PUSH 128 PUSH 0 PUSH 0 CALLDATACOPY PUSH 32 PUSH 200 PUSH 128 PUSH 0 PUSH 1 GAS STATICCALL POP
      PUSH 200 MLOAD SLOAD POP
      PUSH 32 PUSH 300 PUSH 40 PUSH 3 PUSH 4 GAS STATICCALL POP PUSH 300 MLOAD SLOAD POP
      PUSH 32 PUSH 300 PUSH 40 PUSH 3 PUSH 2 GAS STATICCALL POP PUSH 300 MLOAD SLOAD POP
      RETURNDATASIZE SLOAD POP STOP
      """)
    fixture.data =
      Hex.decode(
        "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"
          + "0000000000000000000000000000000000000000000000000000000000000025"
          + "28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
          + "67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83") ?? []
    try fixture.expectCovered()
    fixture.data[63] = 27
    let prediction = try fixture.expectCovered()
    let signer = Address(hex: "9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f")
    #expect(prediction.access.reads.contains(.storage(contract, signer?.word ?? .zero)))
    // Whoever runs the transaction is handed the signer, also by those who come along the same path, and after a run.
    let analyzer = AccessAnalyzer()
    var effects = PredictedEffects()
    let run = TaintedRun.predict(
      fixture.transaction, from: alice, in: fixture.environment, on: fixture.state, limits: .standard,
      results: PrecompileMemo(), effects: &effects)
    for prediction in [
      fixture.bound(analyzer).prediction, fixture.bound(analyzer).prediction, run.prediction,
    ] {
      let known = prediction.foreseen.precompileResults
      #expect(known.count == 1 && known.first?.precompile == .ecrecover)
      #expect(known.first?.input == fixture.data)
      #expect(known.first?.output.flatMap { UInt256(bigEndian: $0) } == signer?.word)
    }
  }

  /// Copies the call data to memory, calls a precompile with it, and uses whether that succeeds, the size of what it
  /// returns and its first word as keys.
  private static func keys(of precompile: Int) -> String {
    """
    CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY
    PUSH 32 PUSH 1024 CALLDATASIZE PUSH 0 PUSH \(precompile) PUSH 200000 STATICCALL SLOAD POP
    RETURNDATASIZE PUSH 7 ADD SLOAD POP PUSH 1024 MLOAD SLOAD POP STOP
    """
  }

  @Test(
    "What precompiles return decides along known paths as it does without",
    arguments: [
      (1, "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53", 27),
      (2, "61", 0), (3, "62", 1), (5, "", 1), (6, "01", 2), (7, "01", 2), (8, "", 0),
      (9, "0000000c", 1), (10, "01", 0),
      (256, "4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4d", 1),
    ] as [(Int, String, UInt64)])
  func precompilesOnPaths(_ precompile: Int, _ first: String, _ second: UInt64) throws {
    var fixture = Fixture(Self.keys(of: precompile), fork: .osaka)
    let analyzer = AccessAnalyzer()
    let head = try #require(Hex.decode(first))
    var isKnown = false
    for round in 0..<12 as Range<UInt64> {
      // One after the other the words change: those that decide lead to other paths, those that do not do not.
      var words = head + [UInt8](repeating: 0, count: max(0, 32 - head.count)) + word(UInt256(second))
      words += word(UInt256(round % 3 + 1)) + word(UInt256(round % 5)) + word(2) + word(0)
      fixture.data = Array(words.prefix(precompile == 8 ? 0 : 192))
      let report = fixture.bound(analyzer)
      #expect(report.route == .summary)
      let access = try fixture.actual().effects.accessSet
      #expect(report.prediction.access == access, "round \(round)")
      isKnown = isKnown || report.isOnKnownPath
    }
    // The lengths of MODEXP's operands are other ones each time, and its price hangs on them.
    #expect(isKnown || precompile == 5)
  }

  @Test("A precompile that fails burns what it was given, which may be missing later")
  func precompileFailure() throws {
    // No point on the curve; what the callee needs afterwards is not left.
    var fixture = Fixture("\(Self.call(other)) POP PUSH 9 SLOAD POP STOP")
    fixture.codes[other] = assemble(
      """
      PUSH 5 PUSH 0 MSTORE PUSH 64 PUSH 0 PUSH 128 PUSH 0 PUSH 6 GAS STATICCALL POP
      PUSH 1 PUSH 1 SSTORE PUSH 1 PUSH 2 SSTORE STOP
      """)
    fixture.gasLimit = 200_000
    for limit in [100_000, 200_000, 1_000_000, 5_000_000] as [UInt64] {
      fixture.gasLimit = limit
      let prediction = fixture.bound().prediction
      guard prediction.trust.isVouchedFor else { continue }
      #expect(prediction.access.missing(from: try fixture.actual().effects.accessSet).isEmpty)
    }
  }

  @Test("A delegation designator runs the delegate's code in the account's storage")
  func delegation() throws {
    var fixture = Fixture("")
    fixture.codes = [
      contract: [0xEF, 0x01, 0x00] + other.bytes, other: assemble("PUSH 1 PUSH 4 SSTORE STOP"),
    ]
    let prediction = try fixture.expectCovered()
    #expect(prediction.access.writes.contains(.storage(contract, 4)))
    #expect(prediction.conditionalOn == [.code(contract), .code(other)].sorted())
  }

  @Test("A static frame that writes fails")
  func staticViolation() throws {
    var fixture = Fixture("\(Self.call(other, op: "STATICCALL")) PUSH 1 SSTORE STOP")
    fixture.codes[other] = assemble("PUSH 1 PUSH 1 SSTORE STOP")
    try fixture.expectCovered(exactly: false)
  }

  @Test("A call that may run out of gas on its way is not vouched for where that decides")
  func gasDependence() throws {
    var fixture = Fixture(
      "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH \(other) PUSH 3000 CALL PUSH @ok JUMPI PUSH 1 SLOAD POP STOP ok: STOP"
    )
    fixture.codes[other] = assemble("PUSH 1 SLOAD POP PUSH 2 SLOAD POP STOP")
    #expect(fixture.bound().route == .none(.gas))
    fixture.codes[contract] = assemble("GAS SLOAD POP STOP")
    #expect(fixture.bound().route == .none(.gasDependentValue))
  }
}
