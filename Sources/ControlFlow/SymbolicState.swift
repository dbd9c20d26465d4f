import EVMBytecode
import EthereumTypes

/// What is known at one place of the code in one context: the stack and memory.
struct SymbolicState {
  /// The words known, bottom first.
  var stack: [ExpressionID] = []
  /// The return point whose stacks lie below the words known; −1 where there is nothing below.
  var below: Int32 = -1
  var memory = SymbolicMemory()
  /// The entry point the path has come through: an index among the entries, 0 for the dispatcher.
  var entry: Int32 = 0
  /// An expression that is known to equal the selector on this path; −1 for none.
  var selectorEqual: ExpressionID = -1
  /// Whether a call or a creation may have left return data.
  var hasReturnData = false

  /// The most words a stack holds (Yellow Paper, section 9.1).
  static let maximumHeight = 1024
}

/// What tells one context of a block from another: the entry point, the height of the stack, and where on it which
/// labels lie. So each call of an internal function is analysed for itself.
struct ContextKey: Hashable {
  var pc: Int32
  var entry: Int32
  var height: Int32
  var below: Int32
  var labels: [UInt64]
}

/// One block in one context.
struct Context {
  let pc: Int
  var state: SymbolicState
  var isQueued = false
  /// Whether it hangs on what its return point lies upon.
  var readsBelow = false
}
