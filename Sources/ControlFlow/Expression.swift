import EVMBytecode
import EthereumTypes

/// A node of an `ExpressionTable`: equal expressions have equal identifiers.
typealias ExpressionID = Int32

/// What an expression is. The byte is the EVM opcode that computes it, or one of those named here.
enum ExpressionCode {
  /// A known word: `a` is its index among the constants.
  static let constant: UInt8 = 0xB0
  /// Bytes of the code: `b` of them from offset `a` on, as a number.
  static let codeBytes: UInt8 = 0xB1
  /// One of a list of known words: `a` is the list, `b` an `Openness`.
  static let choice: UInt8 = 0xB2
  /// A value that differs between the paths that meet: `a` says where, `b` is the place on the stack or in memory.
  static let merged: UInt8 = 0xB3
  /// KECCAK-256 of the words in list `a`, of which the last has `b` bytes.
  static let hash: UInt8 = 0xB4
  /// Something only the run knows: the result of the instruction at `a`; `b` is 1 for a flag.
  static let result: UInt8 = 0xB5
}

/// Whether a choice lists everything a value can be.
enum Openness {
  /// It does.
  static let closed: Int32 = 0
  /// Words that are no jump destinations have been left out.
  static let leavesOutConstants: Int32 = 1
  /// The value can be anything else too.
  static let open: Int32 = 2
}

/// One operation on other expressions. Plain old data.
struct Expression: BitwiseCopyable, Hashable {
  var op: UInt8
  var a: Int32 = 0
  var b: Int32 = 0
  var c: Int32 = 0
}

/// All expressions of one analysis, each kept once.
struct ExpressionTable {
  private(set) var nodes: [Expression] = []
  private(set) var constants: [UInt256] = []
  private(set) var lists: [[ExpressionID]] = []
  /// Whether the expression has one value for a whole run of the contract. Only then is `x − x` zero: a value that
  /// a loop changes keeps its name.
  private var isFixed: [Bool] = []
  private var known: [Expression: ExpressionID] = [:]
  private var knownConstants: [UInt256: Int32] = [:]
  private var knownLists: [[ExpressionID]: Int32] = [:]

  /// 0.
  let zero: ExpressionID
  /// The first four bytes of the call data.
  let selector: ExpressionID

  init() {
    zero = 0
    selector = 4
    _ = constant(.zero)
    _ = constant(UInt256(224))
    _ = constant(.one)
    let first = intern(Expression(op: Opcode.calldataload, a: zero))
    _ = intern(Expression(op: Opcode.shr, a: 1, b: first))
  }

  subscript(id: ExpressionID) -> Expression { nodes[Int(id)] }

  /// How many there are.
  var count: Int { nodes.count }

  mutating func constant(_ word: UInt256) -> ExpressionID {
    let index: Int32
    if let found = knownConstants[word] {
      index = found
    } else {
      index = Int32(constants.count)
      constants.append(word)
      knownConstants[word] = index
    }
    return intern(Expression(op: ExpressionCode.constant, a: index))
  }

  mutating func list(_ ids: [ExpressionID]) -> Int32 {
    if let found = knownLists[ids] { return found }
    let index = Int32(lists.count)
    lists.append(ids)
    knownLists[ids] = index
    return index
  }

  mutating func intern(_ node: Expression) -> ExpressionID {
    if let found = known[node] { return found }
    let id = ExpressionID(nodes.count)
    nodes.append(node)
    isFixed.append(fixes(node))
    known[node] = id
    return id
  }

  /// The word an expression stands for, where it is known.
  func value(_ id: ExpressionID) -> UInt256? {
    let node = nodes[Int(id)]
    return node.op == ExpressionCode.constant ? constants[Int(node.a)] : nil
  }

  /// The words a choice lists, and how open it is; a known word is a choice of one.
  func choices(_ id: ExpressionID) -> (words: [ExpressionID], openness: Int32)? {
    let node = nodes[Int(id)]
    switch node.op {
    case ExpressionCode.constant: return ([id], Openness.closed)
    case ExpressionCode.choice: return (lists[Int(node.a)], node.b)
    default: return nil
    }
  }

  /// One of these words.
  mutating func choice(_ words: Set<ExpressionID>, openness: Int32) -> ExpressionID {
    if words.count == 1, openness == Openness.closed, let only = words.first { return only }
    return intern(Expression(op: ExpressionCode.choice, a: list(words.sorted()), b: openness))
  }

  /// The same instruction on the same operands gives the same value whenever it runs.
  func isFixed(_ id: ExpressionID) -> Bool { isFixed[Int(id)] }

  private func fixes(_ node: Expression) -> Bool {
    switch node.op {
    case ExpressionCode.constant: return true
    case ExpressionCode.choice, ExpressionCode.merged, ExpressionCode.result: return false
    case ExpressionCode.hash: return lists[Int(node.a)].allSatisfy { isFixed[Int($0)] }
    case ExpressionCode.codeBytes: return isFixed[Int(node.a)]
    case Opcode.sload, Opcode.tload, Opcode.mload, Opcode.keccak256, Opcode.balance, Opcode.extcodesize,
      Opcode.extcodehash, Opcode.selfbalance, Opcode.gas, Opcode.msize, Opcode.returndatasize:
      return false
    default: return operands(node).allSatisfy { isFixed[Int($0)] }
    }
  }

  /// The expressions a node is made of.
  func operands(_ node: Expression) -> [ExpressionID] {
    switch node.op {
    case ExpressionCode.constant, ExpressionCode.merged, ExpressionCode.result: return []
    case ExpressionCode.choice, ExpressionCode.hash: return lists[Int(node.a)]
    case ExpressionCode.codeBytes: return [node.a]
    case Opcode.keccak256: return [node.a, node.b]
    case Opcode.sload, Opcode.tload, Opcode.mload, Opcode.balance, Opcode.extcodesize, Opcode.extcodehash,
      Opcode.calldataload, Opcode.blockhash, Opcode.blobhash:
      return [node.a]
    default:
      switch WordOperation.operandCount(node.op) {
      case 1: return [node.a]
      case 2: return [node.a, node.b]
      case 3: return [node.a, node.b, node.c]
      default: return []
      }
    }
  }

  /// Calls `visit` for every expression that `id` is made of, each once, up to a bound.
  func forEachPart(of id: ExpressionID, _ visit: (ExpressionID, Expression) -> Void) {
    var open = [id]
    var seen: Set<ExpressionID> = [id]
    while let next = open.popLast(), seen.count < 512 {
      let node = self[next]
      visit(next, node)
      for operand in operands(node) where seen.insert(operand).inserted { open.append(operand) }
    }
  }
}
