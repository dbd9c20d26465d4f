import EthereumTypes

@testable import ConflictScheduling

extension SplitMix64 {
  /// The generator of a numbered case.
  init(_ number: Int) { self.init(seed: UInt64(number) &* 0x2545_F491_4F6C_DD1D &+ 1) }
}

/// A location named by a number.
func location(_ number: Int) -> Location {
  number % 3 == 0
    ? Location.balance(Address(UInt64(number)))
    : Location.storage(Address(UInt64(number % 7)), UInt256(UInt64(number)))
}

/// A transaction that touches numbered locations.
func transaction(
  reads: [Int] = [], writes: [Int] = [], adds: [Int] = [], cost: Int = 1, sender: UInt64? = nil,
  nonce: UInt64? = nil, fee: UInt128 = 0, gasLimit: UInt64? = nil
) -> ScheduledTransaction {
  ScheduledTransaction(
    access: AccessSet(reads: reads.map(location), writes: writes.map(location), adds: adds.map(location)),
    cost: cost, sender: sender.map { Address($0) }, nonce: nonce, fee: fee, gasLimit: gasLimit)
}

/// Random transactions over few locations, some of them unknown.
func randomTransactions(
  _ count: Int, locations: Int, accesses: Int = 3, unknownPercent: Int = 0, senders: Int = 0,
  maximumCost: Int = 20, seed: Int
) -> [ScheduledTransaction] {
  var generator = SplitMix64(seed)
  var nonces: [UInt64: UInt64] = [:]
  return (0..<count).map { _ in
    var sets: [[Int]] = [[], [], []]
    for _ in 0..<Int.random(in: 0...accesses, using: &generator) {
      sets[Int.random(in: 0..<3, using: &generator)].append(Int.random(in: 0..<locations, using: &generator))
    }
    let sender = senders == 0 ? nil : UInt64.random(in: 0..<UInt64(senders), using: &generator)
    let nonce = sender.map { nonces[$0, default: 0] }
    if let sender { nonces[sender, default: 0] += 1 }
    var result = transaction(
      reads: sets[0], writes: sets[1], adds: sets[2],
      cost: Int.random(in: 0...maximumCost, using: &generator), sender: sender, nonce: nonce,
      fee: UInt128(UInt64.random(in: 0...1000, using: &generator)))
    if Int.random(in: 0..<100, using: &generator) < unknownPercent { result.access = nil }
    return result
  }
}

/// The dependencies by definition, pair by pair: slow and obvious.
func dependenciesByDefinition(_ transactions: [ScheduledTransaction]) -> [Set<Int>] {
  transactions.indices.map { later in
    guard let reader = transactions[later].access else { return Set(0..<later) }
    var result = Set((0..<later).filter { transactions[$0].access == nil })
    for location in reader.reads {
      for earlier in (0..<later).reversed() {
        guard let source = transactions[earlier].access else { break }
        if source.adds.contains(location) { result.insert(earlier) }
        if source.writes.contains(location) {
          result.insert(earlier)
          break
        }
      }
    }
    return result
  }
}

/// All that each transaction waits for, directly or through others.
func closure(_ direct: [Set<Int>], order: [Int]? = nil) -> [Set<Int>] {
  var result = direct
  for node in order ?? Array(direct.indices) {
    for predecessor in direct[node] { result[node].formUnion(result[predecessor]) }
  }
  return result
}

extension DependencyGraph {
  /// The predecessors as sets.
  var asSets: [Set<Int>] { (0..<count).map { Set(predecessors[$0].map(Int.init)) } }
}

/// Whether two transactions conflict when their order is free: at a location that both touch, unless both read
/// it or both add to it.
func conflictByDefinition(_ a: ScheduledTransaction, _ b: ScheduledTransaction) -> Bool {
  guard let a = a.access, let b = b.access else { return true }
  func clash(_ a: AccessSet, _ b: AccessSet) -> Bool {
    !Set(a.writes).isDisjoint(with: b.reads + b.writes + b.adds) || !Set(a.adds).isDisjoint(with: b.reads)
  }
  return clash(a, b) || clash(b, a)
}
