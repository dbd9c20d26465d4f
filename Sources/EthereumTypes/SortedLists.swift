/// Set operations on arrays that are sorted and free of duplicates: one pass over both, no hashing.
///
/// Access sets are small and made and compared by the thousand; for them sorted arrays beat hash tables.
extension Array where Element: Comparable {
  /// Sorts and removes duplicates. O(n log n), O(n) where sorted already.
  mutating func sortAndDeduplicate() {
    guard count > 1 else { return }
    var isStrict = true
    for index in 1..<count where !(self[index - 1] < self[index]) {
      isStrict = false
      break
    }
    if isStrict { return }
    sort()
    var kept = 1
    for index in 1..<count where self[index] != self[kept - 1] {
      if kept != index { self[kept] = self[index] }
      kept += 1
    }
    removeLast(count - kept)
  }

  /// Walks both lists in order. `body` gets each element once, and in which of them it stands.
  @inline(__always)
  func merge(_ other: [Element], _ body: (Element, _ inSelf: Bool, _ inOther: Bool) -> Void) {
    var i = 0
    var j = 0
    while i < count && j < other.count {
      if self[i] == other[j] {
        body(self[i], true, true)
        i += 1
        j += 1
      } else if self[i] < other[j] {
        body(self[i], true, false)
        i += 1
      } else {
        body(other[j], false, true)
        j += 1
      }
    }
    while i < count {
      body(self[i], true, false)
      i += 1
    }
    while j < other.count {
      body(other[j], false, true)
      j += 1
    }
  }

  /// What stands in either list.
  func sortedUnion(_ other: [Element]) -> [Element] {
    if other.isEmpty { return self }
    if isEmpty { return other }
    var result: [Element] = []
    result.reserveCapacity(count + other.count)
    merge(other) { element, _, _ in result.append(element) }
    return result
  }

  /// What stands in this list only.
  func sortedDifference(_ other: [Element]) -> [Element] {
    if isEmpty || other.isEmpty { return self }
    var result: [Element] = []
    merge(other) { element, inSelf, inOther in if inSelf && !inOther { result.append(element) } }
    return result
  }
}
