import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

@Suite("Bounds of gas")
struct GasBoundTests {
  /// Calls `other` with so much gas and goes on in one of two ways.
  private static func fixture(_ callee: String, gas: Int, fork: Fork = .prague) -> Fixture {
    var fixture = Fixture(
      """
      PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH \(other) PUSH \(gas) CALL
      PUSH @ok JUMPI PUSH 9 SLOAD POP STOP ok: PUSH 8 SLOAD POP STOP
      """, fork: fork)
    fixture.codes[other] = assemble(callee)
    return fixture
  }

  /// Predicts with every amount of gas and sees that what happens is covered; returns how often it was vouched for.
  private static func sweep(
    _ callee: String, _ range: StrideThrough<Int>, fork: Fork = .prague, _ change: (inout Fixture) -> Void
  ) throws -> Int {
    var vouched = 0
    for gas in range {
      var fixture = fixture(callee, gas: gas, fork: fork)
      change(&fixture)
      let prediction = fixture.bound().prediction
      guard prediction.trust.isVouchedFor else { continue }
      vouched += 1
      let missing = prediction.access.missing(from: try fixture.actual().effects.accessSet)
      #expect(missing.isEmpty, "\(gas) gas: \(missing)")
    }
    return vouched
  }

  @Test("What a failed frame has warmed is cold again (EIP-2929)", arguments: ["BALANCE", "SLOAD"])
  func warmth(_ op: String) throws {
    let looks = (0..<8).map { "PUSH \(0x70 + $0) \(op) POP" }.joined(separator: " ")
    let call = "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH \(third) GAS DELEGATECALL POP"
    let vouched = try Self.sweep("\(call) \(looks) STOP", stride(from: 20_000, through: 60_000, by: 500)) {
      $0.codes[third] = assemble("\(looks) PUSH 0 PUSH 0 REVERT")
    }
    #expect(vouched > 10)
  }

  @Test(
    "Two stores to one slot are paid for once, in the frame and in what it calls",
    arguments: [[1, 2], [1, 1], [2, 1, 2], [0, 1, 0], [3, 2, 3, 2]], [0, 1, 2])
  func pairs(_ values: [Int], _ before: Int) throws {
    let stores = values.map { "PUSH \($0) PUSH 1 SSTORE" }
    let call = "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH \(third) GAS DELEGATECALL POP"
    // All in one frame; the first in a callee; the last in one.
    let programs = [
      (stores.joined(separator: " "), "STOP"),
      (call + " " + stores.dropFirst().joined(separator: " "), stores[0]),
      (stores.dropLast().joined(separator: " ") + " " + call, stores[stores.count - 1]),
    ]
    for (caller, callee) in programs {
      _ = try Self.sweep(caller + " STOP", stride(from: 4_000, through: 60_000, by: 450)) {
        $0.codes[third] = assemble(callee + " STOP")
        $0.storage[other] = [1: UInt256(before)]
      }
    }
  }

  @Test("That an account with nothing in it is made is paid for", arguments: [true, false])
  func newAccount(_ isAlive: Bool) throws {
    let pays = "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 1 PUSH 0xE0A GAS CALL POP STOP"
    let vouched = try Self.sweep(pays, stride(from: 9_000, through: 60_000, by: 500)) {
      $0.balances[other] = 100
      if isAlive { $0.balances[Address(0xE0A)] = 1 }
    }
    #expect(vouched > 10)
  }

  @Test(
    "Memory that is handed back is paid for",
    arguments: ["RETURN", "REVERT"], [0x40, 0x400, 0x2000, 0x8000])
  func output(_ op: String, _ size: Int) throws {
    _ = try Self.sweep("PUSH \(size) PUSH 0 \(op)", stride(from: 1, through: 6_001, by: 60)) { _ in }
    _ = try Self.sweep("PUSH \(size) PUSH 0 \(op)", stride(from: 1, through: 121, by: 3)) { _ in }
  }

  @Test(
    "SELFDESTRUCT is paid for (EIP-150, EIP-161)", arguments: [true, false],
    [Fork.frontier, .homestead, .tangerineWhistle, .spuriousDragon, .istanbul, .berlin, .cancun, .prague])
  func selfdestruct(_ isAlive: Bool, _ fork: Fork) throws {
    for balance in [0, 100] as [UInt256] {
      let gases = stride(from: 1, through: 60_001, by: 600)
      let vouched = try Self.sweep("PUSH 0xE0A SELFDESTRUCT", gases, fork: fork) {
        $0.balances[other] = balance
        if isAlive { $0.balances[Address(0xE0A)] = 1 }
      }
      #expect(vouched > 10)
    }
  }

  @Test("SELFBALANCE has its price")
  func selfBalance() throws {
    let looks = String(repeating: "SELFBALANCE POP ", count: 100)
    let vouched = try Self.sweep(looks + "STOP", stride(from: 600, through: 1_000, by: 5)) { _ in }
    #expect(vouched > 10)
  }

  @Test("A call of a delegated account pays for the account whose code it runs (EIP-7702)")
  func delegated() throws {
    let call = "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH \(third) GAS CALL POP"
    let callee = "\(call) PUSH 0x77 BALANCE POP STOP"
    let vouched = try Self.sweep(callee, stride(from: 5_000, through: 12_000, by: 50)) {
      $0.codes[third] = [0xEF, 0x01, 0x00] + Address(0x7A).bytes
      $0.codes[Address(0x7A)] = assemble("STOP")
    }
    #expect(vouched > 10)
  }

  @Test("A precompile that fails burns what it was given")
  func failedPrecompile() throws {
    let call = "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 9 GAS STATICCALL POP"
    let looks = (0..<10).map { "PUSH \(0x70 + $0) BALANCE POP" }.joined(separator: " ")
    _ = try Self.sweep("\(call) \(looks) STOP", stride(from: 20_000, through: 60_000, by: 1_000)) { _ in }
  }

  @Test(
    "What the values in the state make cheap needs little gas to be vouched for",
    arguments: [
      // Clearing what is empty; the second of two changes; an exponent of one byte; memory of one word.
      ("PUSH 0 PUSH 1 SSTORE STOP", 4_700), ("PUSH 2 PUSH 1 SSTORE PUSH 3 PUSH 1 SSTORE STOP", 24_600),
      ("PUSH 2 SLOAD PUSH 10 EXP POP STOP", 2_200), ("PUSH 0 MLOAD POP STOP", 20),
      ("PUSH 0x2000 MLOAD POP PUSH 0x2000 MLOAD POP STOP", 940),
    ])
  func cheap(_ callee: String, _ enough: Int) throws {
    let vouched = try Self.sweep(callee, stride(from: enough, through: enough + 4_000, by: 400)) {
      $0.storage[other] = [2: 18]
    }
    #expect(vouched == 11)
    _ = try Self.sweep(callee, stride(from: 1, through: enough, by: max(1, enough / 60))) {
      $0.storage[other] = [2: 18]
    }
  }

  @Test("A call that asks for an amount of gas from the state gets that much, or all there is")
  func amountFromState() throws {
    let call = "PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH \(third) PUSH 1 SLOAD CALL"
    let branch = "PUSH @ok JUMPI PUSH 9 SLOAD POP STOP ok: PUSH 8 SLOAD POP STOP"
    for amount in [0, 100, 2_106, 2_107, 5_000, 1_000_000] as [UInt256] {
      let vouched = try Self.sweep("\(call) \(branch)", stride(from: 4_000, through: 40_000, by: 900)) {
        $0.codes[third] = assemble("PUSH 5 SLOAD POP STOP")
        $0.storage[other] = [1: amount]
      }
      #expect(vouched > 10 || amount < 2_107)
    }
  }

  @Test(
    "Random contracts with little more gas than they need: whatever else changes, a vouched-for prediction covers",
    arguments: 0..<SoundnessTests.seeds)
  func littleGas(_ seed: Int) throws {
    var (fixture, random) = SoundnessTests.scene(seed)
    let used = try fixture.actual().gasUsed
    let analyzer = AccessAnalyzer()
    for round in 0..<6 {
      fixture.gasLimit = used + UInt64.random(in: 0...max(1, used / 2), using: &random)
      let prediction = fixture.bound(round < 3 ? AccessAnalyzer() : analyzer).prediction
      guard prediction.trust.isVouchedFor else { continue }
      var changed = fixture
      for change in 0..<4 {
        let missing = prediction.access.missing(from: try changed.actual().effects.accessSet)
        #expect(missing.isEmpty, "seed \(seed) round \(round) change \(change)")
        SoundnessTests.change(&changed, within: prediction, &random)
      }
    }
  }
}
