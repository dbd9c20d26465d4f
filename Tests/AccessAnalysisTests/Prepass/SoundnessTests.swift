import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

/// Writes random contracts: branches, loops, mappings, calls of every kind whose failure is passed on, ignored or
/// branched on, values, and keys and conditions that come from call data, state and return data alike.
struct ProgramGenerator {
  var random: SplitMix64
  let targets: [Address]
  private var labels = 0
  private var depth = 0

  init(seed: UInt64, targets: [Address]) {
    random = SplitMix64(seed: seed)
    self.targets = targets
  }

  private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

  private mutating func label() -> String {
    labels += 1
    return "l\(labels)"
  }

  /// Leaves one word.
  mutating func expression() -> String {
    depth += 1
    defer { depth -= 1 }
    switch pick(depth > 3 ? 5 : 17) {
    case 0: return "PUSH \(pick(6))"
    case 1, 2: return "PUSH \(32 * pick(3)) CALLDATALOAD"
    case 3: return ["CALLER", "CALLVALUE", "TIMESTAMP", "RETURNDATASIZE", "NUMBER"][pick(5)]
    case 4: return "PUSH \(32 * pick(4)) MLOAD"
    case 5, 6, 7: return "\(key()) SLOAD"
    case 8: return "PUSH 0xff \(expression()) AND"
    case 9: return "\(expression()) \(expression()) ADD"
    case 10:
      let op = ["SUB", "MUL", "LT", "EQ", "OR", "XOR", "SHR", "EXP"][pick(8)]
      return "\(expression()) \(expression()) \(op)"
    case 11: return "\(expression()) ISZERO"
    case 12: return "\(expression()) PUSH 0 MSTORE PUSH 64 PUSH 0 KECCAK256"
    case 13: return "SELFBALANCE"
    case 14:
      return "PUSH \(targets[pick(targets.count)]) \(["BALANCE", "EXTCODESIZE", "EXTCODEHASH"][pick(3)])"
    case 15: return "\(key()) TLOAD"
    default: return "PUSH 3 \(expression()) AND"
    }
  }

  /// Leaves a storage key, often the same ones.
  mutating func key() -> String {
    switch pick(4) {
    case 0, 1: return "PUSH \(pick(4))"
    case 2: return "PUSH 3 \(expression()) AND"
    default: return "PUSH 1 \(expression()) AND PUSH 0 MSTORE PUSH 32 PUSH 0 KECCAK256"
    }
  }

  mutating func statement() -> String {
    depth += 1
    defer { depth -= 1 }
    switch pick(depth > 3 ? 5 : 16) {
    case 4 where depth > 3, 12, 13, 14: return increment()
    case 0, 1: return "\(expression()) \(key()) SSTORE"
    case 2: return "\(expression()) PUSH \(32 * pick(4)) MSTORE"
    case 3: return "\(expression()) POP"
    case 4, 5:
      let (otherwise, end) = (label(), label())
      return """
        \(expression()) PUSH @\(otherwise) JUMPI \(block()) PUSH @\(end) JUMP \(otherwise): \(block()) \(end):
        """
    case 6:
      let ok = label()
      return "\(expression()) PUSH @\(ok) JUMPI PUSH 0 PUSH 0 REVERT \(ok):"
    case 7:
      let (loop, end) = (label(), label())
      return """
        PUSH \(1 + pick(3)) \(loop): DUP1 ISZERO PUSH @\(end) JUMPI \(block()) PUSH 1 SWAP1 SUB PUSH @\(loop) JUMP
        \(end): POP
        """
    case 8: return "\(expression()) \(key()) TSTORE"
    default: return call()
    }
  }

  /// Adds to a slot, or takes from it, checked in one of the usual ways or not at all.
  private mutating func increment() -> String {
    let ok = label()
    let amount = ["PUSH \(pick(4))", "PUSH 32 CALLDATALOAD", "CALLVALUE", expression()][pick(4)]
    let fails = "PUSH @\(ok) JUMPI PUSH 0 PUSH 0 REVERT \(ok):"
    // The slot on top, the amount below.
    let operands = "\(amount) PUSH \(pick(4))"
    switch pick(6) {
    case 0: return "\(operands) DUP1 SLOAD DUP3 ADD SWAP1 SSTORE POP"
    case 1: return "\(operands) DUP1 SLOAD DUP3 DUP2 LT ISZERO \(fails) DUP3 SWAP1 SUB SWAP1 SSTORE POP"
    case 2:
      return "\(operands) DUP1 SLOAD DUP1 DUP4 ADD DUP2 DUP2 LT ISZERO \(fails) SWAP1 POP SWAP1 SSTORE POP"
    case 3:
      return
        "\(operands) DUP1 SLOAD DUP1 DUP4 SWAP1 SUB DUP2 DUP2 GT ISZERO \(fails) SWAP1 POP SWAP1 SSTORE POP"
    case 4:
      return "\(operands) DUP1 SLOAD DUP3 PUSH 0 NOT SUB DUP2 GT ISZERO \(fails) DUP3 ADD SWAP1 SSTORE POP"
    default:
      return """
        \(operands) DUP1 SLOAD PUSH 0xff AND DUP3 ADD DUP1 PUSH 8 SHR ISZERO \(fails) SWAP1 SSTORE
        PUSH 0 MSTORE PUSH \(32 * pick(3)) PUSH 0 LOG0
        """
    }
  }

  private mutating func call() -> String {
    let op = ["CALL", "CALL", "DELEGATECALL", "STATICCALL", "CALLCODE"][pick(5)]
    let hasValue = op == "CALL" || op == "CALLCODE"
    let value = hasValue ? (pick(3) == 0 ? "PUSH 1 \(expression()) AND" : "PUSH 0") : ""
    let isPrecompile = pick(6) == 0
    let target =
      isPrecompile
      ? "PUSH \(1 + pick(10))"
      : pick(6) == 0 ? "\(expression())" : "PUSH \(targets[pick(targets.count)])"
    let gas =
      switch pick(10) {
      case 0: "PUSH \(30_000 * pick(4))"
      case 1: "PUSH 10000 \(key()) SLOAD MUL"
      default: "GAS"
      }
    let size = 32 * pick(isPrecompile ? 7 : 3)
    let instruction = "PUSH 32 PUSH 32 PUSH \(size) PUSH 0 \(value) \(target) \(gas) \(op)"
    switch pick(4) {
    case 0: return "\(instruction) POP"
    case 1:
      let (ok, end) = (label(), label())
      return "\(instruction) PUSH @\(ok) JUMPI \(block()) PUSH @\(end) JUMP \(ok): \(block()) \(end):"
    default:
      let ok = label()
      return "\(instruction) PUSH @\(ok) JUMPI PUSH 0 PUSH 0 REVERT \(ok):"
    }
  }

  mutating func block() -> String {
    (0..<(1 + pick(2))).map { _ in statement() }.joined(separator: " ")
  }

  mutating func program() -> String {
    let body = (0..<(2 + pick(4))).map { _ in statement() }.joined(separator: " ")
    return body
      + [" STOP", " PUSH 32 PUSH 0 RETURN", " \(expression()) PUSH 0 MSTORE PUSH 64 PUSH 0 RETURN"][pick(3)]
  }
}

@Suite("Soundness against the EVM")
struct SoundnessTests {
  static let contracts = [contract, other, third]
  /// An account without code that contracts call, look at and pay.
  static let bystander = Address(0xE0A)

  /// How many random scenes are tried.
  static var seeds: Int {
    #if DEBUG
      400
    #else
      5000
    #endif
  }

  /// One random scene: contracts, state, transaction.
  static func scene(_ seed: Int) -> (fixture: Fixture, random: SplitMix64) {
    var random = SplitMix64(seed: UInt64(seed) &* 0x2545_F491 &+ 17)
    var fixture = Fixture("", fork: [.cancun, .prague, .osaka].randomElement(using: &random) ?? .prague)
    for (index, address) in contracts.enumerated() {
      var generator = ProgramGenerator(
        seed: random.next(),
        targets: index == 2 ? [bystander] : Array(contracts[(index + 1)...]) + [bystander])
      fixture.codes[address] = assemble(generator.program())
      fixture.storage[address] = [:]
      for slot in 0..<4 {
        fixture.storage[address]?[UInt256(slot)] = UInt256(Int.random(in: 0...3, using: &random))
      }
      fixture.balances[address] = UInt256(Int.random(in: 0...3, using: &random))
    }
    if Bool.random(using: &random) { fixture.balances[Self.bystander] = 1 }
    fixture.data = (0..<3).flatMap { _ in word(UInt256(Int.random(in: 0...4, using: &random))) }
    fixture.value = UInt256(Int.random(in: 0...2, using: &random))
    return (fixture, random)
  }

  /// Changes the state at random, but so that the conditions of a prediction hold as they did.
  static func change(_ fixture: inout Fixture, within prediction: Prediction, _ random: inout SplitMix64) {
    func value(_ location: Location, _ now: UInt256, _ most: Int) -> UInt256 {
      guard Bool.random(using: &random) else { return now }
      let any = UInt256(Int.random(in: 0...most, using: &random))
      guard let condition = prediction.conditions.first(where: { $0.location == location }) else {
        return any
      }
      // Balances of more than all wei there are would be another test.
      let high = location.field == .balance ? min(condition.high, 1000) : condition.high
      return [any, condition.low, high, now].filter(condition.admits).randomElement(using: &random) ?? now
    }
    for address in contracts {
      for slot in 0..<4 {
        let slot = UInt256(slot)
        let now = fixture.storage[address]?[slot] ?? .zero
        fixture.storage[address]?[slot] = value(.storage(address, slot), now, 5)
      }
      fixture.balances[address] = value(.balance(address), fixture.balances[address] ?? .zero, 4)
    }
    // What is alive stays so.
    if !prediction.conditionalOn.contains(where: { $0.address == bystander }), Bool.random(using: &random) {
      fixture.balances[bystander] = 1
    }
  }

  @Test(
    "Random contracts: whatever else changes in the state, a vouched-for prediction covers",
    arguments: 0..<SoundnessTests.seeds)
  func randomContracts(_ seed: Int) throws {
    var (fixture, random) = Self.scene(seed)
    let report = fixture.bound()
    let prediction = report.prediction
    guard prediction.trust.isVouchedFor else { return }
    let conditions = Set(prediction.conditionalOn.filter { $0.field != .liveness })
    for round in 0..<6 {
      let access = try fixture.actual().effects.accessSet
      let missing = prediction.access.missing(from: access)
      #expect(missing.isEmpty, "seed \(seed) round \(round)")
      if round == 0 { #expect(conditions.isSubset(of: prediction.access.reads)) }
      Self.change(&fixture, within: prediction, &random)
    }
  }

  @Test(
    "Random contracts: what is predicted along paths seen before covers, whatever the inputs and the state are now",
    arguments: 0..<SoundnessTests.seeds)
  func knownPaths(_ seed: Int) throws {
    var (fixture, random) = Self.scene(seed)
    let analyzer = AccessAnalyzer()
    for round in 0..<8 {
      let prediction = fixture.bound(analyzer).prediction
      if prediction.trust.isVouchedFor {
        let access = try fixture.actual().effects.accessSet
        #expect(prediction.access.missing(from: access).isEmpty, "seed \(seed) round \(round)")
        let conditions = prediction.conditionalOn.filter { $0.field != .liveness }
        #expect(Set(conditions).isSubset(of: prediction.access.reads))
        if round > 0 {
          // The conditions alone must keep it true.
          var other = fixture
          Self.change(&other, within: prediction, &random)
          let access = try other.actual().effects.accessSet
          #expect(prediction.access.missing(from: access).isEmpty, "seed \(seed) round \(round), changed")
        }
      }
      for address in Self.contracts {
        for slot in 0..<4 where Int.random(in: 0..<3, using: &random) == 0 {
          fixture.storage[address]?[UInt256(slot)] = UInt256(Int.random(in: 0...3, using: &random))
        }
        if Bool.random(using: &random) {
          fixture.balances[address] = UInt256(Int.random(in: 0...3, using: &random))
        }
      }
      fixture.balances[Self.bystander] = Bool.random(using: &random) ? 1 : nil
      if Bool.random(using: &random) {
        fixture.data = (0..<3).flatMap { _ in word(UInt256(Int.random(in: 0...4, using: &random))) }
        fixture.value = UInt256(Int.random(in: 0...2, using: &random))
      }
      fixture.gasLimit = UInt64(
        [3_000_000, 300_000, 120_000, 60_000].randomElement(using: &random) ?? 60_000)
    }
  }

  @Test("Most random contracts are vouched for")
  func coverage() {
    let vouched = (0..<200).count { Self.scene($0).fixture.bound().prediction.trust.isVouchedFor }
    #expect(vouched > 120)
  }

  @Test("The same contract bound by many threads gives the same predictions")
  func threads() async {
    let (fixture, _) = Self.scene(3)
    let analyzer = AccessAnalyzer()
    let expected = fixture.bound().prediction
    await withTaskGroup(of: Prediction.self) { group in
      for _ in 0..<16 { group.addTask { fixture.bound(analyzer).prediction } }
      for await prediction in group { #expect(prediction == expected) }
    }
  }
}
