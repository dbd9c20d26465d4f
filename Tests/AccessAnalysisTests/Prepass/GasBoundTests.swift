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
  private static func sweep(_ callee: String, _ range: StrideThrough<Int>, _ change: (inout Fixture) -> Void)
    throws -> Int
  {
    var vouched = 0
    for gas in range {
      var fixture = fixture(callee, gas: gas)
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
