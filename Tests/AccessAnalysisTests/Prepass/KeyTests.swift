import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@Suite("Storage keys from bytecode")
struct KeyTests {
  /// `mapping[word on the stack]` at slot 5.
  static let mapping = "PUSH 0 MSTORE PUSH 5 PUSH 0x20 MSTORE PUSH 0x40 PUSH 0 KECCAK256"

  @Test("A constant key needs no state but the code")
  func constantKey() throws {
    let prediction = try Fixture("PUSH 7 SLOAD PUSH 1 ADD PUSH 7 SSTORE STOP").expectCovered()
    #expect(prediction.conditionalOn == [.code(contract)])
    #expect(prediction.access.writes.contains(.storage(contract, 7)))
  }

  @Test("Mapping keys from call data, caller and block environment")
  func mappingKeys() throws {
    var fixture = Fixture(
      """
      PUSH 4 CALLDATALOAD \(Self.mapping) SLOAD CALLER \(Self.mapping) SSTORE
      NUMBER \(Self.mapping) SLOAD POP STOP
      """)
    fixture.data = [1, 2, 3, 4] + word(0xBEEF)
    fixture.storage[contract] = [mappingKey(0xBEEF, 5): 9]
    let prediction = try fixture.expectCovered()
    #expect(prediction.conditionalOn == [.code(contract)])
    #expect(prediction.access.reads.contains(.storage(contract, mappingKey(0xBEEF, 5))))
    #expect(prediction.access.writes.contains(.storage(contract, mappingKey(alice.word, 5))))
    #expect(prediction.access.reads.contains(.storage(contract, mappingKey(1000, 5))))
  }

  @Test("Nested mappings, arrays and struct fields")
  func nestedKeys() throws {
    var fixture = Fixture(
      """
      PUSH 4 CALLDATALOAD \(Self.mapping) PUSH 0x20 MSTORE CALLER PUSH 0 MSTORE PUSH 0x40 PUSH 0 KECCAK256
      PUSH 2 ADD SLOAD POP
      PUSH 9 PUSH 0 MSTORE PUSH 0x20 PUSH 0 KECCAK256 PUSH 0x24 CALLDATALOAD ADD SLOAD POP STOP
      """)
    fixture.data = [0, 0, 0, 0] + word(77) + word(3)
    let prediction = try fixture.expectCovered()
    let nested = mappingKey(alice.word, mappingKey(77, 5)) &+ 2
    #expect(prediction.access.reads.contains(.storage(contract, nested)))
    #expect(prediction.access.reads.contains(.storage(contract, keccak256(UInt256(9)).word &+ 3)))
  }

  @Test("A key read from the state makes its slot a condition")
  func stateKey() throws {
    var fixture = Fixture("PUSH 1 SLOAD \(Self.mapping) SLOAD POP PUSH 2 SLOAD POP STOP")
    fixture.storage[contract] = [1: 0xABC]
    let prediction = try fixture.expectCovered()
    #expect(prediction.conditionalOn == [.code(contract), .storage(contract, 1)].sorted())
  }

  @Test("A slot the transaction wrote itself is followed")
  func ownWrite() throws {
    var fixture = Fixture("PUSH 0 CALLDATALOAD PUSH 1 SSTORE PUSH 1 SLOAD SLOAD POP STOP")
    fixture.data = word(0x1234)
    let prediction = try fixture.expectCovered()
    #expect(prediction.access.reads.contains(.storage(contract, 0x1234)))
    #expect(prediction.conditionalOn == [.code(contract)])
  }

  @Test("Transient storage leaves no locations but carries keys")
  func transient() throws {
    var fixture = Fixture("PUSH 0 CALLDATALOAD PUSH 1 TSTORE PUSH 1 TLOAD SLOAD POP STOP")
    fixture.data = word(0x99)
    #expect(try fixture.expectCovered().access.reads.contains(.storage(contract, 0x99)))
  }

  @Test("Keys in a loop over call data")
  func loop() throws {
    var fixture = Fixture(
      """
      PUSH 0 loop: DUP1 CALLDATASIZE GT ISZERO PUSH @end JUMPI
      DUP1 CALLDATALOAD \(Self.mapping) SLOAD PUSH 1 ADD DUP2 CALLDATALOAD \(Self.mapping) SSTORE
      PUSH 32 ADD PUSH @loop JUMP end: STOP
      """)
    fixture.data = (0..<40).flatMap { word(UInt256($0 as Int)) }
    let prediction = try fixture.expectCovered()
    #expect(prediction.access.writes.count(where: { $0.field == .storage }) == 40)
  }

  @Test("Memory is followed by byte range: unaligned, overlapping, copied")
  func memory() throws {
    var fixture = Fixture(
      """
      PUSH 64 PUSH 0 PUSH 3 CALLDATACOPY PUSH 0x11 PUSH 10 MSTORE8 PUSH 1 SLOAD PUSH 40 MSTORE
      PUSH 32 PUSH 3 PUSH 100 MCOPY PUSH 100 MLOAD SLOAD POP PUSH 50 PUSH 0 KECCAK256 SLOAD POP STOP
      """, fork: .cancun)
    fixture.data = (0..<64).map { UInt8($0 + 100) }
    fixture.storage[contract] = [1: 0x5555]
    let prediction = try fixture.expectCovered()
    #expect(prediction.conditionalOn.contains(.storage(contract, 1)))
  }

  @Test("The hash of a state value is a key only through a condition")
  func hashedStateValue() throws {
    var fixture = Fixture("PUSH 3 SLOAD \(Self.mapping) PUSH 9 SSTORE STOP")
    fixture.storage[contract] = [3: 4]
    // The hash is stored, not used as a key: no condition.
    #expect(try fixture.expectCovered().conditionalOn == [.code(contract)])
  }

  @Test("Environment values as keys")
  func environment() throws {
    let names = [
      "ADDRESS", "ORIGIN", "CALLER", "CALLVALUE", "CALLDATASIZE", "CODESIZE", "GASPRICE", "COINBASE",
      "TIMESTAMP", "NUMBER", "PREVRANDAO", "GASLIMIT", "CHAINID", "BASEFEE", "BLOBBASEFEE", "PC",
      "RETURNDATASIZE",
    ]
    try Fixture(names.map { "\($0) SLOAD POP" }.joined(separator: " ") + " STOP").expectCovered()
  }

  @Test("MSIZE is exact, dead loads included")
  func memorySize() throws {
    var fixture = Fixture(
      "PUSH 0x100 MLOAD POP MSIZE SLOAD POP PUSH 0 CALLDATALOAD MLOAD POP MSIZE SLOAD POP STOP")
    fixture.data = word(0x777)
    try fixture.expectCovered()
  }
}
