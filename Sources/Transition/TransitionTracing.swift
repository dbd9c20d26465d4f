public import EVM
public import EthereumTypes

/// Where a transition's traces go (EIP-3155); system calls have none.
public struct TransitionTracing {
  /// What lines show.
  public var options: ExecutionTrace.Options
  /// Gives the place for the trace of a transaction by its index in the block and its hash; what is called gets the
  /// text in pieces, and is never called for a transaction that is rejected.
  public var open: (Int, Hash32) -> (Bytes) -> Void

  /// Makes a place for traces.
  public init(_ options: ExecutionTrace.Options, open: @escaping (Int, Hash32) -> (Bytes) -> Void) {
    self.options = options
    self.open = open
  }
}
