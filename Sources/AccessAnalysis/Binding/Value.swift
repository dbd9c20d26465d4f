import EthereumTypes

/// A word during binding: known, or a symbol that stands for a value nobody has asked for yet.
struct Value: BitwiseCopyable, Hashable {
  /// The word where `symbol` is 0.
  var word: UInt256
  /// The symbol's number, 0 for a known word.
  var symbol: UInt32
  /// While a path is recorded: the number of the expression a known word comes from, 0 for a constant of the path.
  var trace: PathOperand

  @inline(__always)
  init(_ word: UInt256, trace: PathOperand = 0) {
    self.word = word
    symbol = 0
    self.trace = trace
  }

  @inline(__always)
  init(symbol: UInt32) {
    word = .zero
    self.symbol = symbol
    trace = 0
  }

  static var zero: Value { Value(.zero) }

  @inline(__always)
  var isKnown: Bool { symbol == 0 }
  /// Whether it is known to be 0.
  @inline(__always)
  var isKnownZero: Bool { symbol == 0 && word.isZero }
}
