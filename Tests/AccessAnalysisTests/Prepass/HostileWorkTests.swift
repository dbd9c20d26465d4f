import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

/// Each of these would take minutes to years, or gigabytes, if steps alone were counted. That they end is the test: there
/// is a time limit for the suite, far above what they take.
@Suite("Hostile bytecode ends within its work budget", .timeLimit(.minutes(3)))
struct HostileWorkTests {
  /// Predicts with everything the pre-pass has, and holds a vouched-for prediction against the EVM.
  @discardableResult
  private func expectSound(
    _ fixture: Fixture, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> AccessAnalyzer.Report {
    let report = AccessAnalyzer().predict(
      fixture.transaction, from: alice, environment: fixture.environment, state: fixture.state)
    if report.prediction.trust.isVouchedFor {
      let access = try fixture.actual().effects.accessSet
      #expect(report.prediction.access.missing(from: access).isEmpty, sourceLocation: sourceLocation)
    }
    return report
  }

  @Test("Megabytes hashed in a loop, known, half known, and as keys of one another")
  func hashing() throws {
    for start in [
      "", "PUSH 1 SLOAD PUSH 0 MSTORE", "PUSH 1 SLOAD PUSH 0 MSTORE PUSH 2 SLOAD PUSH 70000 MSTORE",
    ] {
      for use in ["POP", "PUSH 0 MSTORE", "SLOAD PUSH 32 MSTORE"] {
        var fixture = Fixture("\(start) PUSH 0 loop: PUSH 1900000 PUSH 0 KECCAK256 \(use) PUSH @loop JUMP")
        fixture.gasLimit = 30_000_000
        try expectSound(fixture)
      }
    }
  }

  @Test("Memory of thousands of unknown pieces, read and written in a loop")
  func pieces() throws {
    var fixture = Fixture(
      """
      PUSH 1 SLOAD PUSH 0 fill: DUP2 DUP2 MSTORE PUSH 33 ADD DUP1 PUSH 400000 GT PUSH @fill JUMPI
      loop: DUP1 MLOAD DUP2 PUSH 7 MSTORE POP PUSH 32 PUSH 200000 PUSH 100000 MCOPY PUSH @loop JUMP
      """)
    fixture.gasLimit = 30_000_000
    try expectSound(fixture)
  }

  @Test("Dear precompiles in loops, and one that would take a day")
  func precompiles() throws {
    // MODEXP with operands of a kilobyte, of a megabyte, and with an exponent said to be of 2^200 bytes.
    for size in ["1024", "400000", "0x100000000000000000000000000000000000000000000000000"] {
      var fixture = Fixture(
        """
        PUSH \(size) PUSH 0 MSTORE PUSH \(size) PUSH 32 MSTORE PUSH \(size) PUSH 64 MSTORE
        PUSH 0 NOT PUSH 96 MSTORE PUSH 0 NOT PUSH 1500 MSTORE PUSH 0 NOT PUSH 2500 MSTORE
        loop: PUSH 32 PUSH 0 PUSH 1200000 PUSH 0 PUSH 5 GAS STATICCALL POP PUSH @loop JUMP
        """)
      fixture.gasLimit = 30_000_000
      try expectSound(fixture)
    }
    // A pairing of a thousand pairs; BLAKE2 with four billion rounds; BLS12-381 sums.
    for (number, setUp) in [
      (8, ""), (9, "PUSH 0xffffffff PUSH 224 SHL PUSH 0 MSTORE"), (0xb, ""), (0xf, ""), (0xa, ""),
      (0x100, ""),
    ] {
      var fixture = Fixture(
        """
        \(setUp) loop: PUSH 32 PUSH 0 PUSH \(number == 9 ? 213 : 192_000) PUSH 0 PUSH \(number) GAS STATICCALL POP
        PUSH @loop JUMP
        """, fork: .osaka)
      fixture.gasLimit = 16_000_000
      try expectSound(fixture)
    }
  }

  @Test("A maze of branches, none of which can be decided")
  func maze() throws {
    // Every branch hangs on its own slot and both sides go on; nested so that the failing sides share long tails.
    let branches = (0..<1500).map { "PUSH \($0) SLOAD PUSH @b\($0 + 1) JUMPI PUSH 1 POP b\($0 + 1):" }
    var fixture = Fixture("b0: " + branches.joined(separator: " ") + " PUSH 0 PUSH 0 REVERT")
    fixture.gasLimit = 30_000_000
    try expectSound(fixture)
    // Long straight lines behind each side: exploring them all again for each branch would be quadratic.
    let line = String(repeating: "PUSH 1 POP ", count: 60)
    let long = (0..<180).map { "PUSH \($0) CALLDATALOAD PUSH @c\($0 + 1) JUMPI \(line) c\($0 + 1):" }
    try expectSound(Fixture("c0: " + long.joined(separator: " ") + " PUSH 0 SLOAD STOP"))
  }

  @Test("A bomb of jumps into a sled of destinations, by call data and by state")
  func jumpTable() throws {
    for target in ["CALLDATASIZE", "PUSH 7 SLOAD"] {
      var fixture = Fixture("")
      let head = assemble(
        "PUSH 0 PUSH 64 MSTORE \(target) PUSH 64 MLOAD PUSH 1 ADD DUP1 PUSH 64 MSTORE ADD PUSH 0xfff AND")
      // Wherever it lands it runs to the end of the sled and jumps back to a place one further.
      fixture.codes[contract] =
        head + [Opcode.push0 + 1, 64, Opcode.add, Opcode.jump]
        + Bytes(repeating: Opcode.jumpdest, count: 20_000) + [Opcode.push0 + 1, 5, Opcode.jump]
      fixture.gasLimit = 30_000_000
      try expectSound(fixture)
    }
  }

  @Test("Ten thousand selectors")
  func selectors() throws {
    // More than the limit on code lets through: an analyser may be asked all the same.
    let selectors = (0..<10_000).map {
      "DUP1 PUSH4 0x\(String(0x1000_0000 + $0, radix: 16)) EQ PUSH @f JUMPI"
    }
    var fixture = Fixture(
      """
      PUSH @start JUMP f: PUSH 4 SLOAD STOP
      start: PUSH 0 CALLDATALOAD PUSH 224 SHR \(selectors.joined(separator: " ")) PUSH 0 PUSH 0 REVERT
      """)
    fixture.data = [0x10, 0, 0x27, 0x0F]
    let report = try expectSound(fixture)
    #expect(report.prediction.access.reads.contains(.storage(contract, 4)))
  }

  @Test("Deep calls with memory in each frame, and creations in a loop")
  func frames() throws {
    var fixture = Fixture(
      "PUSH 1 SLOAD PUSH 300000 MSTORE PUSH 0 PUSH 0 PUSH 300000 PUSH 0 PUSH 0 ADDRESS GAS CALL POP STOP")
    fixture.gasLimit = 30_000_000
    try expectSound(fixture)
    var creating = Fixture("loop: PUSH 40000 PUSH 0 PUSH 0 CREATE POP PUSH @loop JUMP")
    creating.gasLimit = 30_000_000
    try expectSound(creating)
  }

  @Test("Values of unknown amounts sent round in a loop")
  func values() throws {
    var fixture = Fixture(
      """
      PUSH 0 loop: PUSH 1 ADD PUSH 0 PUSH 0 PUSH 0 PUSH 0 DUP5 SLOAD PUSH 0xE0A GAS CALL POP PUSH @loop JUMP
      """)
    fixture.gasLimit = 30_000_000
    try expectSound(fixture)
  }
}
