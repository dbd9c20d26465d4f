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

  /// The RLP form.
  var encoded: Bytes {
    var output: Bytes = []
    output.reserveCapacity(112)
    encode(into: &output)
    return output
  }

  /// Decodes the canonical RLP form; nil for anything else.
  init?(decoding bytes: Bytes) {
    do {
      var cursor = RLPCursor(bytes)
      let list = try cursor.next()
      guard list.isList, cursor.isAtEnd else { return nil }
      cursor = RLPCursor(bytes, inside: list)
      let fields = [try cursor.next(), try cursor.next(), try cursor.next(), try cursor.next()]
      guard cursor.isAtEnd, let nonce = UInt256(quantity: fields[0], of: bytes)?.asUInt64,
        let balance = UInt256(quantity: fields[1], of: bytes),
        let storageRoot = Hash32(bytes[fields[2].payload]), let codeHash = Hash32(bytes[fields[3].payload])
      else { return nil }
      self.init(Account(nonce: nonce, balance: balance, codeHash: codeHash), storageRoot: storageRoot)
    } catch {
      return nil
    }
  }
}

extension UInt256 {
  /// Reads a number without leading zeros out of an item; nil for anything else.
  init?(quantity item: RLPItem, of bytes: Bytes) {
    guard !item.isList, item.payloadCount == 0 || bytes[item.payloadStart] != 0 else { return nil }
    self.init(bigEndian: bytes[item.payload])
  }

  /// Decodes the value of a storage slot, a non-zero number; nil for anything else.
  init?(decodingSlot bytes: Bytes) {
    var cursor = RLPCursor(bytes)
    guard let item = try? cursor.next(), cursor.isAtEnd, item.payloadCount > 0 else { return nil }
    self.init(quantity: item, of: bytes)
  }

  /// The form in which a storage trie holds the value of a slot.
  var encodedSlot: Bytes {
    var output: Bytes = []
    output.reserveCapacity(33)
    output.appendRLP(quantity: self)
    return output
  }
}
