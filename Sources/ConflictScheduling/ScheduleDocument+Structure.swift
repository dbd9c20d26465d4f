extension ScheduleDocument {
  /// The schedule that the document describes, safe to execute: every index is in range, there are no cycles,
  /// waves hold each scheduled transaction once and respect the dependencies. Priorities and critical path are
  /// computed, not believed. Linear in the size of the document.
  ///
  /// - Throws: `ScheduleFormatError` naming the first field that contradicts another.
  public func schedule() throws(ScheduleFormatError) -> Schedule {
    try checkCounts()
    let position = try positions()
    let waveOf = try wavesByTransaction(position)
    var rows = CompactRows()
    for (transaction, row) in dependencies.enumerated() {
      var last: Int32 = -1
      for (place, dependency) in row.enumerated() {
        let field = "dependencies[\(transaction)][\(place)]"
        guard dependency > last, Int(dependency) < costs.count else {
          throw ScheduleFormatError(
            field: field, expected: "ascending transactions below \(costs.count)", found: "\(dependency)")
        }
        guard position[Int(dependency)] >= 0, position[Int(dependency)] < position[transaction] else {
          throw ScheduleFormatError(
            field: field, expected: "a transaction that `order` puts before \(transaction)",
            found: "\(dependency)")
        }
        guard waveOf[Int(dependency)] < waveOf[transaction] else {
          throw ScheduleFormatError(
            field: field, expected: "a transaction of a wave before wave \(waveOf[transaction])",
            found: "\(dependency) of wave \(waveOf[Int(dependency)])")
        }
        last = dependency
        rows.append(dependency)
      }
      rows.endRow()
    }
    return Schedule(
      kind: kind, order: order, waveOf: waveOf, graph: DependencyGraph(predecessors: rows), costs: costs,
      anyOrder: kind == .free ? (bounds.clique, bounds.hotSpot) : nil)
  }

  private func checkCounts() throws(ScheduleFormatError) {
    let count = costs.count
    guard count <= Self.transactionLimit else {
      throw ScheduleFormatError(
        field: "costs", expected: "at most \(Self.transactionLimit) entries", found: "\(count)")
    }
    for (transaction, cost) in costs.enumerated()
    where !(0...ScheduledTransaction.costLimit).contains(cost) {
      throw ScheduleFormatError(
        field: "costs[\(transaction)]", expected: "0 to \(ScheduledTransaction.costLimit)",
        found: "\(cost)")
    }
    for (field, found) in [
      ("dependencies", dependencies.count), ("priorities", priorities.count),
      ("transactionHashes", transactionHashes?.count ?? count),
    ] where found != count {
      throw ScheduleFormatError(
        field: field, expected: "\(count) entries, as in `costs`", found: "\(found)")
    }
    guard kind == .free || order.count == count else {
      throw ScheduleFormatError(
        field: "order", expected: "all \(count) transactions of an ordered schedule",
        found: "\(order.count)")
    }
    for (field, stated) in [("clique", bounds.clique), ("hotSpot", bounds.hotSpot)]
    where !(0...ScheduledTransaction.costLimit * count).contains(stated) {
      throw ScheduleFormatError(
        field: "bounds.\(field)", expected: "at most the sum of the costs", found: "\(stated)")
    }
  }

  /// The place of each transaction in `order`, or -1.
  private func positions() throws(ScheduleFormatError) -> [Int32] {
    var position = [Int32](repeating: -1, count: costs.count)
    for (place, transaction) in order.enumerated() {
      guard position.indices.contains(Int(transaction)), position[Int(transaction)] < 0 else {
        throw ScheduleFormatError(
          field: "order[\(place)]", expected: "each transaction below \(costs.count) at most once",
          found: "\(transaction)")
      }
      guard kind == .free || Int(transaction) == place else {
        throw ScheduleFormatError(
          field: "order[\(place)]", expected: "\(place), as block order is law", found: "\(transaction)")
      }
      position[Int(transaction)] = Int32(truncatingIfNeeded: place)
    }
    return position
  }

  /// The wave of each transaction, or -1.
  private func wavesByTransaction(_ position: [Int32]) throws(ScheduleFormatError) -> [Int32] {
    var waveOf = [Int32](repeating: -1, count: costs.count)
    var placed = 0
    for (wave, members) in waves.enumerated() {
      guard !members.isEmpty else {
        throw ScheduleFormatError(field: "waves[\(wave)]", expected: "a transaction", found: "none")
      }
      var last: Int32 = -1
      for (place, transaction) in members.enumerated() {
        guard position.indices.contains(Int(transaction)), position[Int(transaction)] > last,
          waveOf[Int(transaction)] < 0
        else {
          throw ScheduleFormatError(
            field: "waves[\(wave)][\(place)]",
            expected: "each transaction of `order` once, in that order", found: "\(transaction)")
        }
        last = position[Int(transaction)]
        waveOf[Int(transaction)] = Int32(truncatingIfNeeded: wave)
        placed += 1
      }
    }
    guard placed == order.count else {
      throw ScheduleFormatError(
        field: "waves", expected: "all \(order.count) transactions of `order`", found: "\(placed)")
    }
    return waveOf
  }
}
