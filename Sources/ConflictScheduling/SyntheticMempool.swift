import EthereumTypes

/// Candidates for a block as a mempool holds them, made from a seed: for benchmarks and for trying options out.
///
/// A share of them swap on one of 200 pools, some pools far more popular than others; two in five send an ERC-20
/// token, whose credit is an add; the rest send ether. Senders number two thirds of the transactions, so some have
/// several. Everyone adds to the coinbase. Equal arguments give equal candidates, everywhere.
public struct SyntheticMempool: Sendable {
  /// How many transactions.
  public let count: Int
  /// The share of swaps, in percent.
  public let swapPercent: Int
  /// What the candidates are drawn from.
  public let seed: UInt64

  private static let pools = 200
  private static let tokens = 100

  /// Describes a mempool. Counts are taken from 0, the share from 0 to 60.
  public init(count: Int, swapPercent: Int, seed: UInt64) {
    self.count = max(count, 0)
    self.swapPercent = min(max(swapPercent, 0), 60)
    self.seed = seed
  }

  /// Makes the candidates. Costs and gas limits are gas; fees are up to 50 gwei for each gas.
  public func transactions() -> [ScheduledTransaction] {
    var random = SplitMix64(seed: seed)
    var nonces = [UInt64](repeating: 0, count: max(1, count * 2 / 3))
    return (0..<count).map { _ in
      let sender = random.below(nonces.count)
      defer { nonces[sender] += 1 }
      let account = Self.account(sender)
      var observed: [Location] = [.nonce(account), .balance(account)]
      var adds: [Location] = [.balance(Address(1))]
      var gas = 21_000
      let kind = random.below(100)
      if kind < swapPercent {
        let pool = random.skewed(Self.pools)
        let token = Address(UInt64(3_000_000 + pool % Self.tokens))
        for slot in 6..<10 { observed.append(.storage(Address(UInt64(2_000_000 + pool)), UInt256(slot))) }
        observed.append(.storage(token, UInt256(sender)))
        observed.append(.storage(token, UInt256(1_000_000_000 + pool)))
        gas = 90_000 + random.below(310_000)
      } else if kind < swapPercent + 40 {
        let token = Address(UInt64(3_000_000 + random.skewed(Self.tokens)))
        observed.append(.storage(token, UInt256(sender)))
        adds.append(.storage(token, UInt256(random.skewed(count))))
        gas = 35_000 + random.below(30_000)
      } else {
        adds.append(.balance(Self.account(random.skewed(count))))
      }
      return ScheduledTransaction(
        access: AccessSet(reads: observed, writes: observed, adds: adds), cost: gas, sender: account,
        nonce: nonces[sender], fee: UInt128(1 + random.below(50)) * 1_000_000_000 * UInt128(gas))
    }
  }

  private static func account(_ number: Int) -> Address { Address(UInt64(1000 + number)) }
}

extension SplitMix64 {
  /// A number from 0 up to, not including, `bound`, which must be positive.
  fileprivate mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// Such a number of which small ones are far likelier: the cube of an even draw.
  fileprivate mutating func skewed(_ bound: Int) -> Int {
    let draw = Double(next() >> 11) / Double(1 << 53 as UInt64)
    return min(Int(Double(bound) * draw * draw * draw), bound - 1)
  }
}
