/// Why what a transaction did was not kept as a path.
public enum PathObstacle: String, Error, Hashable, Sendable, CaseIterable {
  /// More expressions, events, rows, registers or bytes than a path may have.
  case tooLong
  /// It is no call of a contract: it creates one, sets delegations, or calls a precompile.
  case noCall
  /// A contract is made on the way.
  case creation
  /// A precompile's result decides, or its input is needed as a whole.
  case precompile
  /// Bytes decide that hang on the call data or the state: code that is run, or a text as a whole.
  case bytes
  /// Rules of early forks: before EIP-150 asking for too much gas fails the frame.
  case fork
  /// The path is known, but what it leaves behind is nothing that paths express, where somebody asks for that.
  case effects
  /// Something decided that was not noted as a row of the path.
  case condition
  /// The tree of paths like it is full, or has another path where this one should be.
  case treeFull
}
