public import EthereumTypes

extension Transaction {
  /// The transaction signed with a key; nil where the key is out of range. About 50 µs.
  ///
  /// A legacy transaction is bound to `chainID` where it has one (EIP-155).
  public func signed(with secretKey: UInt256) -> Transaction? {
    guard let result = ECDSASigning.sign(signingHash, with: secretKey) else { return nil }
    var transaction = self
    let parity = UInt256(result.recoveryID)
    let base: UInt256 = chainID.map { UInt256($0) &+ UInt256($0) &+ 35 } ?? 27
    transaction.signature = Signature(v: kind == .legacy ? base &+ parity : parity, r: result.r, s: result.s)
    return transaction
  }
}
