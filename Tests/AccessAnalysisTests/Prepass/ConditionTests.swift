import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@Suite("What becomes a condition")
struct ConditionTests {
  /// It may be made a contract and be removed again, all in one transaction before this one.
  @Test("What is sent something and has nothing but a balance must be alive still", arguments: [true, false])
  func liveness(isTransfer: Bool) throws {
    var fixture = Fixture("PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 1 PUSH \(third) GAS CALL POP STOP")
    if isTransfer { fixture.codes = [contract: []] }
    let credited = isTransfer ? contract : third
    fixture.value = 2
    fixture.balances = [third: 5, contract: 5]
    for nonce in [0, 1] as [UInt64] {
      fixture.nonces[credited] = nonce
      let prediction = try fixture.expectCovered()
      #expect(prediction.conditions.contains(Condition(.liveness(credited), is: .one)) == (nonce == 0))
      let known = AccessAnalyzer()
      _ = fixture.bound(known)
      #expect(fixture.bound(known).prediction == prediction)
    }
  }

  @Test("A requirement on the state is no condition: failing does less")
  func requirement() throws {
    var fixture = Fixture(
      "PUSH 1 SLOAD PUSH @ok JUMPI PUSH 0 PUSH 0 REVERT ok: PUSH 2 SLOAD PUSH 3 SSTORE STOP")
    fixture.storage[contract] = [1: 1, 2: 8]
    #expect(try fixture.expectCovered().conditionalOn == [.code(contract)])
    // With the requirement violated the same prediction still covers what happens.
    fixture.storage[contract] = [2: 8]
    let prediction = try fixture.expectCovered(exactly: false)
    #expect(prediction.access.reads.contains(.storage(contract, 2)))
  }

  @Test("A requirement on call data decides at once")
  func knownFailure() throws {
    let fixture = Fixture(
      "PUSH 0 CALLDATALOAD PUSH @ok JUMPI PUSH 0 PUSH 0 REVERT ok: PUSH 2 SLOAD PUSH 3 SSTORE STOP")
    let prediction = try fixture.expectCovered()
    #expect(!prediction.access.reads.contains(.storage(contract, 2)))
  }

  @Test("An error string built in a loop and in helper functions still only fails")
  func errorString() throws {
    var fixture = Fixture(
      """
      PUSH 1 SLOAD PUSH @ok JUMPI PUSH @back PUSH @error JUMP back: PUSH 0 REVERT ok: PUSH 5 SLOAD POP STOP
      error: PUSH 0 copy: DUP1 PUSH 0x40 LT PUSH @done JUMPI DUP1 DUP1 MSTORE PUSH 32 ADD PUSH @copy JUMP
      done: SWAP1 JUMP
      """)
    fixture.storage[contract] = [1: 1]
    #expect(try fixture.expectCovered().conditionalOn == [.code(contract)])
  }

  @Test("A branch with two live sides makes its slot a condition")
  func branch() throws {
    var fixture = Fixture(
      "PUSH 1 SLOAD PUSH @a JUMPI PUSH 2 SLOAD POP STOP a: PUSH 3 SLOAD POP STOP")
    fixture.storage[contract] = [1: 1]
    let prediction = try fixture.expectCovered()
    #expect(prediction.conditionalOn == [.code(contract), .storage(contract, 1)].sorted())
  }

  @Test("A failure that reads state on the way is a live side")
  func readingFailure() throws {
    var fixture = Fixture(
      "PUSH 1 SLOAD PUSH @ok JUMPI PUSH 9 SLOAD PUSH 0 MSTORE PUSH 32 PUSH 0 REVERT ok: STOP")
    let prediction = try fixture.expectCovered()
    #expect(prediction.access.reads.contains(.storage(contract, 9)))
    fixture.storage[contract] = [1: 1]
    #expect(try fixture.expectCovered().conditionalOn.contains(.storage(contract, 1)))
  }

  @Test("Old compilers throw by an invalid jump")
  func invalidJump() throws {
    var fixture = Fixture(
      "PUSH 1 SLOAD PUSH @ok JUMPI PUSH 2 JUMP ok: PUSH 2 SLOAD POP STOP", fork: .homestead)
    fixture.storage[contract] = [1: 1]
    #expect(try fixture.expectCovered().conditionalOn == [.code(contract)])
  }

  @Test("A guard that is set and reset is no write, on condition of its value")
  func guardSlot() throws {
    var fixture = Fixture(
      """
      PUSH 1 SLOAD PUSH 2 EQ ISZERO PUSH @ok JUMPI PUSH 0 PUSH 0 REVERT ok: PUSH 2 PUSH 1 SSTORE
      PUSH 5 SLOAD POP PUSH 1 PUSH 1 SSTORE STOP
      """)
    fixture.storage[contract] = [1: 1]
    let prediction = try fixture.expectCovered()
    #expect(prediction.conditionalOn == [.code(contract), .storage(contract, 1)].sorted())
    #expect(!prediction.access.writes.contains(.storage(contract, 1)))
  }

  @Test("Writing back what was read is no write, without a condition")
  func writeBack() throws {
    let prediction = try Fixture("PUSH 1 SLOAD PUSH 1 SSTORE STOP").expectCovered()
    #expect(prediction.conditionalOn == [.code(contract)])
  }

  @Test("Arithmetic, logs and gas that feed no key cost nothing and condition nothing")
  func deadCode() throws {
    let fixture = Fixture(
      "PUSH 1 SLOAD PUSH 3 MUL PUSH 7 ADD PUSH 0 MSTORE GAS PUSH 2 EXP POP PUSH 32 PUSH 0 LOG0 STOP")
    #expect(try fixture.expectCovered().conditionalOn == [.code(contract)])
  }

  @Test("A plain transfer hangs on the recipient's code, and on its being alive where it is")
  func plainTransfer() throws {
    var fixture = Fixture("")
    fixture.codes = [:]
    fixture.value = 5
    for balance in [UInt256.zero, 1] {
      fixture.balances[contract] = balance
      let prediction = try fixture.expectCovered()
      #expect(
        prediction.conditionalOn
          == (balance.isZero ? [.code(contract)] : [.code(contract), .liveness(contract)]))
      #expect(prediction.access.adds.contains(.balance(contract)))
      #expect(prediction.access.writes.contains(.liveness(contract)) == balance.isZero)
    }
  }

  @Test("That a balance is nothing and something else is true is a condition on the balance")
  func balanceInConjunction() throws {
    var fixture = Fixture(
      "PUSH 1 SELFBALANCE ISZERO AND PUSH @empty JUMPI PUSH 1 SLOAD POP STOP empty: PUSH 2 SLOAD POP STOP")
    let prediction = try fixture.expectCovered()
    #expect(prediction.conditions.first { $0.location == .balance(contract) }?.high == 0)
    fixture.balances[contract] = 5
    try fixture.expectCovered()
  }
}
