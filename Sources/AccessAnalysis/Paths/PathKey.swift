import EVM
import EVMBytecode
import EthereumTypes

/// What all paths of one tree have in common.
struct PathKey: Hashable {
  /// The hash of the callee's code.
  var codeHash: Hash32
  var fork: Fork
  /// How many bytes of call data there are, and the first of them.
  var dataCount: Int
  var selector: UInt32
  /// As in `Binder.followsFailures`: paths are others then, and say what they leave behind.
  var followsFailures: Bool

  /// How many bytes of call data are part of the key.
  static let selectorSize = 4

  init(_ call: TransactionCall, codeHash: Hash32, fork: Fork, followsFailures: Bool) {
    self.followsFailures = followsFailures
    self.codeHash = codeHash
    self.fork = fork
    // Where no code runs nobody looks at the data.
    let count = codeHash == .emptyCode ? 0 : call.data.count
    dataCount = count
    selector = call.data.prefix(min(count, Self.selectorSize)).reduce(0) { $0 << 8 | UInt32($1) }
  }

  func hash(into hasher: inout Hasher) {
    let bits = UInt64(selector) &<< 32 ^ UInt64(truncatingIfNeeded: 2 &* dataCount)
    hasher.combine(codeHash.word.mixedBits ^ bits ^ (followsFailures ? 1 : 0))
  }
}
