/// A priority queue of plain values, smallest first.
struct BinaryHeap<Element: Comparable> {
  private var elements: [Element] = []

  var isEmpty: Bool { elements.isEmpty }

  /// The smallest element, left in place.
  var first: Element? { elements.first }

  /// O(log n).
  mutating func push(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if elements[parent] <= element { break }
      elements[child] = elements[parent]
      child = parent
    }
    elements[child] = element
  }

  /// Takes out the smallest element. O(log n).
  mutating func pop() -> Element? {
    guard let last = elements.popLast() else { return nil }
    guard let smallest = elements.first else { return last }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      if child >= elements.count { break }
      if child + 1 < elements.count && elements[child + 1] < elements[child] { child += 1 }
      if last <= elements[child] { break }
      elements[parent] = elements[child]
      parent = child
    }
    elements[parent] = last
    return smallest
  }
}

/// A transaction under a sort key; the lower index wins a tie, so that every result is reproducible.
struct Keyed: Comparable {
  var key: Int
  var transaction: Int32

  static func < (a: Keyed, b: Keyed) -> Bool {
    a.key != b.key ? a.key < b.key : a.transaction < b.transaction
  }
}
