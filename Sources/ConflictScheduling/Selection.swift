/// Chooses which candidates a block takes, and keeps each sender's nonces without gaps.
struct Selection {
  private let transactions: [ScheduledTransaction]
  private let limits: BlockLimits
  /// Runs of one sender's transactions that are worth taking together, and lone transactions.
  private struct Package {
    var members: ArraySlice<Int32>
    var density: Double
    var sender: Int
  }

  init(_ transactions: [ScheduledTransaction], limits: BlockLimits) {
    self.transactions = transactions
    self.limits = limits
  }

  /// Those that fit, taken in the order of the list; ascending.
  func inListOrder() -> [Int32] {
    var predecessor = [Int32](repeating: -1, count: transactions.count)
    for chain in transactions.senderChains() {
      for (earlier, later) in zip(chain, chain.dropFirst()) { predecessor[Int(later)] = earlier }
    }
    // A transaction listed before one it needs is looked at again once that one is in.
    var chosen = [Bool](repeating: false, count: transactions.count)
    var successor = [Int32](repeating: -1, count: transactions.count)
    for (later, earlier) in predecessor.enumerated() where earlier >= 0 {
      successor[Int(earlier)] = Int32(truncatingIfNeeded: later)
    }
    var room = limits.gas ?? .max
    for first in transactions.indices {
      var next = Int32(truncatingIfNeeded: first)
      while next >= 0, Int(next) <= first, !chosen[Int(next)],
        predecessor[Int(next)] < 0 || chosen[Int(predecessor[Int(next)])], take(next, &room)
      {
        chosen[Int(next)] = true
        next = successor[Int(next)]
      }
    }
    return transactions.indices.filter { chosen[$0] }.map { Int32(truncatingIfNeeded: $0) }
  }

  /// Those with the highest fees per gas, ascending by index.
  ///
  /// Each sender's chain is cut into packages of falling density (so that a well-paid transaction pulls in the
  /// ill-paid ones it needs), and packages are taken greedily, the last one as far as it fits. Were packages
  /// divisible this would be the optimum. O(n log n).
  func byFees() -> [Int32] {
    var packages: [Package] = []
    let chains = transactions.senderChains()
    var isChained = [Bool](repeating: false, count: transactions.count)
    for (sender, chain) in chains.enumerated() {
      for transaction in chain { isChained[Int(transaction)] = true }
      packages += cut(chain, sender: sender)
    }
    for index in transactions.indices where !isChained[index] {
      packages += cut([Int32(truncatingIfNeeded: index)], sender: chains.count + index)
    }
    // Stable: a sender's packages have falling densities, so equal ones must stay in order.
    let order = packages.indices.sorted {
      packages[$0].density != packages[$1].density ? packages[$0].density > packages[$1].density : $0 < $1
    }
    var room = limits.gas ?? .max
    var closed = Set<Int>()
    var chosen: [Int32] = []
    for index in order {
      let package = packages[index]
      if closed.contains(package.sender) { continue }
      for member in package.members {
        guard take(member, &room) else {
          closed.insert(package.sender)
          break
        }
        chosen.append(member)
      }
    }
    return chosen.sorted()
  }

  /// Pools neighbours until densities fall along the chain.
  private func cut(_ chain: [Int32], sender: Int) -> [Package] {
    struct Run {
      var start: Int
      var fee: Double
      var gas: Double
    }
    var runs: [Run] = []
    for (start, transaction) in chain.enumerated() {
      let one = transactions[Int(transaction)]
      var run = Run(start: start, fee: Double(one.fee), gas: Double(max(one.gasLimit, 1)))
      while let last = runs.last, last.fee * run.gas <= run.fee * last.gas {
        run = Run(start: last.start, fee: last.fee + run.fee, gas: last.gas + run.gas)
        runs.removeLast()
      }
      runs.append(run)
    }
    return runs.indices.map { index in
      let end = index + 1 < runs.count ? runs[index + 1].start : chain.count
      return Package(
        members: chain[runs[index].start..<end], density: runs[index].fee / runs[index].gas, sender: sender)
    }
  }

  /// Takes a transaction's gas from the room there is, if it may be in a block at all and fits.
  private func take(_ transaction: Int32, _ room: inout UInt64) -> Bool {
    let gas = transactions[Int(transaction)].gasLimit
    guard gas <= room, gas <= limits.transactionGas ?? .max else { return false }
    room -= gas
    return true
  }
}
