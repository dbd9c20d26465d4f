import EthereumTypes

/// Names a set of state locations on which a value depends. Zero is the empty set.
struct Taint: Hashable, BitwiseCopyable {
  var id: UInt32

  /// Depends on no state.
  static var none: Taint { Taint(id: 0) }

  /// Whether the set is the empty one. A set that is not may still hold fixed locations only.
  @inline(__always)
  var isNone: Bool { id == 0 }
}

/// The sets of one run: a DAG of unions over locations.
///
/// Sets are not kept canonical: two ids may name the same set. What matters is that a union costs a few
/// instructions and that `fix` visits each node once in the whole run.
///
/// A *fixed* location is one whose value the prediction is conditional on. In every state that the prediction
/// speaks about it has the value seen, so nothing depends on it any more: fixed sets count as empty.
struct TaintTable: ~Copyable {
  /// What a node stands for.
  enum Kind: UInt8, BitwiseCopyable {
    case location, union
    /// A result of GAS that was not computed with; `left` is the set that influenced the gas.
    case gas
  }

  struct Node: BitwiseCopyable {
    var left: UInt32
    var right: UInt32
    var kind: Kind
    var isFixed: Bool
  }

  struct Memo: BitwiseCopyable {
    var left: UInt32
    var right: UInt32
    var union: UInt32
  }

  private var nodes = PlainArray<Node>(capacity: 256)
  private var memo = PlainArray<Memo>(capacity: 8)
  private var pending = PlainArray<UInt32>(capacity: 64)
  private let maximumCount: Int
  /// The keys of all fixed locations, in the order in which they were fixed.
  private(set) var fixedLocations = PlainArray<UInt32>(capacity: 64)

  init(maximumCount: Int) {
    self.maximumCount = maximumCount
    nodes.append(Node(left: 0, right: 0, kind: .union, isFixed: true))
  }

  /// A new set of one location; the caller keeps one id for each location.
  mutating func location(_ key: UInt32) -> Taint {
    append(Node(left: 0, right: key, kind: .location, isFixed: false))
  }

  /// Marks a result of GAS: `influences` is what the gas depends on, `reading` numbers the result.
  mutating func gas(_ influences: Taint, reading: Int) -> Taint {
    append(
      Node(left: influences.id, right: UInt32(truncatingIfNeeded: reading), kind: .gas, isFixed: false))
  }

  /// The number of the GAS result that `taint` marks, nil for any other set.
  @inline(__always)
  func gasReading(_ taint: Taint) -> Int? {
    let node = nodes[Int(taint.id)]
    return node.kind == .gas ? Int(node.right) : nil
  }

  private mutating func append(_ node: Node) -> Taint {
    nodes.append(node)
    return Taint(id: UInt32(truncatingIfNeeded: nodes.count - 1))
  }

  /// The set without its mark as an untouched result of GAS, and empty where it is known to be fixed.
  @inline(__always)
  func plain(_ taint: Taint) -> Taint {
    let node = nodes[Int(taint.id)]
    if node.isFixed { return .none }
    return node.kind == .gas ? Taint(id: node.left) : taint
  }

  /// The union of two sets. Constant time.
  mutating func union(_ first: Taint, _ second: Taint) -> Taint {
    var a = plain(first)
    var b = plain(second)
    if a.isNone || a == b { return b }
    if b.isNone { return a }
    if a.id > b.id { swap(&a, &b) }
    // The newer set often is a union that already holds the older one.
    let newer = nodes[Int(b.id)]
    if newer.kind == .union && (newer.left == a.id || newer.right == a.id) { return b }
    if memo.count == 0 { for _ in 0..<512 { memo.append(Memo(left: 0, right: 0, union: 0)) } }
    let slot = Int(truncatingIfNeeded: (UInt64(a.id) &* 0x9E37_79B9) ^ (UInt64(b.id) &* 0x85EB_CA6B)) & 511
    if memo[slot].left == a.id && memo[slot].right == b.id { return Taint(id: memo[slot].union) }
    guard nodes.count < maximumCount else {
      // Too many sets: depend on all of it instead, which is sound and keeps memory bounded.
      fix(a)
      fix(b)
      return .none
    }
    let result = append(Node(left: a.id, right: b.id, kind: .union, isFixed: false))
    memo[slot] = Memo(left: a.id, right: b.id, union: result.id)
    return result
  }

  /// Makes the prediction conditional on every location of the set. Amortised constant time for each node.
  mutating func fix(_ taint: Taint) {
    if nodes[Int(taint.id)].isFixed { return }
    pending.append(taint.id)
    while pending.count > 0 {
      let id = Int(pending.removeLast())
      let node = nodes[id]
      if node.isFixed { continue }
      nodes[id].isFixed = true
      switch node.kind {
      case .location: fixedLocations.append(node.right)
      case .gas: pending.append(node.left)
      case .union:
        pending.append(node.left)
        pending.append(node.right)
      }
    }
  }

  /// Whether every location of the set is fixed but for those of `other`, a set of one location.
  mutating func isFixed(_ taint: Taint, but other: Taint) -> Bool {
    pending.append(taint.id)
    let bottom = pending.count - 1
    var budget = 256
    while pending.count > bottom {
      let id = pending.removeLast()
      let node = nodes[Int(id)]
      if node.isFixed || id == other.id { continue }
      budget -= 1
      if node.kind == .location || budget == 0 {
        pending.truncate(to: bottom)
        return false
      }
      pending.append(node.left)
      if node.kind == .union { pending.append(node.right) }
    }
    return true
  }

  /// Whether every location of the set is fixed; may say no where finding out would take long, which is sound.
  /// What it finds out is kept.
  mutating func isFixed(_ taint: Taint) -> Bool {
    if nodes[Int(taint.id)].isFixed { return true }
    // Any set with one location that is not fixed answers quickly: look down, newest first.
    pending.append(taint.id)
    let bottom = pending.count - 1
    var budget = 512
    var visited = 0
    while pending.count > bottom {
      let id = Int(pending.removeLast())
      let node = nodes[id]
      if node.isFixed { continue }
      budget -= 1
      visited += 1
      if node.kind == .location || budget == 0 {
        pending.truncate(to: bottom)
        return false
      }
      pending.append(node.left)
      if node.kind == .union { pending.append(node.right) }
    }
    // Everything below is fixed: say so at the top, so that unions leave it out.
    nodes[Int(taint.id)].isFixed = true
    return true
  }
}
