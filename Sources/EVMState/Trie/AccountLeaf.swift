import EthereumTypes

/// An account as the state trie holds it: the RLP list of nonce, balance, storage root and code hash.
struct AccountLeaf: Hashable {
  var account: Account
  var storageRoot: Hash32

  init(_ account: Account, storageRoot: Hash32) {
    self.account = account
    self.storageRoot = storageRoot
  }

  /// Appends the RLP form.
  func encode(into output: inout Bytes) {
    let nonce = UInt256(account.nonce)
    output.appendRLPHeader(0xC0, count: Self.count(nonce) + Self.count(account.balance) + 66)
    output.appendRLP(quantity: nonce)
    output.appendRLP(quantity: account.balance)
    output.appendRLP(storageRoot)
    output.appendRLP(account.codeHash)
  }

  /// The bytes of a number's RLP form.
  private static func count(_ number: UInt256) -> Int {
    number.fitsUInt64 && number.l0 < 0x80 ? 1 : number.byteWidthUsed + 1
  }
}
