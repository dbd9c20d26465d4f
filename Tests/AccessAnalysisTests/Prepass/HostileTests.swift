import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@Suite("Hostile bytecode is bounded")
struct HostileTests {
  @Test("24 KB of JUMPDEST, and of branches")
  func longCode() throws {
    var fixture = Fixture("")
    fixture.codes[contract] = Bytes(repeating: Opcode.jumpdest, count: 24_576)
    try fixture.expectCovered()
    // CALLDATASIZE, then a branch to itself plus four, over and over.
    fixture.codes[contract] = (0..<3500).flatMap { index -> Bytes in
      let target = index * 7 + 6
      return [Opcode.calldatasize, Opcode.push0 + 2, UInt8(target >> 8), UInt8(target & 0xFF)]
        + [Opcode.jumpi, Opcode.stop, Opcode.jumpdest]
    }
    fixture.data = [1]
    try fixture.expectCovered()
  }

  @Test(
    "An endless loop and one with growing memory end with an answer",
    arguments: ["", "DUP1 MLOAD POP PUSH 32 ADD"])
  func endlessLoop(_ body: String) {
    let fixture = Fixture("PUSH 0 loop: \(body) PUSH 1 SLOAD PUSH 2 SSTORE PUSH @loop JUMP")
    #expect(fixture.bound().prediction.trust == .unknown || !body.isEmpty)
  }

  @Test("Bottomless recursion ends")
  func recursion() {
    let fixture = Fixture("PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 ADDRESS GAS CALL PUSH 1 SSTORE STOP")
    #expect(fixture.bound().route != .summary)
  }

  @Test("A chain of a hundred thousand hashes of a state value does not overflow the stack")
  func hashChain() throws {
    var fixture = Fixture(
      """
      PUSH 1 SLOAD PUSH 0 MSTORE PUSH 0 loop: PUSH 1 ADD PUSH 32 PUSH 0 KECCAK256 PUSH 0 MSTORE
      DUP1 PUSH 20000 GT PUSH @loop JUMPI PUSH 0 MLOAD SLOAD POP STOP
      """)
    fixture.gasLimit = 29_000_000
    let report = fixture.bound()
    #expect(report.route == .summary)
    #expect(report.prediction.conditionalOn.contains(.storage(contract, 1)))
  }

  @Test("Huge offsets and sizes fail the frame instead of being allocated")
  func hugeMemory() throws {
    for code in [
      "PUSH 1 PUSH 0xffffffffffffffffffff MSTORE", "PUSH 0xffffffffffffffff PUSH 0 KECCAK256 SLOAD",
      "PUSH 0xffffffffffffffffffffffff PUSH 0 PUSH 0 CALLDATACOPY", "PUSH 1 PUSH 1 PUSH 0 RETURNDATACOPY",
      "PUSH 0xffffffffff PUSH 0xffffffffff REVERT",
    ] {
      try Fixture(code + " PUSH 1 SLOAD STOP").expectCovered(exactly: false)
    }
  }

  @Test("Stack underflow and overflow are never vouched for wrongly")
  func stackLimits() {
    for code in ["POP STOP", "loop: PUSH 1 PUSH @loop JUMP", "SWAP16 STOP"] {
      let route = Fixture(code).bound().route
      #expect(route == .none(.stack) || route == .none(.budget))
    }
  }

  @Test("Any bytes at all", arguments: 0..<200)
  func randomBytes(_ seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed) &* 7919 &+ 1)
    var fixture = Fixture("")
    fixture.codes[contract] = (0..<Int.random(in: 1...300, using: &random)).map { _ in
      // Mostly instructions that do something.
      Bool.random(using: &random)
        ? UInt8.random(in: 0...255, using: &random)
        : [0x60, 0x5B, 0x57, 0x54, 0x55, 0x80, 0x35].randomElement(using: &random) ?? 0
    }
    fixture.data = (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) }
    let report = fixture.bound()
    if report.prediction.trust.isVouchedFor {
      let actual = try fixture.actual().effects.accessSet
      #expect(report.prediction.access.missing(from: actual).isEmpty)
    }
  }
}
