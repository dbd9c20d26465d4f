import EthereumTypes

extension Schedule {
  /// Everything that is wrong with this schedule for these transactions, at most `limit` findings; empty for a
  /// schedule that is right.
  ///
  /// Right means: it schedules these transactions at these costs; each transaction waits, directly or through
  /// others, for every one whose value it reads, and stands in a later wave; and for a free schedule, that no
  /// two transactions of a wave conflict in any way, that waves are contiguous in the order, that nonces of one
  /// sender ascend without gaps made by leaving out, and that the block's limits hold.
  public func violations(
    against transactions: [ScheduledTransaction], blockLimits: BlockLimits = .none, limit: Int = 100
  ) -> [ScheduleViolation] {
    guard transactions.count == count else {
      return [.transactionCount(expected: transactions.count, found: count)]
    }
    var found: [ScheduleViolation] = []
    for (index, transaction) in transactions.enumerated() where transaction.cost != costs[index] {
      found.append(.cost(Int32(truncatingIfNeeded: index), expected: transaction.cost, found: costs[index]))
    }
    let ordered = order.map { transactions[Int($0)] }
    // Exact where that is affordable: see `DependencyGraph` on its edge budget.
    let required = DependencyGraph(
      AccessIndex(ordered), edgeBudget: ordered.count <= 20_000 ? .max : nil
    ).renamed(order, count: count)
    for (from, to) in graph.missing(required, order: order, limit: limit) {
      found.append(.missingDependency(to, on: from, at: transactions.contested(from, to)))
    }
    for transaction in order {
      for from in required.predecessors[Int(transaction)]
      where waveOf[Int(from)] >= waveOf[Int(transaction)] {
        found.append(.waveOrder(transaction, on: from, at: transactions.contested(from, transaction)))
      }
      if found.count >= limit { break }
    }
    if kind == .free {
      found += waveConflicts(transactions)
      found += orderViolations(transactions)
    }
    found += limitViolations(transactions, blockLimits)
    return Array(found.prefix(max(limit, 0)))
  }

  /// Conflicts inside waves: one finding for each transaction and the first it conflicts with. Linear.
  private func waveConflicts(_ transactions: [ScheduledTransaction]) -> [ScheduleViolation] {
    /// Who touched a location in the present wave, by kind of touch; -1 for nobody.
    struct Touch {
      var wave: Int32 = -1
      var reader: Int32 = -1
      var writer: Int32 = -1
      var adder: Int32 = -1
    }
    let index = AccessIndex(transactions)
    var touches = [Touch](repeating: Touch(), count: index.locationCount)
    var found: [ScheduleViolation] = []
    for wave in 0..<waves.count {
      let members = waves[wave]
      if members.count > 1, let unknown = members.first(where: { index.isUnknown[Int($0)] }) {
        let other = members.first { $0 != unknown } ?? unknown
        found.append(.waveConflict(wave: wave, min(unknown, other), max(unknown, other), at: nil))
      }
      for transaction in members {
        var conflict: (other: Int32, location: Int)?
        for access in index.accesses[Int(transaction)] {
          let location = Int(access >> 2)
          var touch = touches[location]
          if Int(touch.wave) != wave { touch = Touch(wave: Int32(truncatingIfNeeded: wave)) }
          let others =
            switch AccessIndex.Kind(rawValue: access & 3) {
            case .read: max(touch.writer, touch.adder)
            case .add: max(touch.writer, touch.reader)
            default: max(touch.writer, touch.reader, touch.adder)
            }
          if others >= 0 && conflict == nil { conflict = (others, location) }
          if access & 3 == 0 { touch.adder = transaction }
          if access & 1 != 0 { touch.reader = transaction }
          if access & 2 != 0 { touch.writer = transaction }
          touches[location] = touch
        }
        if let conflict {
          found.append(
            .waveConflict(
              wave: wave, min(conflict.other, transaction), max(conflict.other, transaction),
              at: index.location(conflict.location)))
        }
      }
    }
    return found
  }

  /// What is wrong with the order of a free schedule: torn waves and nonces.
  private func orderViolations(_ transactions: [ScheduledTransaction]) -> [ScheduleViolation] {
    var found: [ScheduleViolation] = []
    var wave: Int32 = 0
    var position = [Int](repeating: Int.max, count: count)
    for (place, transaction) in order.enumerated() {
      position[Int(transaction)] = place
      if waveOf[Int(transaction)] < wave { found.append(.waveNotContiguous(transaction)) }
      wave = max(wave, waveOf[Int(transaction)])
    }
    for chain in transactions.senderChains() {
      for (earlier, later) in zip(chain, chain.dropFirst())
      where position[Int(later)] != .max && position[Int(earlier)] > position[Int(later)] {
        found.append(.nonceOrder(later, needs: earlier))
      }
    }
    return found
  }

  private func limitViolations(
    _ transactions: [ScheduledTransaction], _ limits: BlockLimits
  ) -> [ScheduleViolation] {
    var found: [ScheduleViolation] = []
    var sum: UInt64 = 0
    for transaction in order {
      let gas = transactions[Int(transaction)].gasLimit
      let (next, overflow) = sum.addingReportingOverflow(gas)
      sum = overflow ? .max : next
      if let cap = limits.transactionGas, gas > cap {
        found.append(.transactionGas(transaction, limit: cap, found: gas))
      }
    }
    if let limit = limits.gas, sum > limit { found.append(.blockGas(limit: limit, found: sum)) }
    return found
  }
}

extension ScheduleDocument {
  /// Everything that is wrong with this document for these transactions, at most `limit` findings: what
  /// `Schedule.violations` finds, and hashes and figures that are not what they should be.
  ///
  /// - Throws: `ScheduleFormatError` where the document is no schedule at all.
  public func violations(
    against transactions: [ScheduledTransaction], blockLimits: BlockLimits = .none, limit: Int = 100
  ) throws(ScheduleFormatError) -> [ScheduleViolation] {
    let schedule = try schedule()
    var found = schedule.violations(against: transactions, blockLimits: blockLimits, limit: limit)
    if let hashes = transactionHashes, transactions.count == hashes.count {
      for (index, (transaction, hash)) in zip(transactions, hashes).enumerated() {
        if let expected = transaction.hash, hash != expected {
          found.append(.transactionHash(Int32(truncatingIfNeeded: index), expected: expected, found: hash))
        }
      }
    }
    func compare(_ name: String, _ expected: Int, _ stated: Int) {
      if expected != stated { found.append(.figure(name, expected: expected, found: stated)) }
    }
    compare("bounds.criticalPath", schedule.bounds.criticalPath, bounds.criticalPath)
    compare("bounds.total", schedule.bounds.total, bounds.total)
    compare("bounds.largest", schedule.bounds.largest, bounds.largest)
    for (index, (expected, stated)) in zip(schedule.priorities, priorities).enumerated() {
      compare("priorities[\(index)]", expected, stated)
    }
    let simulator = Simulator(schedule)
    for (index, stated) in makespans.prefix(64).enumerated() {
      compare(
        "makespans[\(index)].barrierFree", simulator.makespan(workers: stated.workers), stated.barrierFree)
      compare(
        "makespans[\(index)].barriers", simulator.makespanWithBarriers(workers: stated.workers),
        stated.barriers)
    }
    return Array(found.prefix(max(limit, 0)))
  }
}

extension Array where Element == ScheduledTransaction {
  /// A location that the later of two transactions, in serial order, reads and the earlier changes; nil where
  /// either is unknown.
  func contested(_ earlier: Int32, _ later: Int32) -> Location? {
    guard let a = self[Int(earlier)].access, let b = self[Int(later)].access else { return nil }
    let changed = Set(a.writes).union(a.adds)
    return b.reads.first { changed.contains($0) }
  }

  /// The transactions of each sender that has several, by nonce; without nonces, or between equal ones, in the
  /// order of the list.
  func senderChains() -> [[Int32]] {
    var chains: [Address: [Int32]] = [:]
    for (index, transaction) in enumerated() {
      if let sender = transaction.sender {
        chains[sender, default: []].append(Int32(truncatingIfNeeded: index))
      }
    }
    return chains.values.filter { $0.count > 1 }
      .map { chain in
        chain.sorted { a, b in
          let (x, y) = (self[Int(a)].nonce ?? 0, self[Int(b)].nonce ?? 0)
          return x != y ? x < y : a < b
        }
      }
      .sorted { $0[0] < $1[0] }
  }
}
