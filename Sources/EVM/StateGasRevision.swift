/// Which draft of EIP-8037 Amsterdam follows, while the fork is still moving.
public enum StateGasRevision: Hashable, Sendable {
  /// That of bal@v5.7.0: what does not grow the state in the end is paid back.
  case current
  /// That of zkevm@v0.3.3: only calls that fail give back their state gas. Failed creations and transactions and
  /// destroyed accounts do not, and restored slots count as an ordinary refund.
  case withoutPayback
}
