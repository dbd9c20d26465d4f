import EVMState
import EthereumTypes
import Foundation

/// A whole state as the official fixtures write it (`pre`, `postState`).
struct TestState {
  struct Entry: Equatable {
    var account: Account
    var storage: [UInt256: UInt256]
  }
  var entries: [Address: Entry] = [:]

  init() {}

  init?(_ json: Any?) {
    guard let object = json as? [String: [String: Any]] else { return nil }
    for (key, fields) in object {
      guard let address = Address(hex: key), let nonce = Self.number(fields["nonce"])?.asUInt64,
        let balance = Self.number(fields["balance"])
      else { return nil }
      let codeHash = (fields["codeHash"] as? String).flatMap { Hash32(hex: $0) }
      let code = (fields["code"] as? String).flatMap { Hex.decode($0) }.map { keccak256($0) }
      guard let codeHash = codeHash ?? code else { return nil }
      var storage: [UInt256: UInt256] = [:]
      for (slot, value) in fields["storage"] as? [String: String] ?? [:] {
        guard let slot = UInt256(hex: slot), let value = UInt256(hex: value) else { return nil }
        if !value.isZero { storage[slot] = value }
      }
      let account = Account(nonce: nonce, balance: balance, codeHash: codeHash)
      entries[address] = Entry(account: account, storage: storage)
    }
  }

  /// A quantity; older fixtures write zero as `0x`.
  static func number(_ json: Any?) -> UInt256? {
    guard let text = json as? String else { return nil }
    return text == "0x" ? .zero : UInt256(hex: text)
  }

  var root: Hash32 {
    stateRoot(of: entries.map { (address: $0, account: $1.account, storage: $1.storage) })
  }

  /// What leads from this state to the other.
  func updates(to other: TestState) -> [StateUpdate] {
    Set(entries.keys).union(other.entries.keys).compactMap { address in
      let old = entries[address]
      guard let new = other.entries[address] else { return StateUpdate(address, nil) }
      if old == new { return nil }
      let before = old?.storage ?? [:]
      let slots = Set(before.keys).union(new.storage.keys)
        .map { (key: $0, value: new.storage[$0] ?? .zero) }
        .filter { $0.value != before[$0.key] ?? .zero }
      return StateUpdate(address, new.account, slots: slots)
    }
  }
}
