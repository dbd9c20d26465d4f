/// How much work an analysis may be. Deterministic: no clock decides a result.
public struct ControlFlowLimits: Sendable, Hashable {
  /// Instructions executed symbolically, and other work in proportion.
  public var steps = 3_000_000
  /// Pairs of a block and a context.
  public var contexts = 150_000
  /// Contexts of one block before further ones are no longer told apart by the entry point they come from, nor, where
  /// no return address is known, by the height of the stack.
  public var contextsPerBlock = 16
  /// Expressions kept.
  public var expressions = 1_000_000
  /// Words of stack kept in all contexts together.
  public var words = 10_000_000
  /// Evaluations of one operation in enumerating tables.
  public var enumeration = 1_000_000

  /// The limits that hold where nothing else is said.
  public init() {}
}
