extension DependencyGraph {
  /// The edges `(from, to)` of `required` that no path of this graph stands for, at most `limit` of them, by
  /// `to` inside chunks of `from`.
  ///
  /// `order` must be an order along which the edges of this graph run forward. Exact: for 4096 sources at a
  /// time, reachability as bits; `count / 4096 × edges × 64` word operations, `count × 64` words.
  package func missing(_ required: DependencyGraph, order: [Int32], limit: Int) -> [(from: Int32, to: Int32)]
  {
    let words = 64
    let chunk = words * 64
    var missing: [(from: Int32, to: Int32)] = []
    var reach = [UInt64](repeating: 0, count: count * words)
    for first in stride(from: 0, to: order.count, by: chunk) {
      if first > 0 { for word in reach.indices { reach[word] = 0 } }
      // The bit of each source of this chunk.
      var bitOf = [Int32](repeating: -1, count: count)
      for place in first..<min(first + chunk, order.count) {
        bitOf[Int(order[place])] = Int32(truncatingIfNeeded: place - first)
      }
      for place in first..<order.count {
        let t = Int(order[place])
        for edge in predecessors.range(t) {
          let p = Int(predecessors.values[edge])
          for word in 0..<words { reach[t * words + word] |= reach[p * words + word] }
          if bitOf[p] >= 0 { reach[t * words + Int(bitOf[p]) / 64] |= 1 << UInt64(bitOf[p] % 64) }
        }
        for from in required.predecessors[t] where bitOf[Int(from)] >= 0 {
          let bit = Int(bitOf[Int(from)])
          if reach[t * words + bit / 64] >> UInt64(bit % 64) & 1 == 0 {
            missing.append((from, order[place]))
            if missing.count >= limit { return missing }
          }
        }
      }
    }
    return missing
  }
}
