extension DependencyGraph {
  /// The same reachability with fewer edges: an edge that a longer path implies is dropped.
  ///
  /// The result is the transitive reduction wherever effort allows: each transaction keeps the set of those
  /// among the nearest `window` before it that it can reach, as bits, so the work is
  /// `edges × window / 64` word operations and the space `count × window` bits. The window is all of the
  /// block unless that passes `effort` word operations or 2²⁴ words of space; then edges implied only through
  /// transactions farther back than the window stay. (An edge too many never changes a schedule's meaning.)
  public func reduced(effort: Int = 1 << 28) -> DependencyGraph {
    let words = max(
      1, min((count + 63) / 64, effort / max(edgeCount, 1), (1 << 24) / max(count, 1)))
    // Row t holds a bit for each u that t can reach, at place u modulo the window. Bits of transactions that
    // have left the window are shadowed by newer ones only after being cleared, see `clear` below.
    var reach = [UInt64](repeating: 0, count: count * words)
    var kept = CompactRows(reservingRows: count, values: edgeCount)
    let window = words * 64
    for t in 0..<count {
      let row = t * words
      let oldest = max(0, t - window)
      for position in predecessors.range(t).reversed() {
        let p = Int(predecessors.values[position])
        guard p >= oldest else {
          kept.append(Int32(truncatingIfNeeded: p))
          continue
        }
        let place = p % window
        if reach[row + place / 64] >> UInt64(place % 64) & 1 != 0 { continue }
        kept.append(Int32(truncatingIfNeeded: p))
        Self.merge(&reach, words: words, from: p, into: t, oldest: oldest)
        reach[row + place / 64] |= 1 << UInt64(place % 64)
      }
      kept.sortOpenRow()
      kept.endRow()
    }
    return DependencyGraph(predecessors: kept)
  }

  /// Adds what `p` reaches to what `t` reaches, but for what lies before `oldest`.
  ///
  /// Row `p` covers `p - window ..< p`; of these the places of `p - window ..< oldest` stand, in row `t`, for
  /// `p ..< t`, and must not be taken over.
  private static func merge(
    _ reach: inout [UInt64], words: Int, from p: Int, into t: Int, oldest: Int
  ) {
    let window = words * 64
    let (source, target) = (p * words, t * words)
    if t <= window {
      for word in 0...(p / 64) where word < words { reach[target + word] |= reach[source + word] }
      return
    }
    // The valid places are those of `oldest ..< p`, a cyclic range.
    let (low, high) = (oldest % window, p % window)
    for word in 0..<words {
      let bits = reach[source + word]
      if bits == 0 { continue }
      let first = word * 64
      let mask =
        low <= high
        ? below(high - first) & ~below(low - first)
        : below(high - first) | ~below(low - first)
      reach[target + word] |= bits & mask
    }
  }

  /// A word whose lowest `count` bits are set; none for a negative count.
  private static func below(_ count: Int) -> UInt64 {
    count <= 0 ? 0 : count >= 64 ? .max : (1 << UInt64(count)) - 1
  }
}
