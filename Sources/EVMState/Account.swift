public import EthereumTypes

/// An account without its storage (Yellow Paper, section 4.1).
@frozen
public struct Account: Hashable, Sendable, BitwiseCopyable {
  /// Transactions sent, or contracts created by a contract.
  public var nonce: UInt64
  /// Balance in wei.
  public var balance: UInt256
  /// Keccak-256 of the code; `Hash32.emptyCode` without code.
  public var codeHash: Hash32

  /// Makes an account.
  @inlinable
  public init(nonce: UInt64 = 0, balance: UInt256 = .zero, codeHash: Hash32 = .emptyCode) {
    self.nonce = nonce
    self.balance = balance
    self.codeHash = codeHash
  }

  /// Whether the account is empty in the sense of EIP-161: no nonce, no balance, no code.
  @inlinable
  public var isEmpty: Bool { nonce == 0 && balance.isZero && codeHash == .emptyCode }
}
