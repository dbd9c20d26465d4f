/// Versions of many locations in one array, each location's linked in block order. Freed places are used again, so a
/// block whose transactions become final about as fast as they run needs few.
struct VersionPool<Change: BitwiseCopyable & Sendable>: Sendable {
  struct Node: BitwiseCopyable {
    var index: Int32
    var previous: Int32
    var next: Int32
    var change: Change
  }

  private(set) var nodes: [Node] = []
  private var free: Int32 = -1

  /// The nodes of one location; −1 for none.
  struct List: BitwiseCopyable, Sendable {
    fileprivate(set) var first: Int32 = -1
    fileprivate(set) var last: Int32 = -1
    var isEmpty: Bool { first < 0 }
  }

  /// The last version before transaction `index`, or −1. Versions from `index` on are few: those that ran ahead.
  func last(of list: List, before index: Int) -> Int32 {
    var node = list.last
    while node >= 0, nodes[Int(node)].index >= index { node = nodes[Int(node)].previous }
    return node
  }

  /// Adds the version of transaction `index`, which has none yet.
  mutating func insert(_ change: Change, index: Int, into list: inout List) {
    let previous = last(of: list, before: index)
    let next = previous < 0 ? list.first : nodes[Int(previous)].next
    let node = Node(
      index: Int32(truncatingIfNeeded: index), previous: previous, next: next, change: change)
    let place: Int32
    if free >= 0 {
      place = free
      free = nodes[Int(place)].next
      nodes[Int(place)] = node
    } else {
      place = Int32(truncatingIfNeeded: nodes.count)
      nodes.append(node)
    }
    if previous < 0 { list.first = place } else { nodes[Int(previous)].next = place }
    if next < 0 { list.last = place } else { nodes[Int(next)].previous = place }
  }

  /// Takes out the version of transaction `index`, if there is one, and returns it.
  mutating func remove(index: Int, from list: inout List) -> Change? {
    // Versions leave in block order but for those that turn out wrong, so it is the first as a rule.
    var place = list.first
    while place >= 0, nodes[Int(place)].index < index { place = nodes[Int(place)].next }
    guard place >= 0, nodes[Int(place)].index == index else { return nil }
    let node = nodes[Int(place)]
    if node.previous < 0 { list.first = node.next } else { nodes[Int(node.previous)].next = node.next }
    if node.next < 0 { list.last = node.previous } else { nodes[Int(node.next)].previous = node.previous }
    nodes[Int(place)].next = free
    free = place
    return node.change
  }
}
