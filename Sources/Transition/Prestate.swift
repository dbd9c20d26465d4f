public import ChainFormats
public import EVMState
import EthereumTypes

extension MemoryState {
  /// Reads an `alloc` object: address → balance, and where they are not empty code, nonce and storage.
  public convenience init(alloc value: JSONValue) throws(FormatError) {
    self.init()
    for member in try value.members() {
      let account = member.value
      var storage: [UInt256: UInt256] = [:]
      for slot in try account.optional("storage")?.members() ?? [] {
        let content = try slot.value.flexibleHash()
        if !content.isZero { storage[try slot.keyAsValue.flexibleHash()] = content }
      }
      set(
        try member.keyAsValue.flexibleAddress(),
        nonce: try account.optional("nonce")?.flexibleUInt64() ?? 0,
        balance: try account.optional("balance")?.flexibleWord() ?? .zero,
        code: try account.optional("code")?.bytes() ?? [], storage: storage)
    }
  }

  /// The accounts in the order of their addresses, as an `alloc` object. O(n log n) in accounts and slots.
  func alloc() throws(StateReadError) -> OutputJSON {
    var members: [OutputJSON.Member] = []
    for (address, entry) in entries.sorted(by: { $0.key < $1.key }) {
      guard let account = entry.account else { continue }
      var fields: [OutputJSON.Member] = []
      if account.codeHash != .emptyCode {
        fields.append(("code", .hex(try code(account.codeHash))))
      }
      let slots = entry.storage.filter { !$0.value.isZero }.sorted { $0.key < $1.key }
      if !slots.isEmpty {
        fields.append(
          ("storage", .object(slots.map { ($0.key.paddedHex, .string($0.value.paddedHex)) })))
      }
      fields.append(("balance", .quantity(account.balance)))
      if account.nonce != 0 { fields.append(("nonce", .quantity(account.nonce))) }
      members.append(("\(address)", .object(fields)))
    }
    return .object(members)
  }
}
