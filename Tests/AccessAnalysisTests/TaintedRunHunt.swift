import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes

/// The hunt for unsound vouchers: random contracts on random states, every location that is not a condition changed
/// at will, and the EVM's own recorder as the judge.
enum TaintedRunHunt {
  static let forks: [Fork] = [
    .frontier, .homestead, .tangerineWhistle, .spuriousDragon, .byzantium, .constantinople, .istanbul,
    .berlin,
    .london, .shanghai, .cancun, .prague, .osaka,
  ]
  static let contracts = [Address(0x1000), Address(0x2000), Address(0x3000), Address(0x4000)]
  /// An account that lives, and one that does not.
  static let others = [Address(0x5000), Address(0x6000)]

  static func world(seed: UInt64) -> TaintedRunWorld {
    var random = SplitMix64(case: seed)
    let fork = random.chance(50) ? random.pick([.cancun, .osaka, .london]) : random.pick(forks)
    var data: Bytes = []
    for _ in 0..<3 { data += UInt256(random.below(6)).bigEndianBytes }
    var world = TaintedRunWorld(
      fork: fork, gasLimit: UInt64(25000 + random.below(random.pick([100_000, 300_000, 2_000_000]))),
      data: Bytes(data.prefix(random.pick([0, 36, 96, 96]))), value: random.chance(30) ? 5 : 0)
    let isGasHungry = random.chance(35)
    for (index, address) in contracts.enumerated() {
      var programs = TaintedRunRandomPrograms(
        random: SplitMix64(case: random.next()), fork: fork,
        addresses: contracts + others + [Address(4)])
      programs.mayCall = index < 3
      programs.isGasHungry = isGasHungry
      var slots: [UInt256: UInt256] = [:]
      for slot in 0..<4 where random.chance(60) { slots[UInt256(slot)] = UInt256(random.below(5)) }
      world.deploy(
        address, code: programs.program(statements: 2 + random.below(7)),
        balance: random.chance(60) ? UInt256(random.below(20)) : .zero, slots)
    }
    world.accounts[others[0]] = Account(balance: 3)
    return world
  }

  /// Changes what is not a condition.
  static func perturb(
    _ world: TaintedRunWorld, _ conditions: [Location], _ random: inout SplitMix64
  ) -> TaintedRunWorld {
    var other = world
    let fixed = Set(conditions)
    for address in contracts {
      for slot in 0..<8 where random.chance(60) && !fixed.contains(.storage(address, UInt256(slot))) {
        other.storage[address, default: [:]][UInt256(slot)] =
          random.chance(10) ? .max : UInt256(random.below(random.pick([2, 6, 70000])))
      }
      for key in world.storage[address, default: [:]].keys
      where random.chance(50) && !fixed.contains(.storage(address, key)) {
        other.storage[address, default: [:]][key] = random.chance(50) ? .zero : UInt256(random.below(5))
      }
      if random.chance(60), !fixed.contains(.balance(address)) {
        other.accounts[address]?.balance = random.chance(30) ? .zero : UInt256(random.below(50))
      }
      if random.chance(20), !fixed.contains(.nonce(address)) {
        other.accounts[address]?.nonce = UInt64(1 + random.below(5))
      }
      if random.chance(30), !fixed.contains(.code(address)) {
        other.codes[address] = TaintedRunAssembler.assemble { $0.sstore(7, 7) }
      }
    }
    // What lives stays alive; what is dead may come to life where that is no condition.
    if random.chance(50), !fixed.contains(.balance(others[0])) { other.accounts[others[0]]?.balance = 9 }
    if random.chance(50), !fixed.contains(.balance(others[1])), !fixed.contains(.liveness(others[1])) {
      other.accounts[others[1]] = Account(balance: 2)
    }
    if random.chance(30), !fixed.contains(.balance(TaintedRunWorld.sender)) {
      other.accounts[TaintedRunWorld.sender]?.balance = 900_000_000_000_000_000
    }
    return other
  }

  /// What came of one random world.
  struct Report {
    /// What is wrong, in words; empty where the prediction holds.
    var faults: [String] = []
    /// How many changed states were run.
    var runs = 0
    /// How many of them ended differently: whether the hunt has any bite.
    var differing = 0
    var conditions = 0
  }

  /// Predicts on one random world, and runs on it and on others that agree with it on the conditions.
  static func check(seed: UInt64, perturbations: Int) throws -> Report {
    try check(world(seed: seed), seed: seed, perturbations: perturbations)
  }

  static func check(_ world: TaintedRunWorld, seed: UInt64, perturbations: Int) throws -> Report {
    var report = Report()
    guard let actual = try world.execute() else { return report }
    let run = world.predict()
    let prediction = run.prediction
    if run.gasUsed != actual.gasUsed {
      report.faults.append("gas \(run.gasUsed.map(String.init) ?? "none"), not \(actual.gasUsed)")
    }
    guard prediction.trust.isVouchedFor else { return report }
    report.conditions = prediction.conditionalOn.count
    let missing = prediction.access.missing(from: actual.effects.accessSet)
    if !missing.isEmpty { report.faults.append("here: \(missing)") }
    let unread = Set(prediction.conditionalOn).subtracting(prediction.access.reads)
      .filter { location in
        let changes = prediction.access.adds + prediction.access.writes
        return location.field != .liveness || !changes.contains(.balance(location.address))
      }
    if !unread.isEmpty { report.faults.append("conditions that are not read: \(unread)") }
    var random = SplitMix64(case: seed ^ 0xFEED)
    for number in 0..<perturbations {
      let other = perturb(world, prediction.conditionalOn, &random)
      guard let result = try other.execute() else { continue }
      report.runs += 1
      if result.effects.accessSet != actual.effects.accessSet { report.differing += 1 }
      let missing = prediction.access.missing(from: result.effects.accessSet)
      if !missing.isEmpty {
        report.faults.append("\(world.fork), change \(number): \(missing), on \(prediction.conditionalOn)")
      }
    }
    return report
  }
}
